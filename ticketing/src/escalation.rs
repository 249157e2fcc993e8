//! The bot hands a conversation over to people.

use chat::{ConversationId, TeamId, WorkspaceId, conversation::cut};
use sqlx::Row;

use crate::{
    Desk, Error, Result,
    change::Change,
    config::ms,
    ticket::{Packet, Priority, Reason, Routed, Status, Ticket},
    words::{join, say},
};

/// A handover, as the bot asks for it.
#[derive(Clone, Debug)]
pub struct Escalation {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// What is handed over.
    pub conversation: ConversationId,
    /// Refused unless this is the conversation's epoch.
    pub epoch: Option<i64>,
    /// Why.
    pub reason: Reason,
    /// How much it hurries.
    pub priority: Priority,
    /// Whose work it is; `None`: anybody's.
    pub team: Option<TeamId>,
    /// What it is about, in the workspace's own words.
    pub labels: Vec<String>,
    /// One line.
    pub subject: String,
    /// What the agent needs to know.
    pub packet: Packet,
    /// The visitor's language.
    pub locale: String,
    /// What the visitor is told, in their language.
    pub say: String,
    /// The last message of the visitor that this turn has considered; refused when another turn has answered it already.
    pub considered: Option<i64>,
}

/// The longest subject, in characters.
const SUBJECT: usize = 120;

impl Desk {
    /// Makes a ticket, or opens the one that was resolved lately, routes it, and tells the visitor: all or nothing.
    /// A conversation that is with people already keeps its ticket, which is returned.
    ///
    /// # Errors
    /// [`Error::Changed`] when the epoch is not current any more, or another turn was faster; [`Error::NotFound`].
    pub async fn escalate(&self, escalation: Escalation) -> Result<Ticket> {
        let mut change = Change::begin(self, escalation.workspace, escalation.conversation).await?;
        if let Some(ticket) = change.with_people() {
            return Ok(ticket);
        }
        let (epoch, answered) = (change.conversation.epoch, change.conversation.answered_seq);
        if escalation.epoch.is_some_and(|expected| expected != epoch) || escalation.considered.is_some_and(|seq| seq <= answered) {
            return Err(Error::Changed);
        }
        let (locale, words) = (escalation.locale.clone(), escalation.say.clone());
        let old_holder = change.open_ticket(escalation).await?;
        let agent = if old_holder { change.return_or_route().await? } else { change.route().await? };
        change.closed(None).await?;
        let assigned = agent.as_deref().map(|agent| say(&locale, "event.assigned", &[("agent", agent)]));
        let body = assigned.map_or_else(|| words.clone(), |assigned| join(&words, &assigned));
        change.tell_as_is("handed_over", agent.as_deref(), body).await?;
        let ticket = change.finish().await?.ok_or(Error::NotFound)?;
        tracing::info!(
            workspace.id = %ticket.workspace, conversation.id = %ticket.conversation, ticket.number = ticket.number,
            ticket.reason = ticket.reason.text(), ticket.routed = agent.is_some(), "a conversation was handed over"
        );
        Ok(ticket)
    }
}

impl Change<'_> {
    /// The live ticket of a conversation in which a person, or the queue, has the word.
    fn with_people(&mut self) -> Option<Ticket> {
        let bot = self.conversation.speaker == chat::Speaker::Bot;
        self.live().ok().filter(|_| !bot).cloned()
    }

    /// The ticket a handover is about; true when it is an old one that somebody has held.
    async fn open_ticket(&mut self, new: Escalation) -> Result<bool> {
        let mut ticket = self.reopened().unwrap_or_else(|| self.fresh(new.reason));
        let old_holder = ticket.agent.is_some();
        ticket.reason = new.reason;
        ticket.priority = new.priority;
        ticket.team = new.team.or(ticket.team);
        ticket.add_labels(&new.labels);
        ticket.packet = new.packet;
        ticket.subject = match cut(new.subject.trim(), SUBJECT) {
            empty if empty.is_empty() => self.subject().await?,
            subject => subject,
        };
        self.ticket = Some(ticket);
        Ok(old_holder)
    }

    /// What a ticket is called when nobody has said: the visitor's first words.
    pub(crate) async fn subject(&mut self) -> Result<String> {
        let row = sqlx::query(
            "SELECT body FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND author = 'visitor' AND recalled_at IS NULL ORDER BY seq LIMIT 1",
        )
        .bind(self.workspace().text())
        .bind(self.conversation.id.text())
        .fetch_optional(&mut *self.tx)
        .await?;
        let body: String = row.map(|row| row.try_get("body")).transpose()?.unwrap_or_default();
        let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(if line.is_empty() { say(&self.conversation.locale, "subject.unknown", &[]) } else { cut(&line, SUBJECT) })
    }

    /// The newest ticket, open again, unless it was resolved too long ago.
    pub(crate) fn reopened(&mut self) -> Option<Ticket> {
        let oldest = self.now - ms(self.desk.config().reopen_within_s);
        let mut ticket = self.ticket.clone()?;
        if ticket.resolved_at.is_some_and(|at| at < oldest) {
            return None;
        }
        ticket.status = Status::Open;
        ticket.resolved_at = None;
        ticket.routed = Routed::default();
        Some(ticket)
    }

    /// A ticket that does not exist yet; it gets its number when it is written.
    pub(crate) fn fresh(&self, reason: Reason) -> Ticket {
        Ticket {
            id: self.chat().id(),
            workspace: self.workspace(),
            number: 0,
            conversation: self.conversation.id,
            subject: String::new(),
            reason,
            priority: Priority::Normal,
            team: None,
            agent: None,
            status: Status::Open,
            labels: Vec::new(),
            packet: Packet::default(),
            routed: Routed::default(),
            created_at: self.now,
            updated_at: self.now,
            queued_at: None,
            assigned_at: None,
            replied_at: None,
            first_reply_at: None,
            snoozed_until: None,
            resolved_at: None,
            waited_ms: None,
            touched_at: None,
        }
    }
}
