//! The contract of the record, each line of it, on every engine.

mod contract;
mod nodes;

use chat::testing::{Fresh, at};
use chat::{Audience, Config, Config as Record, ConversationId, message};
use tests::store::Engine;

/// A record of this engine with a workspace and an inbox.
async fn fresh(engine: Engine) -> Fresh {
    let made = engine.fresh().await.unwrap();
    let config = Record { address: made.address, readers: 4, ..Config::default() };
    at(config, made.folder.keep()).await.unwrap()
}

/// Everything `audience` sees of a conversation, as (prev, seq).
async fn seqs(fresh: &Fresh, conversation: ConversationId, audience: Audience) -> Vec<(i64, i64)> {
    let all = message::after(fresh.chat.store(), fresh.workspace, conversation, audience, 0, 100_000).await.unwrap();
    all.iter().map(|message| (message.prev(audience), message.seq)).collect()
}
