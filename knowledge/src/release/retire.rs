//! Keeping the passages of releases that are gone from today's knowledge, as long as a release needs them.

use std::collections::HashMap;

use chat::{Column, DocumentId, PassageId, SourceId, Store, Tx, WorkspaceId};

use crate::{Audience, Result, document::Place, revision};

/// Passages that are about to be deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'a> {
    /// Those of these documents.
    Documents(&'a [DocumentId]),
    /// Those of this source.
    Source(SourceId),
    /// This one.
    Passage(PassageId),
}

/// What a removal means for the releases that were frozen with what is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
    /// They go on answering from it.
    Kept,
    /// They forget it too, at once.
    Forgotten,
}

/// Takes passages that are about to be deleted out of releases, or keeps them there; call it in the same transaction.
pub(crate) async fn let_go(tx: &mut Tx, store: &Store, workspace: WorkspaceId, which: Which<'_>, frozen: Frozen) -> Result<()> {
    match frozen {
        Frozen::Kept => retire(tx, store, workspace, which).await,
        Frozen::Forgotten => forget(tx, workspace, which).await,
    }
}

/// Deletes what releases have kept of them so far.
async fn forget(tx: &mut Tx, workspace: WorkspaceId, which: Which<'_>) -> Result<()> {
    revision::hold(tx, workspace).await?;
    let (column, ids) = match which {
        Which::Passage(id) => ("id", vec![id.text()]),
        Which::Source(id) => ("source_id", vec![id.text()]),
        Which::Documents(ids) => ("document_id", ids.iter().map(|id| id.text()).collect()),
    };
    let sql = format!("DELETE FROM retired WHERE workspace_id = $1 AND {column} = $2");
    for id in ids {
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).bind(workspace.text()).bind(id).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Keeps those of the passages that a release was frozen with; call it before they are deleted, in the same transaction. One that
/// is switched off is in no release. Does nothing while tested releases are off.
pub(crate) async fn retire(tx: &mut Tx, store: &Store, workspace: WorkspaceId, which: Which<'_>) -> Result<()> {
    let frozen = revision::hold(tx, workspace).await?;
    if frozen == 0 {
        return Ok(());
    }
    let (list, place, parts) = match which {
        Which::Passage(id) => (String::new(), "passage.id = $3", vec![id.text()]),
        Which::Source(id) => (String::new(), "document.source_id = $3", vec![id.text()]),
        Which::Documents(ids) => {
            let list = store.dialect().rows(3, &[Column::Text("id")]);
            let json = |part: &[DocumentId]| {
                let rows: Vec<HashMap<&str, String>> = part.iter().map(|id| HashMap::from([("id", id.text())])).collect();
                serde_json::to_string(&rows).unwrap_or_default()
            };
            (format!("{list} CROSS JOIN"), "passage.document_id = x.id", ids.chunks(500).map(json).collect())
        }
    };
    let sql = format!(
        "INSERT INTO retired (id, workspace_id, library_id, source_id, document_id, position, kind, heading, text, audience, language, title, url, since, last, created_at)
         SELECT passage.id, passage.workspace_id, passage.library_id, document.source_id, passage.document_id, passage.position, passage.kind, passage.heading,
                passage.text, passage.audience, passage.language, document.title, document.url, passage.since, $2, passage.created_at
           FROM {list} passage JOIN document ON document.id = passage.document_id AND document.workspace_id = passage.workspace_id
          WHERE passage.workspace_id = $1 AND {place} AND passage.hidden_at IS NULL AND EXISTS (SELECT 1 FROM release
                WHERE release.workspace_id = $1 AND release.dropped_at IS NULL AND release.number >= passage.since)"
    );
    for part in parts {
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).bind(workspace.text()).bind(frozen).bind(part).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Gives up passages that no release needs any more; true if there were any, and the index must follow.
pub(super) async fn give_up(tx: &mut Tx, workspace: WorkspaceId) -> Result<bool> {
    let done = sqlx::query(
        "DELETE FROM retired WHERE workspace_id = $1 AND NOT EXISTS (SELECT 1 FROM release
          WHERE release.workspace_id = $1 AND release.dropped_at IS NULL AND release.number >= retired.since AND release.number <= retired.last)",
    )
    .bind(workspace.text())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What releases have kept of what is read at an address is of a source now, and for its readers; also of documents that are gone.
pub(crate) async fn take_over(tx: &mut Tx, to: Place, audience: &Audience, url: &str) -> Result<()> {
    sqlx::query("UPDATE retired SET source_id = $3, library_id = $4, audience = $5 WHERE workspace_id = $1 AND url = $2")
        .bind(to.workspace.text())
        .bind(url)
        .bind(to.source.text())
        .bind(to.library.text())
        .bind(audience.text())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Deletes what releases have kept of what is read at an address; also of documents that are gone.
pub(crate) async fn forget_at(tx: &mut Tx, workspace: WorkspaceId, url: &str) -> Result<()> {
    sqlx::query("DELETE FROM retired WHERE workspace_id = $1 AND url = $2").bind(workspace.text()).bind(url).execute(&mut **tx).await?;
    Ok(())
}
