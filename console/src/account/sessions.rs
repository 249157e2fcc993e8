//! The browsers an account is signed in with.

use serde::Serialize;
use sqlx::Row;

use chat::session::token_hash;
use chat::{News, Topic};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// A browser that is signed in.
#[derive(Clone, Debug, Serialize)]
pub struct SessionText {
    id: String,
    created_at: i64,
    seen_at: i64,
    current: bool,
}

/// The account's sessions that live, the latest used first.
pub async fn list(console: &Console, seat: &Seat) -> Result<Vec<SessionText>, Error> {
    let mine = own_hash(seat);
    let rows = sqlx::query(
        "SELECT token_hash, created_at, seen_at FROM agent_session \
         WHERE workspace_id = $1 AND agent_id = $2 AND expires_at > $3 ORDER BY seen_at DESC",
    )
    .bind(seat.workspace().text())
    .bind(seat.agent.id.text())
    .bind(console.chat.now())
    .fetch_all(console.chat.store().read())
    .await?;
    rows.iter()
        .map(|row| {
            let hash: String = row.try_get("token_hash")?;
            Ok(SessionText {
                // The beginning tells sessions apart and opens none.
                id: hash.chars().take(12).collect(),
                created_at: row.try_get("created_at")?,
                seen_at: row.try_get("seen_at")?,
                current: hash == mine,
            })
        })
        .collect()
}

/// Ends every session but this one; their streams end, too.
pub async fn end_others(console: &Console, seat: &Seat) -> Result<(), Error> {
    let (workspace, agent) = (seat.workspace(), seat.agent.id);
    sqlx::query("DELETE FROM agent_session WHERE workspace_id = $1 AND agent_id = $2 AND token_hash <> $3")
        .bind(workspace.text())
        .bind(agent.text())
        .bind(own_hash(seat))
        .execute(console.chat.store().write())
        .await?;
    console.chat.bus().publish(Topic::Workspace(workspace), News::Revoked { workspace, agent });
    Ok(())
}

fn own_hash(seat: &Seat) -> String {
    seat.visit.token.as_deref().map(token_hash).unwrap_or_default()
}
