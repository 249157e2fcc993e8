//! Signs of life. Online is a heartbeat, not a promise: the time it was last heard decides.

use chat::{AgentId, News, Store, Topic, WorkspaceId};
use sqlx::Row;

use crate::{Desk, Result};

/// What an agent's console says about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Takes new chats.
    Online,
    /// Takes no new chats.
    Away,
}

impl Availability {
    /// `online` or `away`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
        }
    }

    /// `None` for any other word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Online, Self::Away].into_iter().find(|known| known.text() == text)
    }
}

impl Desk {
    /// The agent's console is alive; call it every 15 s or so. Coming online routes what waits.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn heartbeat(&self, workspace: WorkspaceId, agent: AgentId, availability: Availability) -> Result<()> {
        let before = self.availability(workspace, agent).await?;
        self.said(workspace, agent, before, availability).await
    }

    /// The same for a console that only says that it is still there: the agent is what they said last, or else online.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn still_here(&self, workspace: WorkspaceId, agent: AgentId) -> Result<()> {
        let before = self.availability(workspace, agent).await?;
        self.said(workspace, agent, before, before.unwrap_or(Availability::Online)).await
    }

    async fn said(&self, workspace: WorkspaceId, agent: AgentId, before: Option<Availability>, availability: Availability) -> Result<()> {
        beat(self.chat().store(), workspace, agent, availability, self.chat().now()).await?;
        if before != Some(availability) {
            self.present(workspace, agent);
            if availability == Availability::Online {
                self.drain(workspace).await;
            }
        }
        Ok(())
    }

    /// What the agent last said, while their console is alive; `None`: offline.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn availability(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Availability>> {
        let row = sqlx::query("SELECT state FROM presence WHERE workspace_id = $1 AND agent_id = $2 AND seen_at > $3")
            .bind(workspace.text())
            .bind(agent.text())
            .bind(self.alive_since())
            .fetch_optional(self.chat().store().read())
            .await?;
        Ok(row.map(|row| row.try_get::<String, _>("state")).transpose()?.and_then(|state| Availability::parse(&state)))
    }

    /// The agent has signed out: chats that wait for an answer go to somebody else at once.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn sign_out(&self, workspace: WorkspaceId, agent: AgentId) -> Result<()> {
        sqlx::query("DELETE FROM presence WHERE workspace_id = $1 AND agent_id = $2")
            .bind(workspace.text())
            .bind(agent.text())
            .execute(self.chat().store().write())
            .await?;
        self.present(workspace, agent);
        self.release(workspace, agent).await
    }

    /// Tells everybody that somebody came, left or changed.
    pub(crate) fn present(&self, workspace: WorkspaceId, agent: AgentId) {
        self.chat().bus().publish(Topic::Workspace(workspace), News::Presence { workspace, agent });
        self.queue_moved(workspace);
    }
}

async fn beat(store: &Store, workspace: WorkspaceId, agent: AgentId, availability: Availability, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO presence (agent_id, workspace_id, state, seen_at)
         SELECT id, workspace_id, $3, $4 FROM agent WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL
         ON CONFLICT (agent_id) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at",
    )
    .bind(workspace.text())
    .bind(agent.text())
    .bind(availability.text())
    .bind(now)
    .execute(store.write())
    .await?;
    Ok(())
}
