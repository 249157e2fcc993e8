//! What knowledge differs in between two releases.

use chat::{DocumentId, SourceId, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row;

use crate::Result;

/// A document that is not the same in both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The document.
    pub document: DocumentId,
    /// Its source.
    pub source: SourceId,
    /// What people call it.
    pub title: String,
    /// Whether there is such a document today.
    pub is_here: bool,
    /// Passages it has in the first; 0: it is not in it.
    pub before: i64,
    /// Passages it has in the second.
    pub after: i64,
}

/// The documents that differ between the releases of these numbers, by title.
///
/// # Errors
/// The record's.
pub async fn changes(store: &Store, workspace: WorkspaceId, from: i64, to: i64, limit: i64) -> Result<Vec<Change>> {
    let rows = sqlx::query(
        "SELECT document_id, MAX(source_id) AS source_id, MAX(title) AS title,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM document WHERE document.workspace_id = $1 AND document.id = x.document_id)
                          THEN 1 ELSE 0 END AS BIGINT) AS here,
                CAST(SUM(before) AS BIGINT) AS before, CAST(SUM(after) AS BIGINT) AS after
           FROM (SELECT passage.document_id, document.source_id, document.title,
                        CASE WHEN passage.since <= $2 THEN 1 ELSE 0 END AS before, CASE WHEN passage.since <= $3 THEN 1 ELSE 0 END AS after
                   FROM passage JOIN document ON document.id = passage.document_id AND document.workspace_id = passage.workspace_id
                  WHERE passage.workspace_id = $1 AND passage.hidden_at IS NULL
                 UNION ALL
                 SELECT document_id, source_id, title,
                        CASE WHEN since <= $2 AND last >= $2 THEN 1 ELSE 0 END AS before, CASE WHEN since <= $3 AND last >= $3 THEN 1 ELSE 0 END AS after
                   FROM retired WHERE workspace_id = $1) AS x
          GROUP BY document_id HAVING SUM(CASE WHEN before <> after THEN 1 ELSE 0 END) > 0 ORDER BY title, document_id LIMIT $4",
    )
    .bind(workspace.text())
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Change {
                document: row::id(row, "document_id")?,
                source: row::id(row, "source_id")?,
                title: row.try_get("title")?,
                is_here: row.try_get::<i64, _>("here")? > 0,
                before: row.try_get("before")?,
                after: row.try_get("after")?,
            })
        })
        .collect()
}
