//! What admins have decided about proposed examples.

use std::collections::HashSet;

use chat::{AgentId, Chat, ConversationId, Store, WorkspaceId, row};
use sqlx::Row;

use crate::Result;

/// What was decided about: sentences of a conversation as examples of an intent.
pub(super) async fn all(store: &Store, workspace: WorkspaceId) -> Result<HashSet<(ConversationId, String)>> {
    let sql = "SELECT conversation_id, intent FROM intent_lesson WHERE workspace_id = $1";
    let rows = sqlx::query(sql).bind(workspace.text()).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((row::id(row, "conversation_id")?, row.try_get("intent")?))).collect()
}

/// Keeps a decision; a later one counts.
pub(super) async fn note(
    chat: &Chat,
    workspace: WorkspaceId,
    conversation: ConversationId,
    intent: &str,
    accepted: bool,
    by: AgentId,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO intent_lesson (workspace_id, conversation_id, intent, state, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, conversation_id, intent)
         DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by, decided_at = excluded.decided_at",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(intent)
    .bind(if accepted { "accepted" } else { "refused" })
    .bind(by.text())
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(())
}
