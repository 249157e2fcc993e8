//! Work that waits: for the visitor, or for a time.

use chat::{AgentId, ConversationId, Fault, WorkspaceId};
use serde_json::json;

use crate::{
    Desk, Error, Result,
    change::Change,
    ticket::{Status, Ticket},
};

/// Nobody plans further ahead, ms.
const FARTHEST_MS: i64 = 366 * 24 * 3_600_000;

impl Desk {
    /// Waits for the visitor, whose next message makes it work again; meanwhile it does not count as a chat of its agent.
    ///
    /// # Errors
    /// [`Error::NotOpen`] without an open ticket.
    pub async fn pend(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        self.park(workspace, agent, conversation, Status::Pending, None).await
    }

    /// Puts the ticket away until a time (unix ms), or until the visitor writes.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time that is past or too far; [`Error::NotOpen`].
    pub async fn snooze(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, until: i64) -> Result<Ticket> {
        let now = self.chat().now();
        if until <= now || until > now + FARTHEST_MS {
            return Err(Error::invalid(Fault::of("fault-until")));
        }
        self.park(workspace, agent, conversation, Status::Snoozed, Some(until)).await
    }

    async fn park(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        status: Status,
        until: Option<i64>,
    ) -> Result<Ticket> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if change.live()?.agent.is_none() {
            change.adopt(&by).await?;
        }
        let ticket = change.live()?;
        ticket.status = status;
        ticket.snoozed_until = until;
        let key = if status == Status::Pending { "staff.pending" } else { "staff.snoozed" };
        change.tell_staff(status.text(), &by.name, key).await?;
        change.answered().await?;
        change.note(agent, "ticket.park", json!({ "status": status, "until": until })).await?;
        self.finish_and_drain(change).await
    }

    /// Makes a ticket that waits for the visitor or for a time into work again, for the one who has it.
    ///
    /// # Errors
    /// [`Error::NotOpen`] when it does not wait.
    pub async fn resume(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        let now = change.now;
        let ticket = change.live()?;
        if !matches!(ticket.status, Status::Pending | Status::Snoozed) {
            return Err(Error::NotOpen);
        }
        ticket.status = Status::Open;
        ticket.snoozed_until = None;
        ticket.touched_at = Some(now);
        change.tell_staff("resumed", &by.name, "staff.resumed").await?;
        change.note(agent, "ticket.resume", json!({})).await?;
        change.finish().await?.ok_or(Error::NotFound)
    }

    /// Makes a ticket that waited into work again: for its agent if they are here, else for whoever is free.
    /// Nothing happens if it does not wait any more.
    pub(crate) async fn wake(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<()> {
        let mut change = Change::begin(self, workspace, conversation).await?;
        let now = change.now;
        let asked = change.conversation.asked_seq > change.conversation.answered_seq;
        let Ok(ticket) = change.live() else { return Ok(()) };
        let due = ticket.snoozed_until.is_some_and(|until| until <= now);
        let parked = matches!(ticket.status, Status::Pending | Status::Snoozed);
        if !parked || !(due || asked) {
            return Ok(());
        }
        ticket.status = Status::Open;
        ticket.snoozed_until = None;
        ticket.touched_at = Some(now);
        let holder = ticket.agent;
        if due && !asked {
            change.tell_staff("woke", "", "staff.woke").await?;
        }
        if asked && !self.is_here(workspace, holder).await? {
            match change.route().await? {
                Some(agent) => change.tell("transferred", Some(&agent), "event.transferred", &[("agent", &agent)]).await?,
                None => change.tell("queued", None, "event.queued", &[]).await?,
            }
        }
        change.finish().await.map(drop)
    }

    async fn is_here(&self, workspace: WorkspaceId, agent: Option<AgentId>) -> Result<bool> {
        let Some(agent) = agent else { return Ok(false) };
        Ok(self.availability(workspace, agent).await?.is_some())
    }
}
