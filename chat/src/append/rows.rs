//! Conversations and messages as they are written: lists of rows, each list one parameter.

use serde::Serialize;

use super::head::Head;
use crate::{ClientId, ConversationId, Message, WorkspaceId, store::Column};

pub(super) const HEAD: [Column; 8] = [
    Column::Text("key"),
    Column::Int("was"),
    Column::Int("epoch"),
    Column::Int("seq"),
    Column::Int("visible"),
    Column::Int("asked"),
    Column::Int("answered"),
    Column::Int("reopened"),
];

/// As [`HEAD`]: what the record must have, and what it has then.
#[derive(Serialize)]
pub(super) struct HeadRow {
    key: ConversationId,
    was: i64,
    epoch: i64,
    seq: i64,
    visible: i64,
    asked: i64,
    /// Nothing: as it was.
    answered: Option<i64>,
    reopened: i64,
}

impl HeadRow {
    pub(super) fn of(key: ConversationId, head: &Head) -> Self {
        let Head { last_seq: seq, last_visible_seq: visible, asked_seq: asked, answered_seq, epoch, reopened, .. } = *head;
        let (was, had_answered) = head.recorded;
        let answered = (answered_seq != had_answered).then_some(answered_seq);
        Self { key, was, epoch, seq, visible, asked, answered, reopened: reopened.into() }
    }
}

pub(super) const MESSAGE: [Column; 11] = [
    Column::Text("conversation"),
    Column::Int("seq"),
    Column::Text("workspace"),
    Column::Text("client"),
    Column::Text("author"),
    Column::Text("author_key"),
    Column::Text("audience"),
    Column::Text("body"),
    Column::Text("extra"),
    Column::Int("prev"),
    Column::Int("of_seq"),
];

/// As [`MESSAGE`].
#[derive(Serialize)]
pub(super) struct MessageRow<'a> {
    conversation: ConversationId,
    seq: i64,
    workspace: WorkspaceId,
    client: ClientId,
    author: &'a str,
    author_key: Option<String>,
    audience: &'a str,
    body: &'a str,
    extra: String,
    prev: i64,
    of_seq: Option<i64>,
}

impl<'a> From<&'a Message> for MessageRow<'a> {
    fn from(m: &'a Message) -> Self {
        Self {
            conversation: m.conversation,
            seq: m.seq,
            workspace: m.workspace,
            client: m.client_id,
            author: m.author.kind(),
            author_key: m.author.id_text(),
            audience: m.audience.text(),
            body: &m.body,
            extra: text(&m.extra),
            prev: m.prev_visible,
            of_seq: m.changes(),
        }
    }
}

/// As a parameter; what could not be said is no JSON, and the statement fails.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
