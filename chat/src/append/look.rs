//! What is in the record of the conversations and messages that a group names.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use super::{
    Append,
    head::{Head, Heads},
    plan::Span,
    rows::text,
};
use crate::{
    ClientId, ConversationId, Result, VisitorId, WorkspaceId,
    store::{Column, Dialect},
};

/// What has its place already: seq, the visible one before it, and when.
pub(super) type Known = HashMap<(ConversationId, ClientId), (i64, i64, i64)>;

/// Reads and locks the conversations, sorted, so that two nodes cannot deadlock, and with them which of the client ids are in
/// the record already. A rival's that was written while this waited for the lock is not seen: then the insert finds it, and the
/// group is written again.
pub(super) async fn look(tx: &mut AnyConnection, dialect: Dialect, group: &[&Append], span: Span) -> Result<(Heads, Known)> {
    let list: Vec<Wanted> = group.iter().map(|append| Wanted { conversation: append.conversation, client: append.client_id }).collect();
    // Written so that nothing but the index of client ids will do: PostgreSQL keeps a plan that was made while the table was empty, and
    // by the other index it would go through all messages of each conversation.
    let select = format!(
        "SELECT c.id, c.workspace_id, c.visitor_id, c.speaker, c.epoch, c.last_seq, c.last_visible_seq, c.asked_seq, c.answered_seq,
                c.turn_id, x.client, m.seq, m.prev_visible, m.created_at
           FROM {} JOIN conversation c ON c.id = x.conversation
           LEFT JOIN message m ON m.client_id = x.client AND m.conversation_id || '' = x.conversation
          ORDER BY c.id{}",
        dialect.rows(1, &[Column::Text("conversation"), Column::Text("client")]),
        dialect.for_update_of("c"),
    );
    let sql = span.first(dialect, &dialect.as_one(&select, Seen::COLUMNS));
    // Not `fetch_one`: what it gets first may be the end of the statement that begins.
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(text(&list)).fetch_all(tx).await?;
    let found = rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get("found")?;
    let seen: Vec<Seen> = serde_json::from_str(found).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let (mut heads, mut known) = (Heads::new(), Known::new());
    for seen in seen {
        if let (Some(seq), Some(prev_visible), Some(at)) = (seen.seq, seen.prev_visible, seen.created_at) {
            known.insert((seen.id, seen.client), (seq, prev_visible, at));
        }
        heads.entry(seen.id).or_insert_with(|| seen.head());
    }
    Ok((heads, known))
}

/// What is looked for.
#[derive(Serialize)]
struct Wanted {
    conversation: ConversationId,
    client: ClientId,
}

/// A conversation, and the message that has the client id already.
#[derive(Deserialize)]
struct Seen {
    id: ConversationId,
    workspace_id: WorkspaceId,
    visitor_id: VisitorId,
    speaker: String,
    epoch: i64,
    last_seq: i64,
    last_visible_seq: i64,
    asked_seq: i64,
    answered_seq: i64,
    turn_id: Option<String>,
    client: ClientId,
    seq: Option<i64>,
    prev_visible: Option<i64>,
    created_at: Option<i64>,
}

impl Seen {
    const COLUMNS: &[&str] = &[
        "id",
        "workspace_id",
        "visitor_id",
        "speaker",
        "epoch",
        "last_seq",
        "last_visible_seq",
        "asked_seq",
        "answered_seq",
        "turn_id",
        "client",
        "seq",
        "prev_visible",
        "created_at",
    ];

    fn head(self) -> Head {
        Head {
            workspace: self.workspace_id,
            visitor: self.visitor_id,
            speaker_is_bot: self.speaker == "bot",
            speaker_is_agent: self.speaker == "agent",
            epoch: self.epoch,
            last_seq: self.last_seq,
            last_visible_seq: self.last_visible_seq,
            asked_seq: self.asked_seq,
            answered_seq: self.answered_seq,
            turn: self.turn_id,
            reopened: false,
            recorded: (self.last_seq, self.answered_seq),
        }
    }
}
