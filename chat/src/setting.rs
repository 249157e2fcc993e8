//! What admins change while the product runs: one JSON value a name, each name with one owner crate.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row;

use crate::{Error, Result, Store, WorkspaceId};

/// The value, or `None` when nobody has set it. A value that cannot be read any more counts as unset.
pub async fn get<T: DeserializeOwned>(store: &Store, workspace: WorkspaceId, name: &str) -> Result<Option<T>> {
    let row = sqlx::query("SELECT value FROM setting WHERE workspace_id = $1 AND name = $2")
        .bind(workspace.text())
        .bind(name)
        .fetch_optional(store.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text: &str = row.try_get("value")?;
    match serde_json::from_str(text) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            tracing::warn!(setting.name = name, %error, "a setting cannot be read and counts as unset");
            Ok(None)
        }
    }
}

/// Sets the value. Publish [`crate::News::Settings`] afterwards.
pub async fn put<T: Serialize>(store: &Store, workspace: WorkspaceId, name: &str, value: &T, now: i64) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|error| Error::invalid(error.to_string()))?;
    sqlx::query(
        "INSERT INTO setting (workspace_id, name, value, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(workspace.text())
    .bind(name)
    .bind(text)
    .bind(now)
    .execute(store.write())
    .await?;
    Ok(())
}
