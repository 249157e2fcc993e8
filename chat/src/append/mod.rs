//! The one door: every message of visitor, bot, agent and system enters here.
//!
//! Checking may fail by input and comes first; doing is one transaction for a whole group of messages.

mod amend;
mod announce;
mod cache;
mod door;
mod head;
mod look;
mod open;
mod plan;
mod rows;

use std::sync::Arc;

pub(crate) use self::{announce::announce, door::Door, open::open};
use crate::{
    Audience, Author, Change, ClientId, ConversationId, Error, Extra, Fault, MAX_BODY, Message, Result, WorkspaceId, conversation::Opening,
    store::Dialect,
};
use sqlx::AnyConnection;

/// A message that wants in.
#[derive(Clone, Debug)]
pub struct Append {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Its conversation, which must exist unless `opening` says how it begins.
    pub conversation: ConversationId,
    /// The sender's own id: the same id again gives the same seq.
    pub client_id: ClientId,
    /// Who writes.
    pub author: Author,
    /// Who may see it.
    pub audience: Audience,
    /// At most [`MAX_BODY`] characters.
    pub body: String,
    /// Everything else.
    pub extra: Extra,
    /// Refused as stale unless this is the conversation's epoch; the bot must name it.
    pub epoch: Option<i64>,
    /// The bot: the last message of the visitor that this answer has considered. Stale when that has an answer already,
    /// or when another turn than the one in `extra` runs by now.
    pub considered: Option<i64>,
    /// The conversation begins with this message, and its visitor perhaps too: all in one commit. Without effect when they are there.
    pub opening: Option<Box<Opening>>,
    /// It edits or recalls another message, and its audience is that of the other one.
    pub change: Option<Change>,
}

impl Append {
    /// A message for everybody, with nothing but its body.
    pub fn new(workspace: WorkspaceId, conversation: ConversationId, client_id: ClientId, author: Author, body: impl Into<String>) -> Self {
        Self {
            workspace,
            conversation,
            client_id,
            author,
            audience: Audience::All,
            body: body.into(),
            extra: Extra::default(),
            epoch: None,
            considered: None,
            opening: None,
            change: None,
        }
    }

    /// What the input alone can tell.
    fn check(&mut self) -> Result<()> {
        if self.body.chars().count() > MAX_BODY {
            return Err(Error::invalid(
                Fault::of("fault-message-long").saying(format!("The message is longer than {MAX_BODY} characters: send it in parts.")),
            ));
        }
        let recall = self.change.as_ref().is_some_and(|change| change.recall);
        if self.body.trim().is_empty() && self.extra.event.is_none() && !recall {
            return Err(Error::invalid(Fault::of("fault-message-empty").saying("The message is empty: write something.")));
        }
        if self.author == Author::Bot && self.epoch.is_none() {
            return Err(Error::invalid("A bot message must name the epoch it answers in."));
        }
        if self.body.contains('\0') {
            // PostgreSQL has no such character in a text.
            self.body = self.body.replace('\0', "\u{fffd}");
        }
        Ok(())
    }
}

/// A message that is in the record.
#[derive(Clone, Debug)]
pub struct Appended {
    /// With its seq.
    pub message: Arc<Message>,
    /// It was there already, under the same client id.
    pub duplicate: bool,
    /// The bot is asked by it.
    pub due: bool,
    /// An agent has the word: the desk looks at what the visitor says.
    pub desk: bool,
    /// The last seq a visitor could see before this append.
    pub before: i64,
    /// The conversation's new epoch, when it ends a turn that answers what was just changed.
    pub epoch: Option<i64>,
}

/// Appends a group inside a bigger transaction, each by the same rules as through the door.
/// After the commit, pass what was appended to [`crate::Chat::announce`].
///
/// # Errors
/// The outer error is the store's; the inner ones are [`Error::Invalid`], [`Error::NotFound`], [`Error::Stale`].
pub async fn append_in(tx: &mut AnyConnection, dialect: Dialect, now: i64, group: &mut [Append]) -> Result<Vec<Result<Appended>>> {
    let plan = plan::plan(tx, dialect, now, group, plan::Span::Caller).await?;
    plan.write(tx, dialect).await?;
    Ok(plan.done)
}

#[cfg(test)]
mod tests;
