//! What admins decide about a source: when it is read, how far, and who answers for it.

use chat::{AgentId, Chat, LibraryId, SourceId, WorkspaceId};

use super::{New, find, open};
use crate::{
    Result,
    crawl::Reach,
    sync::{self, Schedule},
};

/// What an admin decides about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How often it is read by itself.
    pub schedule: Schedule,
    /// How far a crawl of it goes.
    pub reach: Reach,
    /// Who answers for it.
    pub owner: Option<AgentId>,
}

/// Keeps what an admin has decided; a new schedule counts from now.
pub async fn decide(chat: &Chat, workspace: WorkspaceId, id: SourceId, plan: &Plan) -> Result<()> {
    let known = find(chat.store(), workspace, id).await?;
    let next = plan.schedule.period_ms().map(|period| chat.now() + period);
    let asked = known.due_at.filter(|due| *due <= chat.now());
    let due = if plan.schedule == known.schedule { known.due_at } else { asked.or(next) };
    sqlx::query("UPDATE source SET schedule = $3, reach = $4, owner_id = $5, due_at = $6 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(plan.schedule.text())
        .bind(serde_json::to_string(&plan.reach.bounded()).unwrap_or_default())
        .bind(plan.owner.map(|owner| owner.text()))
        .bind(due)
        .execute(chat.store().write())
        .await?;
    Ok(())
}

/// Makes a source that a worker reads as soon as it can: a site, which takes longer than anybody waits.
///
/// # Errors
/// [`crate::Error::Invalid`] for an address that is none.
pub async fn plant(chat: &Chat, workspace: WorkspaceId, library: LibraryId, new: &New<'_>, plan: &Plan) -> Result<SourceId> {
    let id = open(chat, workspace, library, new).await?;
    decide(chat, workspace, id, plan).await?;
    sync::ask(chat, workspace, id).await?;
    Ok(id)
}
