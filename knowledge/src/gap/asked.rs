//! Who asked what a gap asks: each message of each, so that one who takes the words back is not asking any more.

use chat::{Chat, GapId, Tx, WorkspaceId, change::Ended, row};
use sqlx::Row;

use super::{LONGEST, New};
use crate::{Result, redact, words};

/// Notes the message that asks.
pub(super) async fn note(tx: &mut Tx, workspace: WorkspaceId, gap: GapId, new: &New) -> Result<()> {
    let Some((conversation, seq)) = new.conversation.zip(new.seq) else { return Ok(()) };
    sqlx::query("INSERT INTO gap_asked (gap_id, workspace_id, conversation_id, seq) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(gap.text())
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(seq)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Words that are not said any more are not asked: what nobody else asks is no gap, answered or not. What was written as its answer
/// is the workspace's own.
pub async fn forget(chat: &Chat, ended: &Ended) -> Result<()> {
    // A gap has the spelling of whoever asked first.
    let asks = Ended { body: words::fold(&redact::without(&ended.body)), ..ended.clone() };
    let mut tx = chat.begin().await?;
    let asked = sqlx::query(
        "SELECT gap.id, gap.question, gap.folded, gap_asked.seq FROM gap_asked JOIN gap ON gap.id = gap_asked.gap_id AND gap.workspace_id = gap_asked.workspace_id
          WHERE gap_asked.workspace_id = $1 AND gap_asked.conversation_id = $2 AND gap_asked.seq >= $3",
    )
    .bind(ended.workspace.text())
    .bind(ended.conversation.text())
    .bind(ended.seq)
    .fetch_all(&mut *tx)
    .await?;
    for row in &asked {
        let (question, folded): (&str, &str) = (row.try_get("question")?, row.try_get("folded")?);
        let cut = question.chars().count() >= LONGEST;
        if asks.stands_in(folded) || cut && asks.stands_in(&format!("{folded}…")) {
            unask(&mut tx, ended, row::id(row, "id")?, row.try_get("seq")?).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// One asks it no more: it was asked once less, and by nobody it is gone.
async fn unask(tx: &mut Tx, ended: &Ended, gap: GapId, seq: i64) -> Result<()> {
    let (workspace, conversation, gap) = (ended.workspace.text(), ended.conversation.text(), gap.text());
    sqlx::query("DELETE FROM gap_asked WHERE workspace_id = $1 AND gap_id = $2 AND conversation_id = $3 AND seq = $4")
        .bind(&workspace)
        .bind(&gap)
        .bind(&conversation)
        .bind(seq)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "UPDATE gap SET asked = asked - 1, conversation_id = CASE WHEN seq = $4 AND conversation_id = $3 THEN NULL ELSE conversation_id END,
                seq = CASE WHEN seq = $4 AND conversation_id = $3 THEN NULL ELSE seq END
          WHERE workspace_id = $1 AND id = $2",
    )
    .bind(&workspace)
    .bind(&gap)
    .bind(&conversation)
    .bind(seq)
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM gap WHERE workspace_id = $1 AND id = $2 AND asked <= 0")
        .bind(&workspace)
        .bind(&gap)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
