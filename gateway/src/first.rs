//! The first start: a workspace, an inbox, the guides, and a one-time link for the first owner.

use chat::{Chat, InboxId, WorkspaceId, agent, agent::Role, inbox, invite, workspace};
use knowledge::Knowledge;

/// What a start finds or makes.
pub(crate) struct Home {
    /// The oldest workspace.
    pub workspace: WorkspaceId,
    /// Its oldest inbox: the demo page's.
    pub inbox: InboxId,
}

/// The job of furnishing: several nodes may start at once on an empty record.
const JOB: &str = "first.furnish";

/// Finds the house furnished, or furnishes it, and brings the guides up to date; one node at a time.
pub(crate) async fn settle(chat: &Chat, knowledge: &Knowledge) -> anyhow::Result<Home> {
    while !chat.leads(JOB).await {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let home = furnish(chat).await?;
    guides(knowledge, home.workspace).await?;
    chat.resigns(JOB).await?;
    Ok(home)
}

/// Finds the house furnished, or furnishes it.
pub(crate) async fn furnish(chat: &Chat) -> anyhow::Result<Home> {
    let (store, now) = (chat.store(), chat.now());
    let workspace = match workspace::list(store).await?.first() {
        Some(first) => first.id,
        None => {
            let id = chat.id();
            workspace::create(store, id, "Warbler", now).await?;
            id
        }
    };
    let inbox = match inbox::list(store, workspace).await?.first() {
        Some(first) => first.id,
        None => {
            let id = chat.id();
            let look: inbox::Look = serde_json::from_str(include_str!("../locales/first_inbox.json"))?;
            inbox::create(store, workspace, id, "Website", &look, now).await?;
            id
        }
    };
    Ok(Home { workspace, inbox })
}

/// The path that sets up the first owner, while there is none.
pub(crate) async fn setup_path(chat: &Chat, workspace: WorkspaceId) -> anyhow::Result<Option<String>> {
    if !agent::list(chat.store(), workspace).await?.is_empty() {
        return Ok(None);
    }
    let token = invite::create(chat.store(), chat.random(), workspace, Role::Owner, None, chat.now()).await?;
    Ok(Some(format!("/console/setup/{token}")))
}

/// The first library: Warbler's own guides, brought up to date with this version.
pub(crate) async fn guides(knowledge: &Knowledge, workspace: WorkspaceId) -> anyhow::Result<()> {
    knowledge::guides::seed(knowledge, workspace).await?;
    Ok(())
}
