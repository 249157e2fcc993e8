//! A draft: a message of the bot that only the staff sees, with what it rests on.

use chat::{Append, Audience, Author, ConversationId, Extra, WorkspaceId, conversation};

use super::record::{Claim, turn_of};
use crate::{Asked, Bot, Error, Result, cite};

/// An agent may take the conversation while the draft is written: then it is kept under the new epoch.
const TRIES: usize = 3;

impl Bot {
    /// Shows the draft to the staff; `None` when the visitor has written more meanwhile.
    pub(super) async fn keep_draft(&self, claim: &Claim, thought: &Asked, release: Option<i64>) -> Result<Option<i64>> {
        for _ in 0..TRIES {
            let it = conversation::find(self.chat().store(), claim.workspace, claim.conversation).await?;
            if it.asked_seq != claim.asked || it.speaker == chat::Speaker::Bot {
                return Ok(None);
            }
            let extra = Extra {
                citations: cite::within(thought.citations.clone(), it.inbox),
                extract: thought.extract,
                draft: true,
                turn: Some(turn_of(claim.client)),
                release,
                ..Extra::default()
            };
            let append = Append {
                audience: Audience::Staff,
                extra,
                epoch: Some(it.epoch),
                ..Append::new(claim.workspace, claim.conversation, claim.client, Author::Bot, thought.answer.clone())
            };
            match self.chat().append(append).await {
                Ok(appended) => return Ok(Some(appended.message.seq)),
                Err(chat::Error::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Puts a draft away: nobody is offered it any more.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn discard_draft(&self, workspace: WorkspaceId, id: ConversationId, seq: i64) -> Result<()> {
        let done = sqlx::query(
            "UPDATE beside SET discarded_at = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND discarded_at IS NULL
                AND client_id = (SELECT m.client_id FROM message m WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.seq = $3)",
        )
        .bind(workspace.text())
        .bind(id.text())
        .bind(seq)
        .bind(self.chat().now())
        .execute(self.chat().store().write())
        .await?;
        if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// The draft that answers what the visitor has asked last, if nobody has answered it and nobody has put it away.
    ///
    /// # Errors
    /// The record's.
    pub async fn open_draft(&self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<i64>> {
        let row = sqlx::query(
            "SELECT d.seq FROM beside b JOIN conversation c ON c.id = b.conversation_id AND c.asked_seq = b.asked_seq
               JOIN message d ON d.conversation_id = b.conversation_id AND d.client_id = b.client_id
              WHERE b.workspace_id = $1 AND b.conversation_id = $2 AND b.discarded_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM message m
                     WHERE m.conversation_id = c.id AND m.seq > c.asked_seq AND m.author = 'agent' AND m.audience = 'all')",
        )
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(self.chat().store().read())
        .await?;
        row.map_or(Ok(None), |row| Ok(sqlx::Row::try_get(&row, "seq")?))
    }
}
