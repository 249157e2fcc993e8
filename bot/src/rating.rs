//! Thumbs: one a bot message, from the visitor of its conversation.

use std::collections::HashMap;

use chat::{Audience, Author, ConversationId, VisitorId, WorkspaceId, conversation, message};

use sqlx::Row;

use crate::{Bot, Error, Result};

impl Bot {
    /// Keeps the visitor's thumb on a bot message: 1 helpful, -1 not. The last one counts.
    /// One that makes the failed answers too many hands the conversation over.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not this visitor's conversation or not a message of the bot,
    /// [`Error::Invalid`] for another score.
    pub async fn rate(&self, workspace: WorkspaceId, visitor: VisitorId, conversation: ConversationId, seq: i64, score: i64) -> Result<()> {
        if score != 1 && score != -1 {
            return Err(Error::Invalid(knowledge::Fault::of("fault-choose")));
        }
        let store = self.chat().store();
        let found = conversation::of_visitor(store, workspace, visitor, conversation).await?;
        let message = message::get(store, workspace, conversation, Audience::All, seq).await?;
        if message.author != Author::Bot {
            return Err(Error::NotFound);
        }
        sqlx::query(
            "INSERT INTO rating (conversation_id, seq, workspace_id, score, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (conversation_id, seq) DO UPDATE SET score = excluded.score, created_at = excluded.created_at",
        )
        .bind(conversation.text())
        .bind(seq)
        .bind(workspace.text())
        .bind(score)
        .bind(self.chat().now())
        .execute(store.write())
        .await?;
        self.chat().conversation_changed(workspace, visitor, conversation);
        if score < 0 {
            self.learn_from_thumb(workspace, conversation, seq).await?;
            self.give_up(&found).await?;
        }
        Ok(())
    }

    /// The visitor's thumbs in a conversation, by seq.
    ///
    /// # Errors
    /// The record's.
    pub async fn ratings(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<HashMap<i64, i64>> {
        let rows = sqlx::query("SELECT seq, score FROM rating WHERE workspace_id = $1 AND conversation_id = $2")
            .bind(workspace.text())
            .bind(conversation.text())
            .fetch_all(self.chat().store().read())
            .await?;
        Ok(rows.iter().map(|row| Ok((row.try_get("seq")?, row.try_get("score")?))).collect::<sqlx::Result<_>>()?)
    }
}
