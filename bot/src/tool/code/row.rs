//! Codes in the record: one row a call, without the code.

use chat::{Chat, ClientId, ConversationId, ToolCallId, Tx, VisitorId, WorkspaceId, row};
use sqlx::{Row as _, any::AnyRow};

use super::{HOLDS_MS, HOURLY, PAUSE_MS, SENDS};
use crate::Result;

/// What is kept of a code.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub epoch: i64,
    pub locale: String,
    pub salt: String,
    pub hash: String,
    pub wrong: i64,
    pub sends: i64,
    pub sent_at: i64,
    pub problem: String,
}

/// A code that will be sent.
pub(super) struct New<'a> {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub call: ToolCallId,
    pub visitor: VisitorId,
    pub epoch: i64,
    pub locale: &'a str,
    pub salt: &'a str,
    pub hash: &'a str,
}

/// Why there is no new code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The last one was sent a moment ago, or as many as may be.
    Soon,
    /// The visitor was sent too many within the hour.
    Many,
}

const SELECT: &str =
    "SELECT epoch, locale, salt, hash, wrong, sends, sent_at, problem FROM tool_code WHERE workspace_id = $1 AND call_id = $2";

/// What is kept of a call's code.
pub(super) async fn find(chat: &Chat, workspace: WorkspaceId, call: ToolCallId) -> Result<Option<Kept>> {
    let found = sqlx::query(SELECT).bind(workspace.text()).bind(call.text()).fetch_optional(chat.store().write()).await?;
    found.as_ref().map(from_row).transpose()
}

/// The same, and nobody else judges a code of this call meanwhile.
pub(super) async fn lock(tx: &mut Tx, workspace: WorkspaceId, call: ToolCallId) -> Result<Option<Kept>> {
    let found = sqlx::query(
        "UPDATE tool_code SET wrong = wrong WHERE workspace_id = $1 AND call_id = $2
         RETURNING epoch, locale, salt, hash, wrong, sends, sent_at, problem",
    )
    .bind(workspace.text())
    .bind(call.text())
    .fetch_optional(&mut **tx)
    .await?;
    found.as_ref().map(from_row).transpose()
}

/// Whether a message of this id is in the record.
pub(super) async fn is_kept(chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, id: ClientId) -> Result<bool> {
    let found = sqlx::query("SELECT seq FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND client_id = $3")
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(id.text())
        .fetch_optional(chat.store().write())
        .await?;
    Ok(found.is_some())
}

/// Notes a wrong one.
pub(super) async fn count(tx: &mut Tx, workspace: WorkspaceId, call: ToolCallId) -> Result<()> {
    let sql = "UPDATE tool_code SET wrong = wrong + 1 WHERE workspace_id = $1 AND call_id = $2";
    sqlx::query(sql).bind(workspace.text()).bind(call.text()).execute(&mut **tx).await?;
    Ok(())
}

/// Keeps a new code in the place of the one before; from now on the conversation waits for no other. Until when it holds.
pub(super) async fn keep(chat: &Chat, new: New<'_>) -> Result<Result<i64, Refused>> {
    let (now, hour) = (chat.now(), 3_600_000);
    let mut tx = chat.begin().await?;
    let sent = sqlx::query(
        "SELECT CAST(COALESCE(SUM(sends), 0) AS BIGINT) AS n FROM tool_code WHERE workspace_id = $1 AND visitor_id = $2 AND created_at > $3",
    )
    .bind(new.workspace.text())
    .bind(new.visitor.text())
    .bind(now - hour)
    .fetch_one(&mut *tx)
    .await?;
    if sent.try_get::<i64, _>("n")? >= HOURLY {
        return Ok(Err(Refused::Many));
    }
    let kept = sqlx::query(
        "INSERT INTO tool_code (call_id, workspace_id, visitor_id, epoch, locale, salt, hash, wrong, sends, sent_at, problem, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 1, $8, '', $8)
         ON CONFLICT (call_id) DO UPDATE SET salt = excluded.salt, hash = excluded.hash, sends = tool_code.sends + 1,
                sent_at = excluded.sent_at, problem = ''
          WHERE tool_code.sends < $9 AND tool_code.sent_at + $10 <= excluded.sent_at",
    )
    .bind(new.call.text())
    .bind(new.workspace.text())
    .bind(new.visitor.text())
    .bind(new.epoch)
    .bind(new.locale)
    .bind(new.salt)
    .bind(new.hash)
    .bind(now)
    .bind(SENDS)
    .bind(PAUSE_MS)
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(Err(Refused::Soon));
    }
    let until = now + HOLDS_MS;
    sqlx::query("UPDATE tool_call SET until = $3 WHERE workspace_id = $1 AND id = $2 AND status = 'code'")
        .bind(new.workspace.text())
        .bind(new.call.text())
        .bind(until)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE tool_call SET status = 'expired', decided_by = 'code', decided_at = $4
          WHERE workspace_id = $1 AND conversation_id = $2 AND id <> $3 AND status = 'code'",
    )
    .bind(new.workspace.text())
    .bind(new.conversation.text())
    .bind(new.call.text())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Ok(until))
}

/// Notes why the code of this moment could not be sent.
pub(super) async fn note(chat: &Chat, workspace: WorkspaceId, call: ToolCallId, hash: &str, problem: &str) -> Result<()> {
    sqlx::query("UPDATE tool_code SET problem = $4 WHERE workspace_id = $1 AND call_id = $2 AND hash = $3")
        .bind(workspace.text())
        .bind(call.text())
        .bind(hash)
        .bind(problem)
        .execute(chat.store().write())
        .await?;
    Ok(())
}

/// Ends the calls whose codes were not entered in time, of every workspace; whose forms must know of it.
pub(in crate::tool) async fn expire(chat: &Chat) -> Result<Vec<(WorkspaceId, VisitorId, ConversationId)>> {
    let rows = sqlx::query(
        "SELECT c.workspace_id, c.conversation_id, v.visitor_id FROM tool_call c JOIN conversation v ON v.id = c.conversation_id
          WHERE c.status = 'code' AND c.until <= $1 LIMIT 200",
    )
    .bind(chat.now())
    .fetch_all(chat.store().read())
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query("UPDATE tool_call SET status = 'expired', decided_by = 'code', decided_at = $1 WHERE status = 'code' AND until <= $1")
        .bind(chat.now())
        .execute(chat.store().write())
        .await?;
    rows.iter()
        .map(|found| Ok((row::id(found, "workspace_id")?, row::id(found, "visitor_id")?, row::id(found, "conversation_id")?)))
        .collect()
}

fn from_row(r: &AnyRow) -> Result<Kept> {
    Ok(Kept {
        epoch: r.try_get("epoch")?,
        locale: r.try_get("locale")?,
        salt: r.try_get("salt")?,
        hash: r.try_get("hash")?,
        wrong: r.try_get("wrong")?,
        sends: r.try_get("sends")?,
        sent_at: r.try_get("sent_at")?,
        problem: r.try_get("problem")?,
    })
}
