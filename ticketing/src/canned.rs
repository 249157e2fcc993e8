//! Canned replies: written once, used by everybody.

mod fill;

pub use self::fill::{Filled, Values, fill};

use chat::{CannedId, Fault, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row;

use crate::{Desk, Error, Result};

/// A canned reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Canned {
    /// Which one.
    pub id: CannedId,
    /// What is typed after `/`; unique in the workspace.
    pub shortcut: String,
    /// With variables such as `{{visitor.name}}`.
    pub body: String,
    /// Unix ms.
    pub created_at: i64,
}

/// The longest shortcut, in characters.
const SHORTCUT: usize = 40;

/// The canned replies of a workspace, by shortcut.
///
/// # Errors
/// Only the record's.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Canned>> {
    let rows = sqlx::query("SELECT id, shortcut, body, created_at FROM canned WHERE workspace_id = $1 ORDER BY shortcut")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Canned {
                id: row::id(row, "id")?,
                shortcut: row.try_get("shortcut")?,
                body: row.try_get("body")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// Writes a canned reply: the one with this id, or a new one.
///
/// # Errors
/// [`Error::Taken`] when another has the shortcut; [`Error::Invalid`]; [`Error::NotFound`] for an id of somebody else.
pub async fn save(desk: &Desk, workspace: WorkspaceId, id: Option<CannedId>, shortcut: &str, body: &str) -> Result<CannedId> {
    let (shortcut, body) = checked(shortcut, body)?;
    let chat = desk.chat();
    let id = id.unwrap_or_else(|| chat.id());
    let done = sqlx::query(
        "INSERT INTO canned (workspace_id, id, shortcut, body, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET shortcut = excluded.shortcut, body = excluded.body WHERE canned.workspace_id = excluded.workspace_id",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(shortcut)
    .bind(body)
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(id) }
}

/// Removes a canned reply.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(desk: &Desk, workspace: WorkspaceId, id: CannedId) -> Result<()> {
    let done = sqlx::query("DELETE FROM canned WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .execute(desk.chat().store().write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

fn checked(shortcut: &str, body: &str) -> Result<(String, String)> {
    let shortcut = shortcut.trim().trim_start_matches('/').replace('\0', "");
    if shortcut.is_empty() || shortcut.chars().count() > SHORTCUT || shortcut.contains(char::is_whitespace) {
        return Err(Error::invalid(Fault::of("fault-shortcut").with("n", SHORTCUT)));
    }
    let body = body.trim().replace('\0', "");
    if body.is_empty() || body.chars().count() > chat::MAX_BODY {
        return Err(Error::invalid(Fault::of("fault-reply").with("n", chat::MAX_BODY)));
    }
    Ok((shortcut, body))
}
