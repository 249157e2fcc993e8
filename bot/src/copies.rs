//! Copies of what was said. When a message is edited or recalled, its words leave what was made of them: traces, calls, gaps,
//! proposed cases, what a ticket tells. The wordings that ended wait in the record, so none is forgotten.

use chat::{
    Chat,
    change::{self, Ended},
    row,
};
use knowledge::{case, gap};
use sqlx::Row;

use crate::{Bot, Result, Trace};

/// Wordings of one look.
const LOOK: i64 = 20;
/// Whoever writes of the old words still, has done so by then: turns end sooner.
const LATE_MS: i64 = 600_000;

impl Bot {
    /// Goes through the copies of every wording that waits.
    pub(crate) async fn forget_wordings(&self) {
        let done = async {
            for ended in change::ended(self.chat().store(), self.chat().now(), LOOK).await? {
                self.forget(&ended).await?;
            }
            Ok::<_, crate::Error>(())
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "words that are not said any more could not be taken out everywhere; it is tried again");
        }
    }

    /// Every step may be done twice. Those who wrote of the words while they were taken back are looked after once more.
    async fn forget(&self, ended: &Ended) -> Result<()> {
        let (chat, late) = (self.chat(), ended.at + LATE_MS);
        let mut again = (chat.now() < late).then_some(late);
        if !change::still_said(chat.store(), ended).await? {
            turns(chat, ended).await?;
            beside(chat, ended).await?;
            if calls(chat, ended).await? {
                again = Some(chat.now() + LATE_MS);
            }
            gap::forget(chat, ended).await?;
            case::forget(chat, ended).await?;
            self.retell(ended).await?;
        }
        Ok(change::gone_through(chat.store(), ended, again).await?)
    }
}

/// Why the bot said what it said.
async fn turns(chat: &Chat, ended: &Ended) -> Result<()> {
    let rows = sqlx::query("SELECT id, trace FROM turn WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq >= $3")
        .bind(ended.workspace.text())
        .bind(ended.conversation.text())
        .bind(ended.seq)
        .fetch_all(chat.store().read())
        .await?;
    for found in &rows {
        let Some(left) = row::json::<Trace>(found, "trace")?.without(ended) else { continue };
        sqlx::query("UPDATE turn SET trace = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(ended.workspace.text())
            .bind(found.try_get::<&str, _>("id")?)
            .bind(text(&left))
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

/// What it thought beside people.
async fn beside(chat: &Chat, ended: &Ended) -> Result<()> {
    let rows = sqlx::query(
        "SELECT asked_seq, trace FROM beside WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq >= $3 AND trace IS NOT NULL",
    )
    .bind(ended.workspace.text())
    .bind(ended.conversation.text())
    .bind(ended.seq)
    .fetch_all(chat.store().read())
    .await?;
    for found in &rows {
        let Some(left) = row::json::<Trace>(found, "trace")?.without(ended) else { continue };
        sqlx::query("UPDATE beside SET trace = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq = $3")
            .bind(ended.workspace.text())
            .bind(ended.conversation.text())
            .bind(found.try_get::<i64, _>("asked_seq")?)
            .bind(text(&left))
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

/// What tools were called for. What was asked of them stays: it is the account of what was done. Whether a call still waits for
/// somebody, who must know what it is for.
async fn calls(chat: &Chat, ended: &Ended) -> Result<bool> {
    let rows = sqlx::query("SELECT id, question, finished_at, until FROM tool_call WHERE workspace_id = $1 AND conversation_id = $2")
        .bind(ended.workspace.text())
        .bind(ended.conversation.text())
        .fetch_all(chat.store().read())
        .await?;
    let mut waits = false;
    for found in &rows {
        if !ended.stands_in(found.try_get("question")?) {
            continue;
        }
        if found.try_get::<Option<i64>, _>("finished_at")?.is_none() && found.try_get::<i64, _>("until")? > chat.now() {
            waits = true;
            continue;
        }
        sqlx::query("UPDATE tool_call SET question = '' WHERE workspace_id = $1 AND id = $2")
            .bind(ended.workspace.text())
            .bind(found.try_get::<&str, _>("id")?)
            .execute(chat.store().write())
            .await?;
    }
    Ok(waits)
}

fn text(trace: &Trace) -> String {
    serde_json::to_string(trace).unwrap_or_else(|_| "{}".into())
}
