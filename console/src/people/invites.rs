//! One-time links for new people and forgotten passwords.

use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use chat::agent::Role;
use chat::{AgentId, invite};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// An invitation nobody has used yet.
#[derive(Clone, Debug, Serialize)]
pub struct InviteText {
    role: String,
    created_at: i64,
    expires_at: i64,
}

/// Makes a link; `agent` when it is for a new password of theirs.
pub async fn create(console: &Console, seat: &Seat, role: Role, agent: Option<AgentId>) -> Result<String, Error> {
    let chat = &console.chat;
    let workspace = seat.workspace();
    let token = invite::create(chat.store(), chat.random(), workspace, role, agent, chat.now()).await?;
    let about = agent.map(|agent| agent.text()).unwrap_or_default();
    console.note(seat, "invite.create", about, json!({ "role": role })).await?;
    Ok(format!("{}/console/invite/{token}", seat.visit.origin))
}

/// Invitations for new people that are still good, newest first.
pub async fn open(console: &Console, seat: &Seat) -> Result<Vec<InviteText>, Error> {
    let rows = sqlx::query(
        "SELECT role, created_at, expires_at FROM invite \
         WHERE workspace_id = $1 AND agent_id IS NULL AND used_at IS NULL AND expires_at > $2 \
         ORDER BY created_at DESC LIMIT 50",
    )
    .bind(seat.workspace().text())
    .bind(console.chat.now())
    .fetch_all(console.chat.store().read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(InviteText { role: row.try_get("role")?, created_at: row.try_get("created_at")?, expires_at: row.try_get("expires_at")? })
        })
        .collect()
}
