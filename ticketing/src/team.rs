//! Teams: who does which kind of work.

use chat::{AgentId, Fault, Store, TeamId, WorkspaceId, conversation::cut, row};
use serde::Serialize;
use sqlx::{AnyConnection, Row};
use std::collections::HashMap;

use crate::{Desk, Error, Result};

/// A team with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Which one.
    pub id: TeamId,
    /// Unique in the workspace.
    pub name: String,
    /// Who is in it.
    pub members: Vec<AgentId>,
    /// Unix ms.
    pub created_at: i64,
}

/// The longest name, in characters.
const NAME: usize = 60;

impl Desk {
    /// The teams of a workspace, by name.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn teams(&self, workspace: WorkspaceId) -> Result<Vec<Team>> {
        list(self.chat().store(), workspace).await
    }

    /// Makes a team.
    ///
    /// # Errors
    /// [`Error::Taken`] when there is one of this name; [`Error::Invalid`].
    pub async fn create_team(&self, workspace: WorkspaceId, name: &str) -> Result<TeamId> {
        let (id, name): (TeamId, String) = (self.chat().id(), checked(name)?);
        sqlx::query("INSERT INTO team (id, workspace_id, name, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id.text())
            .bind(workspace.text())
            .bind(name)
            .bind(self.chat().now())
            .execute(self.chat().store().write())
            .await?;
        Ok(id)
    }

    /// Gives a team another name.
    ///
    /// # Errors
    /// As [`Desk::create_team`]; [`Error::NotFound`].
    pub async fn rename_team(&self, workspace: WorkspaceId, team: TeamId, name: &str) -> Result<()> {
        let done = sqlx::query("UPDATE team SET name = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(team.text())
            .bind(checked(name)?)
            .execute(self.chat().store().write())
            .await?;
        if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Says who is in a team; those who are not named leave it. What waits for the team is routed.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown team. Unknown agents are left out.
    pub async fn set_members(&self, workspace: WorkspaceId, team: TeamId, members: &[AgentId]) -> Result<()> {
        let mut tx = self.chat().begin().await?;
        name(&mut tx, workspace, team).await?.ok_or(Error::NotFound)?;
        sqlx::query("DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2")
            .bind(workspace.text())
            .bind(team.text())
            .execute(&mut *tx)
            .await?;
        for agent in members {
            sqlx::query(
                "INSERT INTO team_member (workspace_id, team_id, agent_id) SELECT workspace_id, $2, id FROM agent WHERE workspace_id = $1 AND id = $3
                 ON CONFLICT (team_id, agent_id) DO NOTHING",
            )
            .bind(workspace.text())
            .bind(team.text())
            .bind(agent.text())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        self.queue_moved(workspace);
        self.drain(workspace).await;
        Ok(())
    }

    /// Removes a team. Its tickets become anybody's work.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_team(&self, workspace: WorkspaceId, team: TeamId) -> Result<()> {
        let mut tx = self.chat().begin().await?;
        for sql in [
            "UPDATE ticket SET team_id = NULL WHERE workspace_id = $1 AND team_id = $2",
            "DELETE FROM team_member WHERE workspace_id = $1 AND team_id = $2",
        ] {
            sqlx::query(sql).bind(workspace.text()).bind(team.text()).execute(&mut *tx).await?;
        }
        let done = sqlx::query("DELETE FROM team WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(team.text())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        tx.commit().await?;
        self.queue_moved(workspace);
        self.drain(workspace).await;
        Ok(())
    }
}

/// The teams of a workspace, by name, with their members.
///
/// # Errors
/// Only the record's.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Team>> {
    let rows = sqlx::query(
        "SELECT t.id, t.name, t.created_at, m.agent_id FROM team t LEFT JOIN team_member m ON m.team_id = t.id
          WHERE t.workspace_id = $1 ORDER BY t.name, t.id, m.agent_id",
    )
    .bind(workspace.text())
    .fetch_all(store.read())
    .await?;
    let mut teams: Vec<Team> = Vec::new();
    for row in &rows {
        let id = row::id(row, "id")?;
        if teams.last().is_none_or(|team| team.id != id) {
            teams.push(Team { id, name: row.try_get("name")?, members: Vec::new(), created_at: row.try_get("created_at")? });
        }
        if let (Some(team), Some(agent)) = (teams.last_mut(), row::optional_id(row, "agent_id")?) {
            team.members.push(agent);
        }
    }
    Ok(teams)
}

/// The team's name; `None` when it is not one of this workspace.
pub(crate) async fn name(connection: &mut AnyConnection, workspace: WorkspaceId, team: TeamId) -> Result<Option<String>> {
    let row = sqlx::query("SELECT name FROM team WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(team.text())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get("name")).transpose()?)
}

pub(crate) async fn names(store: &Store, workspace: WorkspaceId) -> Result<HashMap<TeamId, String>> {
    Ok(list(store, workspace).await?.into_iter().map(|team| (team.id, team.name)).collect())
}

fn checked(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(Error::invalid(Fault::of("fault-team-name").with("n", NAME)));
    }
    Ok(cut(name, NAME))
}
