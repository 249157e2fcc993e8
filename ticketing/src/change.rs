//! One change of a conversation and its ticket: locked, checked, written and told as a whole.
//!
//! The conversation's row is locked first, so changes of one conversation come one after another on every node.

use chat::{
    AgentId, Append, Appended, Audience, Author, Chat, ConversationId, Event, Extra, Speaker, Tx, WorkspaceId, audit, conversation, speaker,
};
use serde_json::Value;

use crate::{
    Desk, Error, Result,
    ticket::{self, Ticket},
    words::say,
};

/// A transaction in progress. Dropped without [`Change::finish`] nothing has happened.
pub(crate) struct Change<'d> {
    pub(crate) desk: &'d Desk,
    pub(crate) tx: Tx,
    pub(crate) now: i64,
    pub(crate) conversation: conversation::Conversation,
    /// The newest ticket as this change leaves it.
    pub(crate) ticket: Option<Ticket>,
    before: Option<Ticket>,
    appended: Vec<Appended>,
    epoch: Option<i64>,
}

impl<'d> Change<'d> {
    /// Locks the conversation and reads its newest ticket.
    pub(crate) async fn begin(desk: &'d Desk, workspace: WorkspaceId, id: ConversationId) -> Result<Self> {
        let mut tx = desk.chat().begin().await?;
        let lock = desk.chat().store().dialect().for_update();
        let sql = format!("SELECT * FROM conversation WHERE workspace_id = $1 AND id = $2{lock}");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_optional(&mut *tx).await?;
        let conversation = conversation::from_row(&row.ok_or(Error::NotFound)?)?;
        let before = ticket::in_tx(&mut tx, workspace, id).await?;
        let now = desk.chat().now();
        Ok(Self { desk, tx, now, conversation, ticket: before.clone(), before, appended: Vec::new(), epoch: None })
    }

    pub(crate) fn chat(&self) -> &'d Chat {
        self.desk.chat()
    }

    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.conversation.workspace
    }

    /// The ticket that is not resolved.
    pub(crate) fn live(&mut self) -> Result<&mut Ticket> {
        self.ticket.as_mut().filter(|ticket| ticket.is_live()).ok_or(Error::NotOpen)
    }

    /// The visitor waits for a word of the one who holds the ticket.
    pub(crate) fn visitor_waits(&self) -> bool {
        let unanswered = self.conversation.asked_seq > self.conversation.answered_seq;
        unanswered || self.ticket.as_ref().is_some_and(|ticket| ticket.is_live() && ticket.replied_at.is_none())
    }

    /// Lets `to` speak, unless they do already.
    pub(crate) async fn speaker(&mut self, to: Speaker) -> Result<()> {
        if self.conversation.speaker == to {
            return Ok(());
        }
        let (workspace, id) = (self.workspace(), self.conversation.id);
        let epoch = speaker::change(&mut self.tx, workspace, id, Some(self.conversation.epoch), to).await?;
        self.conversation.speaker = to;
        self.conversation.epoch = epoch;
        self.conversation.answered_seq = self.conversation.asked_seq;
        self.epoch = Some(epoch);
        Ok(())
    }

    /// A system message for everybody, in the conversation's language.
    pub(crate) async fn tell(&mut self, event: &str, agent: Option<&str>, key: &str, values: &[(&str, &str)]) -> Result<()> {
        let body = say(&self.conversation.locale, key, values);
        self.tell_as_is(event, agent, body).await
    }

    /// A system message for everybody, in words that are given.
    pub(crate) async fn tell_as_is(&mut self, event: &str, agent: Option<&str>, body: String) -> Result<()> {
        let append = self.system(event, agent, Audience::All, body);
        self.append(append).await.map(drop)
    }

    /// A system line that only the staff see.
    pub(crate) async fn tell_staff(&mut self, event: &str, agent: &str, key: &str) -> Result<()> {
        let body = say(&self.conversation.locale, key, &[("agent", agent)]);
        let append = self.system(event, Some(agent), Audience::Staff, body);
        self.append(append).await.map(drop)
    }

    fn system(&self, event: &str, agent: Option<&str>, audience: Audience, body: String) -> Append {
        let event = Event { name: event.into(), agent: agent.map(Into::into), seq: None };
        let extra = Extra { event: Some(event), ..Extra::default() };
        Append { audience, extra, ..Append::new(self.workspace(), self.conversation.id, self.chat().id(), Author::System, body) }
    }

    /// Appends by the same rules as through the door.
    pub(crate) async fn append(&mut self, append: Append) -> Result<Appended> {
        let appended = self.chat().append_in(&mut self.tx, append).await?;
        self.appended.push(appended.clone());
        Ok(appended)
    }

    /// Everything the visitor has said counts as answered.
    pub(crate) async fn answered(&mut self) -> Result<()> {
        sqlx::query("UPDATE conversation SET answered_seq = asked_seq WHERE workspace_id = $1 AND id = $2")
            .bind(self.workspace().text())
            .bind(self.conversation.id.text())
            .execute(&mut *self.tx)
            .await?;
        self.conversation.answered_seq = self.conversation.asked_seq;
        Ok(())
    }

    /// Closes the conversation, or opens it again.
    pub(crate) async fn closed(&mut self, closed_at: Option<i64>) -> Result<()> {
        sqlx::query("UPDATE conversation SET closed_at = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(self.workspace().text())
            .bind(self.conversation.id.text())
            .bind(closed_at)
            .execute(&mut *self.tx)
            .await?;
        self.conversation.closed_at = closed_at;
        Ok(())
    }

    /// A line of the audit log, in the same transaction.
    pub(crate) async fn note(&mut self, agent: AgentId, action: &str, detail: Value) -> Result<()> {
        let object = self.ticket.as_ref().map_or_else(|| self.conversation.id.text(), |ticket| ticket.id.text());
        let entry = audit::Entry { id: self.chat().id(), actor: audit::Actor::Agent(agent), action, object, detail, at: self.now };
        let workspace = self.workspace();
        Ok(audit::note_in(&mut self.tx, workspace, entry).await?)
    }

    /// Writes the ticket, commits, and tells everybody whom it concerns.
    pub(crate) async fn finish(mut self) -> Result<Option<Ticket>> {
        let ticket = self.write_ticket().await?;
        let queued = |ticket: &Option<Ticket>| ticket.as_ref().is_some_and(Ticket::is_queued);
        let queue_moved = queued(&self.before) || queued(&ticket);
        let Self { desk, tx, conversation: it, appended, epoch, .. } = self;
        let (chat, desk) = (desk.chat(), desk.clone());
        chat.commit(tx, appended, move |chat| {
            match epoch {
                Some(epoch) => chat.speaker_changed(it.workspace, it.visitor, it.id, epoch),
                None => chat.conversation_changed(it.workspace, it.visitor, it.id),
            }
            if queue_moved {
                desk.queue_moved(it.workspace);
            }
        })
        .await?;
        Ok(ticket)
    }

    async fn write_ticket(&mut self) -> Result<Option<Ticket>> {
        let Some(mut after) = self.ticket.take() else { return Ok(None) };
        if self.before.as_ref() == Some(&after) {
            return Ok(Some(after));
        }
        after.updated_at = self.now;
        let workspace = self.conversation.workspace;
        match &self.before {
            Some(before) if before.id == after.id => ticket::save(&mut self.tx, workspace, before, &after).await?,
            _ => after = ticket::insert(&mut self.tx, workspace, after).await?,
        }
        Ok(Some(after))
    }
}
