//! Turns whose bot died between their words and their end: why they said them was kept before, what came of it is noted now.

use chat::{Chat, ConversationId, TurnId, VisitorId, WorkspaceId, row};
use sqlx::{Row, any::AnyRow};

use crate::{Bot, Result, Trace};

/// Turns of one look.
const LOOK: i64 = 100;

/// A turn that never noted its end.
struct Dead {
    id: TurnId,
    workspace: WorkspaceId,
    conversation: ConversationId,
    visitor: VisitorId,
    /// What it was asked is answered, and no other turn did it.
    answered: bool,
    /// Its message, if it came to that.
    answer: Option<i64>,
    trace: Trace,
}

impl Dead {
    /// Its own words are there, or those of the desk it handed over to.
    fn outcome(&self) -> &str {
        match self.answer {
            Some(_) => &self.trace.outcome,
            None if self.answered && self.trace.outcome == "handover" => "handover",
            None => "failed",
        }
    }
}

impl Bot {
    /// Notes what became of turns that died. One of which something is wrong holds up no other.
    pub(crate) async fn end_dead_turns(&self) {
        let dead = dead(self.chat()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "turns that never ended cannot be read; it is tried again");
            Vec::new()
        });
        for dead in dead {
            match noted(self.chat(), &dead).await {
                Ok(true) => {
                    tracing::info!(
                        workspace.id = %dead.workspace, conversation.id = %dead.conversation, turn.id = %dead.id, turn.outcome = dead.outcome(),
                        "a turn of a bot that died is noted as ended"
                    );
                    self.note_usage(dead.workspace, Some(dead.visitor), &dead.trace.calls).await;
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(turn.id = %dead.id, %error, "what became of a turn could not be noted; it is tried again"),
            }
        }
    }
}

/// Turns that had decided what to say, have no end, and no lease any more.
async fn dead(chat: &Chat) -> Result<Vec<Dead>> {
    let rows = sqlx::query(
        "SELECT t.id, t.workspace_id, t.conversation_id, t.trace, c.visitor_id, m.seq AS answer,
                CAST(CASE WHEN t.asked_seq <= c.answered_seq AND NOT EXISTS (SELECT 1 FROM turn o
                    WHERE o.workspace_id = t.workspace_id AND o.conversation_id = t.conversation_id AND o.asked_seq >= t.asked_seq
                      AND o.outcome NOT IN ('failed', 'cancelled'))
                  THEN 1 ELSE 0 END AS BIGINT) AS answered
           FROM turn t
           JOIN conversation c ON c.id = t.conversation_id AND c.workspace_id = t.workspace_id
           LEFT JOIN message m ON m.conversation_id = t.conversation_id AND m.client_id = t.id
          WHERE t.outcome IS NULL AND t.rule <> '' AND (c.turn_id IS NULL OR c.turn_id <> t.id OR c.turn_until < $1)
          ORDER BY t.created_at LIMIT $2",
    );
    rows.bind(chat.now()).bind(LOOK).fetch_all(chat.store().read()).await?.iter().map(from_row).collect()
}

/// False: it has noted its end itself by now.
async fn noted(chat: &Chat, dead: &Dead) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE turn SET outcome = $3, answer_seq = $4, finished_at = $5 WHERE workspace_id = $1 AND id = $2 AND outcome IS NULL",
    )
    .bind(dead.workspace.text())
    .bind(dead.id.text())
    .bind(dead.outcome().to_owned())
    .bind(dead.answer)
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(done.rows_affected() > 0)
}

fn from_row(found: &AnyRow) -> Result<Dead> {
    Ok(Dead {
        id: row::id(found, "id")?,
        workspace: row::id(found, "workspace_id")?,
        conversation: row::id(found, "conversation_id")?,
        visitor: row::id(found, "visitor_id")?,
        answered: found.try_get::<i64, _>("answered")? == 1,
        answer: found.try_get("answer")?,
        trace: row::json(found, "trace")?,
    })
}
