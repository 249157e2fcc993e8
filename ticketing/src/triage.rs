//! What a ticket needs, as people see it: priority, team, subject; and how much an agent can bear.

use chat::{AgentId, ConversationId, Fault, TeamId, WorkspaceId, agent, conversation::cut};
use serde_json::json;

use crate::{
    Desk, Error, Result,
    change::Change,
    team,
    ticket::{Priority, Ticket},
};

/// What a ticket is given at once; `None` and empty: as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// Whose work it is.
    pub team: Option<TeamId>,
    /// How much it hurries.
    pub priority: Option<Priority>,
    /// Labels that are added.
    pub labels: Vec<String>,
}

impl Desk {
    /// Gives a ticket team, priority and labels in one change. Who holds it keeps it; one that waits is routed anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown team; [`Error::NotOpen`].
    pub async fn triage(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, triage: &Triage) -> Result<Ticket> {
        self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if let Some(team) = triage.team {
            team::name(&mut change.tx, workspace, team).await?.ok_or(Error::NotFound)?;
        }
        let ticket = change.live()?;
        ticket.team = triage.team.or(ticket.team);
        ticket.priority = triage.priority.unwrap_or(ticket.priority);
        ticket.add_labels(&triage.labels);
        let detail = json!({ "team": triage.team, "priority": triage.priority, "labels": triage.labels });
        change.note(agent, "ticket.triage", detail).await?;
        self.finish_and_drain(change).await
    }

    /// Gives a ticket these labels and no others.
    ///
    /// # Errors
    /// [`Error::NotOpen`] without an open ticket.
    pub async fn set_labels(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        labels: &[String],
    ) -> Result<Ticket> {
        self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        let ticket = change.live()?;
        ticket.labels.clear();
        ticket.add_labels(labels);
        change.note(agent, "ticket.set_labels", json!({ "labels": labels })).await?;
        change.finish().await?.ok_or(Error::NotFound)
    }

    /// Says how much a ticket hurries.
    ///
    /// # Errors
    /// [`Error::NotOpen`] without an open ticket.
    pub async fn set_priority(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        priority: Priority,
    ) -> Result<Ticket> {
        self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        change.live()?.priority = priority;
        change.note(agent, "ticket.set_priority", json!({ "priority": priority })).await?;
        self.finish_and_drain(change).await
    }

    /// Says whose work a ticket is; `None`: anybody's. Who holds it keeps it; one that waits is routed anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown team; [`Error::NotOpen`].
    pub async fn set_team(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        team: Option<TeamId>,
    ) -> Result<Ticket> {
        self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if let Some(team) = team {
            team::name(&mut change.tx, workspace, team).await?.ok_or(Error::NotFound)?;
        }
        change.live()?.team = team;
        change.note(agent, "ticket.set_team", json!({ "team": team })).await?;
        self.finish_and_drain(change).await
    }

    /// Gives a ticket another subject.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty one; [`Error::NotOpen`].
    pub async fn set_subject(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, subject: &str) -> Result<Ticket> {
        self.staff(workspace, agent).await?;
        let subject = cut(subject.trim(), 120);
        if subject.is_empty() {
            return Err(Error::invalid(Fault::of("fault-subject")));
        }
        let mut change = Change::begin(self, workspace, conversation).await?;
        change.live()?.subject = subject;
        change.note(agent, "ticket.set_subject", json!({})).await?;
        change.finish().await?.ok_or(Error::NotFound)
    }

    /// Says how many chats an agent can have at once (0 to 100). More room routes what waits.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::NotFound`].
    pub async fn set_capacity(&self, workspace: WorkspaceId, agent: AgentId, capacity: i64) -> Result<()> {
        let found = agent::find(self.chat().store(), workspace, agent).await?;
        agent::save(self.chat().store(), &agent::Agent { capacity, ..found }).await?;
        self.present(workspace, agent);
        self.drain(workspace).await;
        Ok(())
    }
}
