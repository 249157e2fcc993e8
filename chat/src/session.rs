//! Browsers of the staff that are signed in. Only a token's hash is kept.

use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::{AgentId, Error, Random, Result, Store, WorkspaceId, row};

/// How long a session lives without being used, in ms: two weeks.
pub const LIFETIME_MS: i64 = 14 * 24 * 3_600_000;

/// A row of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Who is signed in.
    pub agent: AgentId,
    /// What every form of this session must carry.
    pub csrf: String,
    /// Unix milliseconds.
    pub expires_at: i64,
}

/// The hash of a secret token, as the store keeps it: hex.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs a browser in and returns its token.
pub async fn open(store: &Store, random: &Random, workspace: WorkspaceId, agent: AgentId, now: i64) -> Result<String> {
    let token = random.token();
    sqlx::query("INSERT INTO agent_session (token_hash, workspace_id, agent_id, csrf, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)")
        .bind(token_hash(&token))
        .bind(workspace.text())
        .bind(agent.text())
        .bind(random.token())
        .bind(now)
        .bind(now + LIFETIME_MS)
        .execute(store.write())
        .await?;
    Ok(token)
}

/// The session of a token, if it lives and its agent may sign in.
pub async fn find(store: &Store, token: &str, now: i64) -> Result<Session> {
    let row = sqlx::query(
        "SELECT s.workspace_id, s.agent_id, s.csrf, s.expires_at FROM agent_session s JOIN agent a ON a.id = s.agent_id
          WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL",
    )
    .bind(token_hash(token))
    .bind(now)
    .fetch_optional(store.read())
    .await?;
    let row = row.ok_or(Error::NotFound)?;
    Ok(Session {
        workspace: row::id(&row, "workspace_id")?,
        agent: row::id(&row, "agent_id")?,
        csrf: row.try_get("csrf")?,
        expires_at: row.try_get("expires_at")?,
    })
}

/// Notes that the session is used; it lives on from now. At most one write an hour.
pub async fn touch(store: &Store, token: &str, now: i64) -> Result<()> {
    sqlx::query("UPDATE agent_session SET seen_at = $2, expires_at = $3 WHERE token_hash = $1 AND seen_at < $4")
        .bind(token_hash(token))
        .bind(now)
        .bind(now + LIFETIME_MS)
        .bind(now - 3_600_000)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Signs one browser out.
pub async fn close(store: &Store, token: &str) -> Result<()> {
    sqlx::query("DELETE FROM agent_session WHERE token_hash = $1").bind(token_hash(token)).execute(store.write()).await?;
    Ok(())
}

/// Signs an agent out everywhere. Publish [`crate::News::Revoked`] afterwards, so that open streams end too.
pub async fn close_all(store: &Store, workspace: WorkspaceId, agent: AgentId) -> Result<()> {
    sqlx::query("DELETE FROM agent_session WHERE workspace_id = $1 AND agent_id = $2")
        .bind(workspace.text())
        .bind(agent.text())
        .execute(store.write())
        .await?;
    Ok(())
}

/// Forgets sessions that ended.
pub async fn sweep(store: &Store, now: i64) -> Result<u64> {
    Ok(sqlx::query("DELETE FROM agent_session WHERE expires_at <= $1").bind(now).execute(store.write()).await?.rows_affected())
}
