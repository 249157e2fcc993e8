//! Libraries: shelves of sources.

use chat::{Chat, LibraryId, Store, Tx, WorkspaceId, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{Audience, Error, Fault, Result, parse, revision};

/// A shelf of sources.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Library {
    /// Its id.
    pub id: LibraryId,
    /// What people call it; unique in the workspace.
    pub name: String,
    /// Who may be answered from it; a source in it may be for fewer.
    pub audience: Audience,
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
        return Err(Error::Invalid(Fault::of("fault-name").saying(UNNAMED)));
    }
    let library = Library { id: chat.id(), name, audience: Audience::All, created_at: chat.now() };
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
        return Err(Error::Invalid(Fault::of("fault-name").saying(UNNAMED)));
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
    let rows = sqlx::query("SELECT id, name, audience, created_at FROM library WHERE workspace_id = $1 ORDER BY created_at, id")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    rows.iter().map(library).collect()
}

/// One library.
pub async fn find(store: &Store, workspace: WorkspaceId, id: LibraryId) -> Result<Library> {
    let row = sqlx::query("SELECT id, name, audience, created_at FROM library WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_one(store.read())
        .await?;
    library(&row)
}

/// Gives a library another audience: at once, in today's knowledge and in every release. False when it had that one.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn set_audience(chat: &Chat, workspace: WorkspaceId, id: LibraryId, audience: &Audience) -> Result<bool> {
    let mut tx = chat.begin().await?;
    // Another revision: whoever remembers which libraries are limited looks again.
    revision::raise(&mut tx, workspace).await?;
    let changed = sqlx::query("UPDATE library SET audience = $3 WHERE workspace_id = $1 AND id = $2 AND audience <> $3")
        .bind(workspace.text())
        .bind(id.text())
        .bind(audience.text())
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        tx.rollback().await?;
        find(chat.store(), workspace, id).await?;
        return Ok(false);
    }
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(true)
}

/// The libraries that are not for everybody.
pub(crate) async fn limited(store: &Store, workspace: WorkspaceId) -> Result<Vec<(LibraryId, Audience)>> {
    let rows = sqlx::query("SELECT id, audience FROM library WHERE workspace_id = $1 AND audience <> 'all'")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    rows.iter().map(|row| Ok((row::id(row, "id")?, Audience::parse(row.try_get("audience")?)))).collect()
}

/// Removes a library that has no sources. What releases have kept of it stays for those who could read it here.
///
/// # Errors
/// [`Error::Invalid`] while it has sources.
pub async fn remove(chat: &Chat, workspace: WorkspaceId, id: LibraryId) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::raise(&mut tx, workspace).await?;
    narrow(&mut tx, workspace, id).await?;
    let done = sqlx::query(
        "DELETE FROM library WHERE workspace_id = $1 AND id = $2
         AND NOT EXISTS (SELECT 1 FROM source WHERE source.workspace_id = $1 AND source.library_id = $2)",
    )
    .bind(workspace.text())
    .bind(id.text())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        tx.rollback().await?;
        find(chat.store(), workspace, id).await?;
        return Err(Error::Invalid(Fault::of("fault-library-full")));
    }
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(())
}

/// Writes the library's audience on what only releases still have of it; where both say something else, it is the staff's.
async fn narrow(tx: &mut Tx, workspace: WorkspaceId, id: LibraryId) -> Result<()> {
    sqlx::query(
        "UPDATE retired SET audience = CASE WHEN retired.audience = 'all' THEN library.audience ELSE 'staff' END
           FROM library WHERE library.workspace_id = $1 AND library.id = $2 AND library.audience <> 'all'
            AND retired.workspace_id = $1 AND retired.library_id = $2 AND retired.audience <> library.audience",
    )
    .bind(workspace.text())
    .bind(id.text())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The library of that name, if it is there.
pub async fn named(store: &Store, workspace: WorkspaceId, name: &str) -> Result<Option<Library>> {
    let name: String = parse::one_line(name).chars().take(LONGEST).collect();
    let row = sqlx::query("SELECT id, name, audience, created_at FROM library WHERE workspace_id = $1 AND name = $2")
        .bind(workspace.text())
        .bind(name)
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(library).transpose()
}

fn library(row: &AnyRow) -> Result<Library> {
    Ok(Library {
        id: row::id(row, "id")?,
        name: row.try_get("name")?,
        audience: Audience::parse(row.try_get("audience")?),
        created_at: row.try_get("created_at")?,
    })
}
