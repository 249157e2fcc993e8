//! The contract of the record, each line of it, on every engine.

mod changes;
mod contract;
mod nodes;

use chat::testing::Fresh;
use chat::{Audience, ConversationId, message};

/// Everything `audience` sees of a conversation, as (prev, seq).
async fn seqs(fresh: &Fresh, conversation: ConversationId, audience: Audience) -> Vec<(i64, i64)> {
    let all = message::after(fresh.chat.store(), fresh.workspace, conversation, audience, 0, 100_000).await.unwrap();
    all.iter().map(|message| (message.prev(audience), message.seq)).collect()
}
