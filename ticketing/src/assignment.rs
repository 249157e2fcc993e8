//! Giving a ticket to somebody within a change: routed, or by hand.

use chat::{AgentId, Speaker};

use crate::{
    Result,
    change::Change,
    config::ms,
    crew::{self, Member, State},
    routing::{Choice, Need, choose},
    team,
    ticket::Why,
};

impl Change<'_> {
    /// Gives the ticket to the best agent, or leaves it in the queue; returns the agent's name.
    pub(crate) async fn route(&mut self) -> Result<Option<String>> {
        self.lock_routing().await?;
        let members = self.members().await?;
        let (now, passed_ms, workspace) = (self.now, ms(self.desk.config().passed_s), self.workspace());
        let ticket = self.live()?;
        let need = Need { team: ticket.team, passed: ticket.routed.passed_since(now - passed_ms) };
        let choice = choose(&crew::candidates(&members, need.team), &need);
        let team = match need.team {
            Some(team) => team::name(&mut self.tx, workspace, team).await?,
            None => None,
        };
        match choice {
            Choice::Agent { agent, load, capacity } => {
                self.give(agent, Why::Chosen { team, load, capacity }).await?;
                Ok(members.into_iter().find(|member| member.agent == agent).map(|member| member.name))
            }
            Choice::Queue(lack) => {
                self.enqueue(now, Why::Queued { lack, team }).await?;
                Ok(None)
            }
        }
    }

    /// To the agent who has it already, if they are online; else as [`Change::route`] decides.
    pub(crate) async fn return_or_route(&mut self) -> Result<Option<String>> {
        let holder = self.ticket.as_ref().and_then(|ticket| ticket.agent);
        let members = self.members().await?;
        let here = members.into_iter().find(|member| Some(member.agent) == holder && member.state == State::Online);
        match here {
            Some(Member { agent, name, .. }) => {
                self.give(agent, Why::Returned { agent: name.clone() }).await?;
                Ok(Some(name))
            }
            None => self.route().await,
        }
    }

    /// Gives the ticket to `agent`, who may speak from now on.
    pub(crate) async fn give(&mut self, agent: AgentId, why: Why) -> Result<()> {
        let now = self.now;
        if let Some(ticket) = &mut self.ticket {
            ticket.assign(agent, now);
            ticket.routed = ticket.routed.then(why);
        }
        self.speaker(Speaker::Agent(agent)).await
    }

    /// Puts the ticket into the queue, where it counts as waiting since `since`.
    pub(crate) async fn enqueue(&mut self, since: i64, why: Why) -> Result<()> {
        if let Some(ticket) = &mut self.ticket {
            ticket.enqueue(since);
            ticket.routed = ticket.routed.then(why);
        }
        self.speaker(Speaker::Queue).await
    }

    async fn members(&mut self) -> Result<Vec<Member>> {
        let (workspace, since) = (self.workspace(), self.desk.alive_since());
        crew::members(&mut self.tx, workspace, since).await
    }

    /// One routing decision of a workspace at a time, on all nodes: two at once could both see the last free place.
    async fn lock_routing(&mut self) -> Result<()> {
        sqlx::query(
            "INSERT INTO ticket_counter (workspace_id, last_number) VALUES ($1, 0)
             ON CONFLICT (workspace_id) DO UPDATE SET last_number = ticket_counter.last_number",
        )
        .bind(self.workspace().text())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
