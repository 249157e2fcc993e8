//! The queue: by priority, then by age. It is worked off whenever somebody has room.

use chat::{ConversationId, Store, TeamId, TicketId, VisitorId, WorkspaceId, row};
use std::collections::HashMap;

use crate::{
    Desk, Result,
    change::Change,
    config::ms,
    crew::{self, Member},
    routing::{Choice, Lack, Need, choose},
    team,
    ticket::{self, Routed, Ticket, Why},
};

/// Tickets looked at in one pass.
pub(crate) const PASS: i64 = 5_000;

/// A ticket that waits, with what routing needs.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) ticket: TicketId,
    pub(crate) conversation: ConversationId,
    pub(crate) visitor: VisitorId,
    pub(crate) team: Option<TeamId>,
    routed: Routed,
}

impl Desk {
    /// Routes what waits in a workspace, as far as there is room. A failure is left to the next sweep.
    pub(crate) async fn drain(&self, workspace: WorkspaceId) {
        if let Err(error) = self.try_drain(workspace).await {
            tracing::warn!(workspace.id = %workspace, %error, "the queue could not be worked off; the next sweep tries again");
        }
    }

    async fn try_drain(&self, workspace: WorkspaceId) -> Result<()> {
        let store = self.chat().store();
        let queue = waiting(store, workspace, PASS).await?;
        if queue.is_empty() {
            return Ok(());
        }
        let mut members = self.agents(workspace).await?;
        let mut names = None;
        for next in queue {
            match choose(&crew::candidates(&members, next.team), &self.need(&next)) {
                Choice::Agent { .. } => {
                    let Some(ticket) = self.route_waiting(workspace, next.conversation).await? else { continue };
                    count_in(&mut members, &ticket);
                }
                Choice::Queue(lack) => {
                    if names.is_none() {
                        names = Some(team::names(store, workspace).await?);
                    }
                    self.explain(workspace, &next, lack, names.as_ref()).await?;
                }
            }
        }
        Ok(())
    }

    fn need(&self, next: &Waiting) -> Need {
        let since = self.chat().now() - ms(self.config().passed_s);
        Need { team: next.team, passed: next.routed.passed_since(since) }
    }

    /// Gives one ticket to whoever is best now; `None` when it is taken already or the room is gone.
    async fn route_waiting(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Ticket>> {
        let mut change = Change::begin(self, workspace, conversation).await?;
        if !change.live().is_ok_and(|ticket| ticket.is_queued()) {
            return Ok(None);
        }
        let Some(agent) = change.route().await? else { return Ok(None) };
        change.tell("taken", Some(&agent), "event.assigned", &[("agent", &agent)]).await?;
        change.finish().await
    }

    /// Keeps the reason of waiting true, without a word to anybody who does not look.
    async fn explain(&self, workspace: WorkspaceId, next: &Waiting, lack: Lack, names: Option<&HashMap<TeamId, String>>) -> Result<()> {
        let team = next.team.and_then(|team| names?.get(&team).cloned());
        let why = Why::Queued { lack, team };
        if next.routed.why.as_ref() == Some(&why) {
            return Ok(());
        }
        ticket::reason_of_waiting(self.chat().store(), workspace, next.ticket, &next.routed.then(why)).await
    }
}

/// The copy of who has how much stays true during a pass.
fn count_in(members: &mut [Member], ticket: &Ticket) {
    for member in members.iter_mut().filter(|member| Some(member.agent) == ticket.agent) {
        member.load += 1;
        member.last_assigned_at = ticket.assigned_at;
    }
}

/// The queue of a workspace in order.
pub(crate) async fn waiting(store: &Store, workspace: WorkspaceId, limit: i64) -> Result<Vec<Waiting>> {
    let rows = sqlx::query(
        "SELECT t.id, t.conversation_id, c.visitor_id, t.team_id, t.routed FROM ticket t JOIN conversation c ON c.id = t.conversation_id
          WHERE t.workspace_id = $1 AND t.queued_at IS NOT NULL ORDER BY t.priority, t.queued_at, t.number LIMIT $2",
    )
    .bind(workspace.text())
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                ticket: row::id(row, "id")?,
                conversation: row::id(row, "conversation_id")?,
                visitor: row::id(row, "visitor_id")?,
                team: row::optional_id(row, "team_id")?,
                routed: row::json(row, "routed")?,
            })
        })
        .collect()
}

/// The workspaces in which somebody waits: for the sweep.
pub(crate) async fn workspaces(store: &Store) -> Result<Vec<WorkspaceId>> {
    let rows = sqlx::query("SELECT DISTINCT workspace_id FROM ticket WHERE queued_at IS NOT NULL").fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok(row::id(row, "workspace_id")?)).collect()
}
