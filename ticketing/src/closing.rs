//! How a ticket ends, and begins again.

use chat::{AgentId, ConversationId, Speaker, WorkspaceId, agent::Agent};
use serde_json::json;

use crate::{
    Desk, Error, Result,
    change::Change,
    ticket::{Status, Ticket, Why},
};

impl Desk {
    /// The work is done: the visitor is told and asked how it was. Their next message opens the ticket again.
    ///
    /// # Errors
    /// [`Error::NotOpen`] without an open ticket.
    pub async fn resolve(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if change.live()?.agent.is_none() {
            // The bot must not answer what is written next: the ticket needs somebody to come back to.
            change.adopt(&by).await?;
        }
        change.end()?;
        change.tell("resolved", Some(&by.name), "event.resolved", &[("agent", &by.name)]).await?;
        change.answered().await?;
        change.closed(Some(change.now)).await?;
        change.note(agent, "ticket.resolve", json!({})).await?;
        self.finish_and_drain(change).await
    }

    /// Opens a resolved ticket again, for the agent who opens it.
    ///
    /// # Errors
    /// [`Error::NotOpen`] when there is no resolved ticket.
    pub async fn reopen(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        let ticket = change.ticket.as_mut().filter(|ticket| !ticket.is_live()).ok_or(Error::NotOpen)?;
        ticket.resolved_at = None;
        change.adopt(&by).await?;
        change.closed(None).await?;
        change.tell("reopened", Some(&by.name), "event.reopened", &[]).await?;
        change.note(agent, "ticket.reopen", json!({})).await?;
        change.finish().await?.ok_or(Error::NotFound)
    }

    /// The agent's choice that the bot goes on: the ticket is done, the conversation is not.
    ///
    /// # Errors
    /// [`Error::NotOpen`] when people have nothing to give back.
    pub async fn give_back(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<()> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if change.conversation.speaker == Speaker::Bot {
            return Err(Error::NotOpen);
        }
        if change.live().is_ok() {
            change.end()?;
        }
        change.speaker(Speaker::Bot).await?;
        change.closed(None).await?;
        change.tell("returned_to_bot", Some(&by.name), "event.returned_to_bot", &[]).await?;
        change.note(agent, "ticket.give_back", json!({})).await?;
        self.finish_and_drain(change).await.map(drop)
    }

    /// Finishes a change that may have made room for the next chat.
    pub(crate) async fn finish_and_drain(&self, change: Change<'_>) -> Result<Ticket> {
        let workspace = change.workspace();
        let ticket = change.finish().await?.ok_or(Error::NotFound)?;
        self.drain(workspace).await;
        Ok(ticket)
    }
}

impl Change<'_> {
    /// Makes `by` the holder without a word to the visitor, who does not wait for one.
    pub(crate) async fn adopt(&mut self, by: &Agent) -> Result<()> {
        self.give(by.id, Why::Taken { agent: by.name.clone() }).await?;
        let now = self.now;
        self.live()?.replied_at = Some(now);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let now = self.now;
        let ticket = self.live()?;
        ticket.status = Status::Resolved;
        ticket.resolved_at = Some(now);
        ticket.queued_at = None;
        ticket.snoozed_until = None;
        Ok(())
    }
}
