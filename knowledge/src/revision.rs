//! The revision of a workspace's passages: what an index compares itself with.

use chat::{Chat, News, Store, Topic, Tx, WorkspaceId};
use sqlx::Row;

use crate::Result;

/// Raises the revision inside the transaction of the change.
pub(crate) async fn raise(tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    sqlx::query(
        "INSERT INTO index_state (workspace_id, revision) VALUES ($1, 1)
         ON CONFLICT (workspace_id) DO UPDATE SET revision = index_state.revision + 1",
    )
    .bind(workspace.text())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds the row until commit, so that no release is frozen in the middle of a change; the number of the last release.
pub(crate) async fn hold(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO index_state (workspace_id, revision) VALUES ($1, 0)
         ON CONFLICT (workspace_id) DO UPDATE SET revision = index_state.revision RETURNING frozen",
    )
    .bind(workspace.text())
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get("frozen")?)
}

/// The revision now; 0 before the first passage.
pub(crate) async fn now(store: &Store, workspace: WorkspaceId) -> Result<i64> {
    let row =
        sqlx::query("SELECT revision FROM index_state WHERE workspace_id = $1").bind(workspace.text()).fetch_optional(store.read()).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("revision"))?)
}

/// Every workspace that has passages, with its revision: for the index's own sweep, never for a request.
pub(crate) async fn all(store: &Store) -> Result<Vec<(WorkspaceId, i64)>> {
    let rows = sqlx::query("SELECT workspace_id, revision FROM index_state").fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((chat::row::id(row, "workspace_id")?, row.try_get("revision")?))).collect()
}

/// Tells staff and whoever keeps an index that passages changed; call it after the commit.
pub(crate) fn announce(chat: &Chat, workspace: WorkspaceId) {
    chat.bus().publish(Topic::Workspace(workspace), News::Knowledge { workspace });
    chat.bus().publish(Topic::Bot, News::Knowledge { workspace });
}
