//! The speaker lease: one may answer a conversation; every change raises its epoch.

use sqlx::Row;

use crate::{ConversationId, Error, Result, WorkspaceId, conversation::Speaker, store::Tx};

/// Makes `to` the speaker and returns the new epoch. The running bot turn loses its lease, and
/// a bot that gets the word back waits for the visitor's next message.
/// After the commit publish [`crate::News::SpeakerChanged`] (see [`crate::Chat::speaker_changed`]).
///
/// # Errors
/// [`Error::Stale`] when `expected` is not the current epoch or there is no such conversation.
pub async fn change(tx: &mut Tx, workspace: WorkspaceId, conversation: ConversationId, expected: Option<i64>, to: Speaker) -> Result<i64> {
    let row = sqlx::query(
        "UPDATE conversation SET speaker = $3, speaker_id = $4, epoch = epoch + 1, answered_seq = asked_seq, turn_id = NULL, turn_until = 0
          WHERE workspace_id = $1 AND id = $2 AND ($5 = 0 OR epoch = $5) RETURNING epoch",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(to.kind())
    .bind(to.agent().map(|agent| agent.text()))
    .bind(expected.unwrap_or(0))
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.ok_or(Error::Stale)?.try_get("epoch")?)
}
