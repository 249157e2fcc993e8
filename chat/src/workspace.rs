//! Tenants.

use sqlx::Row;

use crate::{Error, Fault, Result, Store, WorkspaceId, row};

/// A tenant; nothing crosses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Makes a workspace.
pub async fn create(store: &Store, id: WorkspaceId, name: &str, now: i64) -> Result<()> {
    sqlx::query("INSERT INTO workspace (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(id.text())
        .bind(crate::conversation::cut(name, 200))
        .bind(now)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Every workspace, oldest first: for the house's own loops, never for a request.
pub async fn list(store: &Store) -> Result<Vec<Workspace>> {
    let rows = sqlx::query("SELECT id, name, created_at FROM workspace ORDER BY created_at, id").fetch_all(store.read()).await?;
    rows.iter().map(|r| Ok(Workspace { id: row::id(r, "id")?, name: r.try_get("name")?, created_at: r.try_get("created_at")? })).collect()
}

/// One workspace.
pub async fn find(store: &Store, id: WorkspaceId) -> Result<Workspace> {
    list(store).await?.into_iter().find(|workspace| workspace.id == id).ok_or(Error::NotFound)
}

/// Gives it another name.
pub async fn rename(store: &Store, id: WorkspaceId, name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid(Fault::of("fault-name").saying("The name is empty: give the workspace one.")));
    }
    sqlx::query("UPDATE workspace SET name = $2 WHERE id = $1")
        .bind(id.text())
        .bind(crate::conversation::cut(name, 200))
        .execute(store.write())
        .await?;
    Ok(())
}
