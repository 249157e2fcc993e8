//! The lease of a turn: claimed, renewed and released by guarded updates, so that one bot at most answers.

use chat::{Append, Author, Chat, ClientId, ConversationId, Extra, News, Topic, TurnId, Tx, WorkspaceId, row};
use sqlx::Row;

use super::Done;
use crate::{Bot, Result, Trace};

/// Turns that one sweep starts.
const SWEEP: i64 = 100;
/// After so many turns that failed, people must look at the question.
const TRIES: i64 = 2;

/// A turn that belongs to this bot.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub id: TurnId,
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub epoch: i64,
    pub asked: i64,
    /// When the last message was written, unix milliseconds.
    pub last_at: i64,
    /// Turns for this question have failed before.
    pub broken: bool,
}

impl Claim {
    /// The bot's message; the turn's id as the client's, so that it can be there once only.
    pub(super) fn message(&self, asked: i64, body: String, extra: Extra) -> Append {
        Append {
            extra: Extra { turn: Some(self.id), ..extra },
            epoch: Some(self.epoch),
            considered: Some(asked),
            ..Append::new(self.workspace, self.conversation, ClientId(self.id.0), Author::Bot, body)
        }
    }
}

/// Nobody has the turn: it was never claimed, its lease has ended, or its answer is there and only its end was not noted.
const FREE: &str = "(turn_id IS NULL OR turn_until < $1 OR EXISTS (SELECT 1 FROM turn
    WHERE turn.id = conversation.turn_id AND turn.workspace_id = conversation.workspace_id AND turn.asked_seq <= conversation.answered_seq))";

/// Conversations whose turn is due and free, of every workspace.
pub(crate) async fn due(chat: &Chat) -> Result<Vec<(WorkspaceId, ConversationId)>> {
    let sql = format!(
        "SELECT workspace_id, id FROM conversation WHERE speaker = 'bot' AND asked_seq > answered_seq AND {FREE} ORDER BY last_at LIMIT $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(chat.now()).bind(SWEEP).fetch_all(chat.store().read()).await?;
    rows.iter().map(|found| Ok((row::id(found, "workspace_id")?, row::id(found, "id")?))).collect()
}

/// Claims the conversation's turn; `None` when it is not due or another bot has it.
pub(super) async fn claim(bot: &Bot, workspace: WorkspaceId, conversation: ConversationId, id: TurnId) -> Result<Option<Claim>> {
    let now = bot.chat().now();
    let mut tx = bot.chat().begin_brief().await?;
    let sql = format!(
        "UPDATE conversation SET turn_id = $4, turn_until = $5
          WHERE workspace_id = $2 AND id = $3 AND speaker = 'bot' AND asked_seq > answered_seq AND {FREE}
         RETURNING epoch, asked_seq, answered_seq, last_at"
    );
    let claimed = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now)
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(id.text())
        .bind(until(bot))
        .fetch_optional(&mut *tx)
        .await?;
    let Some(claimed) = claimed else { return Ok(None) };
    let (epoch, asked, answered): (i64, i64, i64) =
        (claimed.try_get("epoch")?, claimed.try_get("asked_seq")?, claimed.try_get("answered_seq")?);
    let broken = failures(&mut tx, workspace, conversation, answered, epoch).await? >= TRIES;
    sqlx::query(
        "INSERT INTO turn (id, workspace_id, conversation_id, epoch, asked_seq, rule, trace, created_at) VALUES ($1, $2, $3, $4, $5, '', '{}', $6)",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(epoch)
    .bind(asked)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some(Claim { id, workspace, conversation, epoch, asked, last_at: claimed.try_get("last_at")?, broken }))
}

/// Turns of this epoch that never answered what is asked.
async fn failures(tx: &mut Tx, workspace: WorkspaceId, conversation: ConversationId, answered: i64, epoch: i64) -> Result<i64> {
    let failed = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS turns FROM turn
          WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq > $3 AND epoch = $4 AND (outcome IS NULL OR outcome = 'failed')",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(answered)
    .bind(epoch)
    .fetch_one(&mut **tx)
    .await?;
    Ok(failed.try_get("turns")?)
}

/// Makes the lease longer; false when it is lost.
pub(super) async fn renew(bot: &Bot, claim: &Claim) -> Result<bool> {
    let mut tx = bot.chat().begin_brief().await?;
    let done = sqlx::query("UPDATE conversation SET turn_until = $4 WHERE workspace_id = $1 AND id = $2 AND turn_id = $3 AND epoch = $5")
        .bind(claim.workspace.text())
        .bind(claim.conversation.text())
        .bind(claim.id.text())
        .bind(until(bot))
        .bind(claim.epoch)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Writes what the turn came to.
pub(super) async fn finish(bot: &Bot, claim: &Claim, done: Done, trace: &Trace) -> Result<()> {
    sqlx::query(
        "UPDATE turn SET asked_seq = $3, answer_seq = $4, outcome = $5, rule = $6, trace = $7, finished_at = $8 WHERE workspace_id = $1 AND id = $2",
    )
    .bind(claim.workspace.text())
    .bind(claim.id.text())
    .bind(done.asked)
    .bind(done.answer)
    .bind(done.outcome)
    .bind(done.rule)
    .bind(serde_json::to_string(trace).unwrap_or_else(|_| "{}".into()))
    .bind(bot.chat().now())
    .execute(bot.chat().store().write())
    .await?;
    Ok(())
}

/// Gives the lease back; a turn that is due already is announced.
pub(super) async fn release(bot: &Bot, claim: &Claim) -> Result<()> {
    let mut tx = bot.chat().begin_brief().await?;
    let left = sqlx::query(
        "UPDATE conversation SET turn_id = NULL, turn_until = 0 WHERE workspace_id = $1 AND id = $2 AND turn_id = $3
         RETURNING speaker, asked_seq, answered_seq",
    )
    .bind(claim.workspace.text())
    .bind(claim.conversation.text())
    .bind(claim.id.text())
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let Some(left) = left else { return Ok(()) };
    let (speaker, asked, answered): (&str, i64, i64) =
        (left.try_get("speaker")?, left.try_get("asked_seq")?, left.try_get("answered_seq")?);
    if speaker == "bot" && asked > answered {
        bot.chat().bus().publish(Topic::Bot, News::Due { workspace: claim.workspace, conversation: claim.conversation });
    }
    Ok(())
}

fn until(bot: &Bot) -> i64 {
    bot.chat().now() + i64::try_from(bot.inner.config.lease_s * 1_000).unwrap_or(i64::MAX / 2)
}
