//! Documents: what a source is made of.

pub(crate) mod kept;

use std::collections::HashMap;

use chat::{Chat, Column, DocumentId, LibraryId, SourceId, Store, Tx, WorkspaceId, row};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Error, Fault, Result,
    parse::{clean, one_line},
    release::{self, Frozen, Which},
    revision,
    source::{self, Kind},
};

pub use kept::missing;

/// A document of a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its name within the source.
    pub external_id: String,
    /// What people call it.
    pub title: String,
    /// Where it can be read; empty: nowhere.
    pub url: String,
    /// ISO 639-1.
    pub language: String,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// Passages it was split into.
    pub passages: i64,
}

/// A page of the documents of a source, in the order of their names; `after` is the last name of the page before.
pub async fn list(store: &Store, workspace: WorkspaceId, source: SourceId, after: &str, limit: i64) -> Result<Vec<Document>> {
    let rows = sqlx::query(
        "SELECT id, source_id, external_id, title, url, language, updated_at, (SELECT CAST(COUNT(*) AS BIGINT) FROM passage WHERE passage.document_id = document.id) AS passages
         FROM document WHERE workspace_id = $1 AND source_id = $2 AND external_id > $3 ORDER BY external_id LIMIT $4",
    )
    .bind(workspace.text())
    .bind(source.text())
    .bind(after)
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    rows.iter().map(document).collect()
}

/// One document, and its source.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn find(store: &Store, workspace: WorkspaceId, id: DocumentId) -> Result<(Document, SourceId)> {
    let row = sqlx::query(
        "SELECT id, source_id, external_id, title, url, language, updated_at, (SELECT CAST(COUNT(*) AS BIGINT) FROM passage WHERE passage.document_id = document.id) AS passages
         FROM document WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .fetch_one(store.read())
    .await?;
    Ok((document(&row)?, row::id(&row, "source_id")?))
}

/// The document of a source that its sender calls so; `None`: there is none.
pub async fn at(store: &Store, workspace: WorkspaceId, source: SourceId, external_id: &str) -> Result<Option<DocumentId>> {
    let row = sqlx::query("SELECT id FROM document WHERE workspace_id = $1 AND source_id = $2 AND external_id = $3")
        .bind(workspace.text())
        .bind(source.text())
        .bind(one_line(&clean(external_id)))
        .fetch_optional(store.read())
        .await?;
    Ok(row.map(|row| row::id(&row, "id")).transpose()?)
}

fn document(row: &AnyRow) -> Result<Document> {
    Ok(Document {
        id: row::id(row, "id")?,
        external_id: row.try_get("external_id")?,
        title: row.try_get("title")?,
        url: row.try_get("url")?,
        language: row.try_get("language")?,
        updated_at: row.try_get("updated_at")?,
        passages: row.try_get("passages")?,
    })
}

/// What people call a document; `None` when it is gone.
pub async fn title(store: &Store, workspace: WorkspaceId, id: DocumentId) -> Result<Option<String>> {
    let row = sqlx::query("SELECT title FROM document WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    Ok(row.map(|row| row.try_get("title")).transpose()?)
}

/// The document somebody means by its id, its name in its source, its address or its title.
pub async fn named(store: &Store, workspace: WorkspaceId, name: &str) -> Result<Option<DocumentId>> {
    let row = sqlx::query(
        "SELECT id FROM document WHERE workspace_id = $1 AND (id = $2 OR external_id = $2 OR url = $2 OR title = $2)
          ORDER BY CASE WHEN id = $2 THEN 0 WHEN external_id = $2 THEN 1 WHEN url = $2 THEN 2 ELSE 3 END, created_at LIMIT 1",
    )
    .bind(workspace.text())
    .bind(name.trim())
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|row| row::id(&row, "id")).transpose()?)
}

/// Removes one document with its passages; the index follows. An import of its source brings it back if it is still there.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for an article, or the record's.
pub async fn remove(chat: &Chat, workspace: WorkspaceId, id: DocumentId, frozen: Frozen) -> Result<()> {
    let (_, source) = find(chat.store(), workspace, id).await?;
    if source::find(chat.store(), workspace, source).await?.kind == Kind::Articles {
        return Err(Error::Invalid(Fault::of("fault-article-document")));
    }
    let mut tx = chat.begin().await?;
    remove_in(&mut tx, chat.store(), workspace, id, frozen).await?;
    revision::raise(&mut tx, workspace).await?;
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(())
}

/// The same in a transaction; whoever calls it raises the revision.
pub(crate) async fn remove_in(tx: &mut Tx, store: &Store, workspace: WorkspaceId, id: DocumentId, frozen: Frozen) -> Result<()> {
    release::let_go(tx, store, workspace, Which::Documents(&[id]), frozen).await?;
    for sql in [
        "DELETE FROM passage WHERE workspace_id = $1 AND document_id = $2",
        "DELETE FROM passage_edit WHERE workspace_id = $1 AND document_id = $2",
    ] {
        sqlx::query(sql).bind(workspace.text()).bind(id.text()).execute(&mut **tx).await?;
    }
    let done = sqlx::query("DELETE FROM document WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// A document to be written; the id is kept when there is one of that name already.
#[derive(Debug, Serialize)]
pub(crate) struct NewDocument {
    pub id: String,
    pub external_id: String,
    pub title: String,
    pub url: String,
    pub language: String,
    pub hash: String,
    /// What was read, as JSON; empty: it is not kept.
    pub parsed: String,
}

/// Name → (id, hash) of what the source has now.
pub(crate) async fn known(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<HashMap<String, (DocumentId, String)>> {
    let rows = sqlx::query("SELECT id, external_id, hash FROM document WHERE workspace_id = $1 AND source_id = $2")
        .bind(workspace.text())
        .bind(source.text())
        .fetch_all(store.read())
        .await?;
    rows.iter().map(|row| Ok((row.try_get("external_id")?, (row::id(row, "id")?, row.try_get("hash")?)))).collect()
}

/// The same of some names: in the transaction that writes them, when it is to be true.
pub(crate) async fn known_in(
    connection: &mut AnyConnection,
    store: &Store,
    (workspace, source): (WorkspaceId, SourceId),
    names: &[String],
) -> Result<HashMap<String, (DocumentId, String)>> {
    let list = store.dialect().rows(3, &[Column::Text("name")]);
    let sql = format!(
        "SELECT id, external_id, hash FROM document WHERE workspace_id = $1 AND source_id = $2 AND external_id IN (SELECT x.name FROM {list})"
    );
    let mut known = HashMap::with_capacity(names.len());
    for part in names.chunks(500) {
        let part: Vec<HashMap<&str, &String>> = part.iter().map(|name| HashMap::from([("name", name)])).collect();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(workspace.text())
            .bind(source.text())
            .bind(serde_json::to_string(&part).unwrap_or_default())
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            known.insert(row.try_get("external_id")?, (row::id(row, "id")?, row.try_get("hash")?));
        }
    }
    Ok(known)
}

/// How many documents a source has.
pub(crate) async fn count(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<usize> {
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM document WHERE workspace_id = $1 AND source_id = $2")
        .bind(workspace.text())
        .bind(source.text())
        .fetch_one(store.read())
        .await?;
    Ok(usize::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default())
}

/// Writes documents; one of the same name in the source is replaced and keeps its id.
pub(crate) async fn upsert(tx: &mut Tx, store: &Store, place: &Place, documents: &[NewDocument], now: i64) -> Result<()> {
    let list = store.dialect().rows(5, &["id", "external_id", "title", "url", "language", "hash", "parsed"].map(Column::Text));
    let sql = format!(
        "INSERT INTO document (id, workspace_id, library_id, source_id, external_id, title, url, language, hash, parsed, created_at, updated_at)
         SELECT x.id, $1, $2, $3, x.external_id, x.title, x.url, x.language, x.hash, x.parsed, $4, $4 FROM {list} WHERE true
         ON CONFLICT (source_id, external_id) DO UPDATE SET title = excluded.title, url = excluded.url, language = excluded.language,
         hash = excluded.hash, parsed = excluded.parsed, updated_at = excluded.updated_at"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(place.workspace.text())
        .bind(place.library.text())
        .bind(place.source.text())
        .bind(now)
        .bind(serde_json::to_string(documents).unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes documents of these names from one source to another; their passages are to be written anew.
pub(crate) async fn relocate(tx: &mut Tx, store: &Store, (from, to): (Place, Place), names: &[String]) -> Result<()> {
    let known = known_in(tx, store, (from.workspace, from.source), names).await?;
    for (id, _) in known.values() {
        sqlx::query("UPDATE document SET source_id = $3, library_id = $4 WHERE workspace_id = $1 AND id = $2")
            .bind(from.workspace.text())
            .bind(id.text())
            .bind(to.source.text())
            .bind(to.library.text())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Where documents belong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub workspace: WorkspaceId,
    pub library: LibraryId,
    pub source: SourceId,
}

/// Removes the passages of documents, and with `whole` the documents too.
pub(crate) async fn clear(tx: &mut Tx, store: &Store, workspace: WorkspaceId, ids: &[DocumentId], whole: bool) -> Result<()> {
    release::retire(tx, store, workspace, Which::Documents(ids)).await?;
    let list = store.dialect().rows(2, &[Column::Text("id")]);
    for part in ids.chunks(500) {
        let part: Vec<HashMap<&str, String>> = part.iter().map(|id| HashMap::from([("id", id.text())])).collect();
        let json = serde_json::to_string(&part).unwrap_or_default();
        // The workspace is asked for within: beside the list, SQLite would walk all rows of the workspace.
        let of = |table: &str, column: &str| {
            format!(
                "DELETE FROM {table} WHERE id IN (SELECT {table}.id FROM {list} CROSS JOIN {table} WHERE {table}.{column} = x.id AND {table}.workspace_id = $1)"
            )
        };
        let mut statements = vec![of("passage", "document_id")];
        if whole {
            statements.push(format!("DELETE FROM passage_edit WHERE workspace_id = $1 AND document_id IN (SELECT x.id FROM {list})"));
            statements.push(of("document", "id"));
        }
        for sql in statements {
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(&json).execute(&mut **tx).await?;
        }
    }
    Ok(())
}
