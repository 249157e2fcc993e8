//! A message that is edited or recalled. The change is a message of its own: it has a seq, so it reaches every device once, in
//! order, by the same ways as any other. The changed message says from then on what it says now.

mod ended;

use serde::{Deserialize, Serialize};
use sqlx::Row;

pub use self::ended::{Ended, ended, gone_through, still_said};

use crate::{Append, Author, ClientId, ConversationId, Event, Extra, Message, Result, Store, WorkspaceId};

/// What is to become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The message's seq.
    pub of: i64,
    /// Taken back; otherwise it says the body of the [`Append`].
    pub recall: bool,
    /// How old the message may be, in ms.
    pub within_ms: i64,
}

/// A message that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The message that changed it last.
    pub seq: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// Taken back: it says nothing any more.
    pub recalled: bool,
}

/// What a message said before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Its body.
    pub body: String,
    /// Who ended it: `visitor:<id>`, `agent:<id>`.
    pub by: String,
    /// When it ended, unix milliseconds.
    pub until: i64,
}

impl Change {
    /// `edited` or `recalled`.
    pub(crate) fn name(&self) -> &'static str {
        if self.recall { "recalled" } else { "edited" }
    }

    /// What the message that makes the change carries.
    pub(crate) fn extra(&self, append: &Append) -> Extra {
        let event = Event { name: self.name().into(), seq: Some(self.of), ..Event::default() };
        Extra { event: Some(event), by: Some(append.author), subject: append.extra.subject.clone(), ..Extra::default() }
    }
}

impl Append {
    /// The author's own message `of` says something else from now on.
    pub fn edit(workspace: WorkspaceId, of: (ConversationId, i64), id: ClientId, author: Author, body: &str, within_ms: i64) -> Self {
        let change = Change { of: of.1, recall: false, within_ms };
        Self { change: Some(change), ..Self::new(workspace, of.0, id, author, body) }
    }

    /// The author's own message `of` is taken back; an agent may take back the bot's.
    pub fn recall(workspace: WorkspaceId, of: (ConversationId, i64), id: ClientId, author: Author, within_ms: i64) -> Self {
        let change = Change { of: of.1, recall: true, within_ms };
        Self { change: Some(change), ..Self::new(workspace, of.0, id, author, "") }
    }
}

impl Message {
    /// The message that this one changes.
    pub fn changes(&self) -> Option<i64> {
        self.extra.event.as_ref().and_then(|event| event.seq)
    }

    /// Whether it says something still: it was not taken back, and it is not itself a change.
    pub fn stands(&self) -> bool {
        self.changes().is_none() && !self.changed.is_some_and(|changed| changed.recalled)
    }

    /// As it is after `change`, a later message; `None`: that one leaves it as it is.
    pub(crate) fn after(&self, change: &Message) -> Option<Message> {
        let of = change.changes().filter(|_| change.conversation == self.conversation && change.seq > self.seq)?;
        if self.changed.is_some_and(|changed| changed.seq >= change.seq) {
            return None;
        }
        let recalled = change.extra.event.as_ref().is_some_and(|event| event.name == "recalled");
        let changed = Some(Changed { seq: change.seq, at: change.at, recalled: recalled && of == self.seq });
        if of == self.seq {
            let extra = kept_extra(&self.author, &self.extra, recalled, change.extra.subject.clone());
            let body = if recalled { String::new() } else { change.body.clone() };
            Some(Message { changed, body, extra, ..self.clone() })
        } else if self.changes() == Some(of) {
            Some(Message { changed, body: String::new(), ..self.clone() })
        } else {
            None
        }
    }
}

/// What a changed message still carries. Rights hang on the words: they are those of who has written them.
pub(crate) fn kept_extra(author: &Author, extra: &Extra, recalled: bool, subject: Option<String>) -> Extra {
    match author {
        _ if recalled => Extra { turn: extra.turn, release: extra.release, ..Extra::default() },
        Author::Visitor(_) => Extra { subject, ..Extra::default() },
        _ => extra.clone(),
    }
}

/// What a message said before each of its changes, the first wording first.
pub async fn wordings(store: &Store, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<Vec<Wording>> {
    let rows = sqlx::query(
        "SELECT body, changed_by, changed_at FROM message_wording
          WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3 ORDER BY changed_seq",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(seq)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| Ok(Wording { body: row.try_get("body")?, by: row.try_get("changed_by")?, until: row.try_get("changed_at")? }))
        .collect()
}

/// The change of a message as its row has it.
pub(crate) fn from_row(r: &sqlx::any::AnyRow) -> Result<Option<Changed>> {
    let (seq, at): (Option<i64>, Option<i64>) = (r.try_get("changed_seq")?, r.try_get("changed_at")?);
    let recalled = r.try_get::<Option<i64>, _>("recalled_at")?.is_some();
    Ok(seq.zip(at).map(|(seq, at)| Changed { seq, at, recalled }))
}
