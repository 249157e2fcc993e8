//! Who changed what.

use serde_json::Value;
use sqlx::Row;

use crate::{AgentId, AuditId, Result, Store, TokenId, WorkspaceId, store::Tx};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of the staff.
    Agent(AgentId),
    /// A program with a token of the open API.
    Token(TokenId),
    /// The bot.
    Bot,
    /// The house itself.
    System,
    /// Somebody at the command line.
    Command,
}

impl Actor {
    fn text(self) -> String {
        match self {
            Self::Agent(id) => format!("agent:{id}"),
            Self::Token(id) => format!("token:{id}"),
            Self::Bot => "bot".into(),
            Self::System => "system".into(),
            Self::Command => "command".into(),
        }
    }
}

/// A line of the log. `action` is `noun.verb`; `detail` never holds message text or secrets.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its id: sorts by time.
    pub id: AuditId,
    /// Who did it.
    pub actor: Actor,
    /// `noun.verb`.
    pub action: &'a str,
    /// The id of what was changed.
    pub object: String,
    /// What it was and became.
    pub detail: Value,
    /// Unix milliseconds.
    pub at: i64,
}

const INSERT: &str = "INSERT INTO audit (id, workspace_id, actor, action, object, detail, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Writes a line inside the transaction of the change.
pub async fn note_in(tx: &mut Tx, workspace: WorkspaceId, entry: Entry<'_>) -> Result<()> {
    query(workspace, entry).execute(&mut **tx).await?;
    Ok(())
}

/// Writes a line.
pub async fn note(store: &Store, workspace: WorkspaceId, entry: Entry<'_>) -> Result<()> {
    query(workspace, entry).execute(store.write()).await?;
    Ok(())
}

fn query(workspace: WorkspaceId, entry: Entry<'_>) -> sqlx::query::Query<'_, sqlx::Any, sqlx::any::AnyArguments> {
    sqlx::query(INSERT)
        .bind(entry.id.text())
        .bind(workspace.text())
        .bind(entry.actor.text())
        .bind(entry.action)
        .bind(entry.object)
        .bind(entry.detail.to_string())
        .bind(entry.at)
}

/// The newest lines: (actor, action, object, at), newest first.
pub async fn recent(store: &Store, workspace: WorkspaceId, limit: i64) -> Result<Vec<(String, String, String, i64)>> {
    let rows = sqlx::query(
        "SELECT actor, action, object, created_at FROM audit WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
    )
    .bind(workspace.text())
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|r| Ok((r.try_get("actor")?, r.try_get("action")?, r.try_get("object")?, r.try_get("created_at")?))).collect()
}
