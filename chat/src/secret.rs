//! Secrets: texts nobody is shown, and those that all nodes share, which the first node that needs one makes.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::Row;

use crate::{Result, Store};

/// A text that is shown to nobody: `Debug` hides it, and pages must never be given it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: only for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}

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
