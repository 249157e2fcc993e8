//! Which Warbler a record belongs to: several may share a Redis.

use sqlx::Row;
use uuid::Uuid;

use crate::{Error, Random, Result, Store};

/// The id this record was given when it was first opened.
pub(crate) async fn id(store: &Store, random: &Random, now: i64) -> Result<Uuid> {
    if let Some(known) = find(store).await? {
        return Ok(known);
    }
    let new: Uuid = random.id(now);
    // Of two nodes that start on an empty record one comes first.
    sqlx::query("INSERT INTO installation (one, id, created_at) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING")
        .bind(new.to_string())
        .bind(now)
        .execute(store.write())
        .await?;
    find(store).await?.ok_or(Error::NotFound)
}

async fn find(store: &Store) -> Result<Option<Uuid>> {
    let row = sqlx::query("SELECT id FROM installation WHERE one = 1").fetch_optional(store.write()).await?;
    let text: Option<String> = row.map(|row| row.try_get("id")).transpose()?;
    Ok(text.and_then(|text| Uuid::parse_str(&text).ok()))
}
