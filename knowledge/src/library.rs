//! Libraries: shelves of sources.

use chat::{Chat, LibraryId, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{Error, Fault, Result, parse};

/// A shelf of sources.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Library {
    /// Its id.
    pub id: LibraryId,
    /// What people call it; unique in the workspace.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Longest name, in characters.
const LONGEST: usize = 100;
/// For the command line; pages look before they ask.
const UNNAMED: &str = "The name is empty: give the library one.";

/// Makes a library.
///
/// # Errors
/// [`Error::Invalid`] for an empty name, [`Error::Taken`] for one that is in use.
pub async fn create(chat: &Chat, workspace: WorkspaceId, name: &str) -> Result<Library> {
    let name: String = parse::one_line(name).chars().take(LONGEST).collect();
    if name.is_empty() {
        return Err(Error::Invalid(UNNAMED.into()));
    }
    let library = Library { id: chat.id(), name, created_at: chat.now() };
    sqlx::query("INSERT INTO library (id, workspace_id, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(library.id.text())
        .bind(workspace.text())
        .bind(&library.name)
        .bind(library.created_at)
        .execute(chat.store().write())
        .await?;
    Ok(library)
}

/// Gives a library another name.
///
/// # Errors
/// [`Error::Invalid`] for an empty name, [`Error::Taken`] for one that is in use, [`Error::NotFound`].
pub async fn rename(store: &Store, workspace: WorkspaceId, id: LibraryId, name: &str) -> Result<()> {
    let name: String = parse::one_line(name).chars().take(LONGEST).collect();
    if name.is_empty() {
        return Err(Error::Invalid(UNNAMED.into()));
    }
    let done = sqlx::query("UPDATE library SET name = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(name)
        .execute(store.write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The library of that name, made if it is not there.
pub async fn by_name(chat: &Chat, workspace: WorkspaceId, name: &str) -> Result<Library> {
    if let Some(library) = named(chat.store(), workspace, name).await? {
        return Ok(library);
    }
    match create(chat, workspace, name).await {
        // Somebody else was faster.
        Err(Error::Taken) => named(chat.store(), workspace, name).await?.ok_or(Error::NotFound),
        made => made,
    }
}

/// All libraries, oldest first.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Library>> {
    let rows = sqlx::query("SELECT id, name, created_at FROM library WHERE workspace_id = $1 ORDER BY created_at, id")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    rows.iter().map(library).collect()
}

/// One library.
pub async fn find(store: &Store, workspace: WorkspaceId, id: LibraryId) -> Result<Library> {
    let row = sqlx::query("SELECT id, name, created_at FROM library WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_one(store.read())
        .await?;
    library(&row)
}

/// Removes a library that has no sources.
///
/// # Errors
/// [`Error::Invalid`] while it has sources.
pub async fn remove(store: &Store, workspace: WorkspaceId, id: LibraryId) -> Result<()> {
    let done = sqlx::query(
        "DELETE FROM library WHERE workspace_id = $1 AND id = $2
         AND NOT EXISTS (SELECT 1 FROM source WHERE source.workspace_id = $1 AND source.library_id = $2)",
    )
    .bind(workspace.text())
    .bind(id.text())
    .execute(store.write())
    .await?;
    if done.rows_affected() == 0 {
        find(store, workspace, id).await?;
        return Err(Error::Invalid(Fault::of("fault-library-full")));
    }
    Ok(())
}

/// The library of that name, if it is there.
pub async fn named(store: &Store, workspace: WorkspaceId, name: &str) -> Result<Option<Library>> {
    let name: String = parse::one_line(name).chars().take(LONGEST).collect();
    let row = sqlx::query("SELECT id, name, created_at FROM library WHERE workspace_id = $1 AND name = $2")
        .bind(workspace.text())
        .bind(name)
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(library).transpose()
}

fn library(row: &AnyRow) -> Result<Library> {
    Ok(Library { id: row::id(row, "id")?, name: row.try_get("name")?, created_at: row.try_get("created_at")? })
}
