//! Who holds a chat: taking, taking over, transferring.

use chat::{AgentId, ConversationId, TeamId, WorkspaceId, agent, agent::Agent};
use serde_json::json;

use crate::{
    Desk, Error, Result,
    change::Change,
    team,
    ticket::{Passed, Reason, Ticket, Why},
};

/// Where a chat is transferred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// This colleague, even one who is away or has much to do.
    Agent(AgentId),
    /// Whoever of this team is free.
    Team(TeamId),
    /// Whoever is free, but not the one who transfers it.
    Queue,
}

impl Desk {
    /// Takes a chat from the queue or from the bot. To take one's own chat again changes nothing.
    ///
    /// # Errors
    /// [`Error::Held`] when a colleague has it.
    pub async fn take(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        self.take_from(workspace, agent, conversation, false).await
    }

    /// Takes a chat, from a colleague too.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn take_over(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<Ticket> {
        self.take_from(workspace, agent, conversation, true).await
    }

    async fn take_from(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        from_colleague: bool,
    ) -> Result<Ticket> {
        let taker = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        let holder = change.holder();
        if holder.is_some_and(|holder| holder != agent) && !from_colleague {
            return Err(self.held_by(workspace, holder).await);
        }
        change.take(&taker).await?;
        let ticket = change.finish().await?.ok_or(Error::NotFound)?;
        if holder.is_some_and(|holder| holder != agent) {
            self.drain(workspace).await;
        }
        Ok(ticket)
    }

    /// Gives a chat to a colleague, to a team or back to the queue.
    ///
    /// # Errors
    /// [`Error::NotOpen`] without a ticket; [`Error::NotFound`] for an unknown colleague or team.
    pub async fn transfer(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, to: To) -> Result<Ticket> {
        let by = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        change.live()?;
        match to {
            To::Agent(other) if change.holder() == Some(other) => {}
            To::Agent(other) => change.hand_to(&by, &self.staff(workspace, other).await?).await?,
            To::Team(team) => change.hand_to_team(&by, team).await?,
            To::Queue => change.hand_to_queue(&by).await?,
        }
        let ticket = change.finish().await?.ok_or(Error::NotFound)?;
        self.drain(workspace).await;
        Ok(ticket)
    }

    /// A member of the staff who may work.
    pub(crate) async fn staff(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Agent> {
        let found = agent::find(self.chat().store(), workspace, agent).await?;
        if found.disabled_at.is_some() { Err(Error::NotFound) } else { Ok(found) }
    }

    async fn held_by(&self, workspace: WorkspaceId, holder: Option<AgentId>) -> Error {
        let Some(holder) = holder else { return Error::Changed };
        match agent::find(self.chat().store(), workspace, holder).await {
            Ok(holder) => Error::Held { agent: holder.name },
            Err(error) => error.into(),
        }
    }
}

impl Change<'_> {
    /// The agent who has the live ticket.
    pub(crate) fn holder(&self) -> Option<AgentId> {
        self.ticket.as_ref().filter(|ticket| ticket.is_live()).and_then(|ticket| ticket.agent)
    }

    /// Makes `agent` the one who speaks, with a ticket that says so. Nothing happens if they are already.
    pub(crate) async fn take(&mut self, agent: &Agent) -> Result<()> {
        let by = Why::Taken { agent: agent.name.clone() };
        if self.holder() == Some(agent.id) {
            return self.speaker(chat::Speaker::Agent(agent.id)).await;
        }
        if self.live().is_err() {
            let ticket = match self.reopened() {
                Some(ticket) => ticket,
                None => Ticket { subject: self.subject().await?, ..self.fresh(Reason::Agent) },
            };
            self.ticket = Some(ticket);
        }
        self.give(agent.id, by).await?;
        self.closed(None).await?;
        self.tell("taken", Some(&agent.name), "event.taken", &[("agent", &agent.name)]).await?;
        self.note(agent.id, "ticket.take", json!({})).await
    }

    async fn hand_to(&mut self, by: &Agent, other: &Agent) -> Result<()> {
        self.give(other.id, Why::Transferred { agent: by.name.clone() }).await?;
        self.tell("transferred", Some(&other.name), "event.transferred", &[("agent", &other.name)]).await?;
        self.note(by.id, "ticket.transfer", json!({ "agent": other.id })).await
    }

    async fn hand_to_team(&mut self, by: &Agent, team: TeamId) -> Result<()> {
        let workspace = self.workspace();
        let name = team::name(&mut self.tx, workspace, team).await?.ok_or(Error::NotFound)?;
        self.live()?.team = Some(team);
        match self.leave(by).await? {
            Some(agent) => self.tell("transferred", Some(&agent), "event.transferred", &[("agent", &agent)]).await?,
            None => self.tell("queued", None, "event.transferred_team", &[("team", &name)]).await?,
        }
        self.note(by.id, "ticket.transfer", json!({ "team": team })).await
    }

    async fn hand_to_queue(&mut self, by: &Agent) -> Result<()> {
        match self.leave(by).await? {
            Some(agent) => self.tell("transferred", Some(&agent), "event.transferred", &[("agent", &agent)]).await?,
            None => self.tell("queued", None, "event.queued", &[]).await?,
        }
        self.note(by.id, "ticket.transfer", json!({ "queue": true })).await
    }

    /// Takes the ticket from whoever has it and routes it to somebody else than `by`.
    async fn leave(&mut self, by: &Agent) -> Result<Option<String>> {
        let now = self.now;
        let ticket = self.live()?;
        ticket.enqueue(ticket.waiting_since(now));
        ticket.routed.passed.push(Passed { agent: by.id, at: now });
        self.route().await
    }
}
