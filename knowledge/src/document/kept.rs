//! What was read of documents that cannot be read again: kept beside them, to split them anew.

use chat::{SourceId, Store, WorkspaceId};
use sqlx::Row;

use crate::{Result, parse::Parsed};

/// A document with what was read of it.
pub(crate) struct Kept {
    /// What tells it from what it was before.
    pub hash: String,
    pub language: String,
    pub document: Parsed,
}

/// Some of a source in the order of their names, from the one after `after` on, and the last of these names.
pub(crate) async fn some(
    store: &Store,
    workspace: WorkspaceId,
    source: SourceId,
    after: &str,
    limit: i64,
) -> Result<Option<(Vec<Kept>, String)>> {
    let rows = sqlx::query(
        "SELECT external_id, hash, language, parsed FROM document
          WHERE workspace_id = $1 AND source_id = $2 AND external_id > $3 AND parsed <> '' ORDER BY external_id LIMIT $4",
    )
    .bind(workspace.text())
    .bind(source.text())
    .bind(after)
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let mut kept = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Ok(document) = serde_json::from_str(row.try_get("parsed")?) {
            kept.push(Kept { hash: row.try_get("hash")?, language: row.try_get("language")?, document });
        }
    }
    Ok(Some((kept, last.try_get("external_id")?)))
}

/// How many documents of a source nothing was kept of: they came before anything was.
pub async fn missing(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<i64> {
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM document WHERE workspace_id = $1 AND source_id = $2 AND parsed = ''")
        .bind(workspace.text())
        .bind(source.text())
        .fetch_one(store.read())
        .await?;
    Ok(row.try_get("n")?)
}
