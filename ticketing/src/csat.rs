//! What visitors say about a conversation when it is closed.

use chat::{ConversationId, CsatId, Fault, VisitorId, WorkspaceId, conversation, conversation::cut};
use serde::Serialize;
use sqlx::Row;

use crate::{Desk, Error, Result, ticket};

/// The longest comment, in characters.
const COMMENT: usize = 2_000;

/// Where a closed conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Csat {
    /// The visitor may say how it was.
    Ask,
    /// They have.
    Given,
}

/// What a visitor said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Opinion {
    /// 1 (bad) to 5 (good).
    pub score: i64,
    /// May be empty.
    pub comment: String,
    /// Unix ms.
    pub created_at: i64,
}

impl Desk {
    /// The visitor says how it was: once for each time the conversation is closed; saying it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a score outside 1 to 5; [`Error::NotOpen`] when the conversation is not closed;
    /// [`Error::NotFound`] when it is not this visitor's.
    pub async fn csat(
        &self,
        workspace: WorkspaceId,
        visitor: VisitorId,
        conversation: ConversationId,
        score: i64,
        comment: &str,
    ) -> Result<()> {
        if !(1..=5).contains(&score) {
            return Err(Error::invalid(Fault::of("fault-choose").saying("The score is a number from 1 to 5.")));
        }
        let store = self.chat().store();
        let it = conversation::of_visitor(store, workspace, visitor, conversation).await?;
        let closed_at = it.closed_at.ok_or(Error::NotOpen)?;
        let ticket = ticket::latest(store, workspace, conversation).await?;
        sqlx::query(
            "INSERT INTO csat (id, workspace_id, conversation_id, ticket_id, score, comment, created_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (conversation_id, closed_at) DO NOTHING",
        )
        .bind(self.chat().id::<CsatId>().text())
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(ticket.map(|ticket| ticket.id.text()))
        .bind(score)
        .bind(cut(comment.trim(), COMMENT))
        .bind(self.chat().now())
        .bind(closed_at)
        .execute(store.write())
        .await?;
        self.chat().conversation_changed(workspace, visitor, conversation);
        Ok(())
    }

    /// Whether the visitor may say how it was; `None` while the conversation is open.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn csat_state(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Csat>> {
        let row = sqlx::query(
            "SELECT s.id FROM conversation c LEFT JOIN csat s ON s.conversation_id = c.id AND s.closed_at = c.closed_at
              WHERE c.workspace_id = $1 AND c.id = $2 AND c.closed_at IS NOT NULL",
        )
        .bind(workspace.text())
        .bind(conversation.text())
        .fetch_optional(self.chat().store().read())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(if row.try_get::<Option<String>, _>("id")?.is_some() { Csat::Given } else { Csat::Ask }))
    }

    /// What the visitor said about a conversation, newest first.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn opinions(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Opinion>> {
        let rows = sqlx::query("SELECT score, comment, created_at FROM csat WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY created_at DESC LIMIT 50")
            .bind(workspace.text())
            .bind(conversation.text())
            .fetch_all(self.chat().store().read())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Opinion { score: row.try_get("score")?, comment: row.try_get("comment")?, created_at: row.try_get("created_at")? })
            })
            .collect()
    }
}
