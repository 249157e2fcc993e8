//! Who of the staff is here, and how much they have to do.

mod presence;

pub use self::presence::Availability;

use chat::{AgentId, TeamId, WorkspaceId, row};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};
use std::collections::HashMap;

use crate::{Desk, Result, config::ms, routing::Candidate};

/// A member of the staff as the desk sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Who.
    pub agent: AgentId,
    /// What visitors and colleagues read.
    pub name: String,
    /// Whether they are here.
    pub state: State,
    /// When their console was last heard of, unix ms.
    pub seen_at: Option<i64>,
    /// Open chats now.
    pub load: i64,
    /// Open chats at most.
    pub capacity: i64,
    /// When they last got a chat, unix ms.
    pub last_assigned_at: Option<i64>,
    /// The teams they are in.
    pub teams: Vec<TeamId>,
}

/// Whether somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Here and taking chats.
    Online,
    /// Here, but wants no new chats.
    Away,
    /// Not heard of for too long.
    Offline,
}

impl State {
    /// `online`, `away` or `offline`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

impl Desk {
    /// Everybody who may sign in, by name, with state and load.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn agents(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        let mut connection = self.chat().store().read().acquire().await?;
        members(&mut connection, workspace, self.alive_since()).await
    }

    /// Whether a person is there who takes chats.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn online(&self, workspace: WorkspaceId) -> Result<bool> {
        let row = sqlx::query(
            "SELECT p.agent_id FROM presence p JOIN agent a ON a.id = p.agent_id
              WHERE p.workspace_id = $1 AND p.state = 'online' AND p.seen_at > $2 AND a.disabled_at IS NULL LIMIT 1",
        )
        .bind(workspace.text())
        .bind(self.alive_since())
        .fetch_optional(self.chat().store().read())
        .await?;
        Ok(row.is_some())
    }

    /// Who was seen after this is here, unix ms.
    pub(crate) fn alive_since(&self) -> i64 {
        self.chat().now() - ms(self.config().heartbeat_timeout_s)
    }
}

/// Everybody who may sign in, by name.
pub(crate) async fn members(connection: &mut AnyConnection, workspace: WorkspaceId, alive_since: i64) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "SELECT a.id, a.name, a.capacity, p.state, p.seen_at,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket t WHERE t.workspace_id = a.workspace_id AND t.agent_id = a.id AND t.status = 'open') AS load,
                (SELECT MAX(t.assigned_at) FROM ticket t WHERE t.workspace_id = a.workspace_id AND t.agent_id = a.id) AS last_assigned_at
           FROM agent a LEFT JOIN presence p ON p.agent_id = a.id
          WHERE a.workspace_id = $1 AND a.disabled_at IS NULL ORDER BY a.name, a.id",
    )
    .bind(workspace.text())
    .fetch_all(&mut *connection)
    .await?;
    let mut teams = memberships(connection, workspace).await?;
    rows.iter().map(|row| member(row, alive_since, &mut teams)).collect()
}

async fn memberships(connection: &mut AnyConnection, workspace: WorkspaceId) -> Result<HashMap<AgentId, Vec<TeamId>>> {
    let rows = sqlx::query("SELECT agent_id, team_id FROM team_member WHERE workspace_id = $1 ORDER BY team_id")
        .bind(workspace.text())
        .fetch_all(connection)
        .await?;
    let mut teams: HashMap<AgentId, Vec<TeamId>> = HashMap::new();
    for row in &rows {
        teams.entry(row::id(row, "agent_id")?).or_default().push(row::id(row, "team_id")?);
    }
    Ok(teams)
}

fn member(row: &AnyRow, alive_since: i64, teams: &mut HashMap<AgentId, Vec<TeamId>>) -> Result<Member> {
    let agent = row::id(row, "id")?;
    let seen_at: Option<i64> = row.try_get("seen_at")?;
    let state: Option<String> = row.try_get("state")?;
    let state = match (state.as_deref(), seen_at) {
        (Some(state), Some(seen_at)) if seen_at > alive_since => {
            if state == "online" {
                State::Online
            } else {
                State::Away
            }
        }
        _ => State::Offline,
    };
    Ok(Member {
        agent,
        name: row.try_get("name")?,
        state,
        seen_at,
        load: row.try_get("load")?,
        capacity: row.try_get("capacity")?,
        last_assigned_at: row.try_get("last_assigned_at")?,
        teams: teams.remove(&agent).unwrap_or_default(),
    })
}

/// As routing sees them, for a chat that needs `team`.
pub(crate) fn candidates(members: &[Member], team: Option<TeamId>) -> Vec<Candidate> {
    members
        .iter()
        .map(|member| Candidate {
            agent: member.agent,
            online: member.state == State::Online,
            in_team: team.is_none_or(|team| member.teams.contains(&team)),
            load: member.load,
            capacity: member.capacity,
            last_assigned_at: member.last_assigned_at,
        })
        .collect()
}
