//! Secrets that all nodes share. The first node that needs one makes it.

use sqlx::Row;

use crate::{Result, Store};

/// The secret of this name: the one in the record, or else `fresh`, which is there from now on.
pub async fn shared(store: &Store, name: &str, fresh: &str, now: i64) -> Result<String> {
    sqlx::query("INSERT INTO secret (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(fresh)
        .bind(now)
        .execute(store.write())
        .await?;
    let row = sqlx::query("SELECT value FROM secret WHERE name = $1").bind(name).fetch_one(store.write()).await?;
    Ok(row.try_get("value")?)
}
