//! One-time links: the first owner, an invited agent, a forgotten password.

use sqlx::Row;

use crate::{AgentId, Error, Random, Result, Store, WorkspaceId, agent::Role, row, session::token_hash};

/// How long an invitation is good, in ms: seven days.
pub const LIFETIME_MS: i64 = 7 * 24 * 3_600_000;

/// A row of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Invite {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// What the new agent may do.
    pub role: Role,
    /// Set when it lets an existing agent choose a new password.
    pub agent: Option<AgentId>,
}

/// Makes a link's token; `agent` when it is for a new password.
pub async fn create(
    store: &Store,
    random: &Random,
    workspace: WorkspaceId,
    role: Role,
    agent: Option<AgentId>,
    now: i64,
) -> Result<String> {
    let token = random.token();
    sqlx::query("INSERT INTO invite (token_hash, workspace_id, role, agent_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(token_hash(&token))
        .bind(workspace.text())
        .bind(role.text())
        .bind(agent.map(|agent| agent.text()))
        .bind(now)
        .bind(now + LIFETIME_MS)
        .execute(store.write())
        .await?;
    Ok(token)
}

/// The invitation of a token, while it is good.
pub async fn peek(store: &Store, token: &str, now: i64) -> Result<Invite> {
    let row = sqlx::query("SELECT workspace_id, role, agent_id FROM invite WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(token_hash(token))
        .bind(now)
        .fetch_optional(store.read())
        .await?;
    let row = row.ok_or(Error::NotFound)?;
    Ok(Invite {
        workspace: row::id(&row, "workspace_id")?,
        role: row.try_get::<&str, _>("role")?.parse()?,
        agent: row::optional_id(&row, "agent_id")?,
    })
}

/// Uses the token up: only one caller ever gets the invitation.
pub async fn redeem(store: &Store, token: &str, now: i64) -> Result<Invite> {
    let invite = peek(store, token, now).await?;
    let done = sqlx::query("UPDATE invite SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL")
        .bind(token_hash(token))
        .bind(now)
        .execute(store.write())
        .await?;
    if done.rows_affected() == 1 { Ok(invite) } else { Err(Error::NotFound) }
}

/// Makes a used token good again, when what it was used for failed.
pub async fn give_back(store: &Store, token: &str) -> Result<()> {
    sqlx::query("UPDATE invite SET used_at = NULL WHERE token_hash = $1").bind(token_hash(token)).execute(store.write()).await?;
    Ok(())
}
