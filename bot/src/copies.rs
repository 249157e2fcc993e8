//! Copies of what was said. When a message is edited or recalled, its words leave what was made of them: traces, calls, gaps,
//! proposed cases, what a ticket tells. The wordings that ended wait in the record, so none is forgotten.

use chat::{
    Chat,
    change::{self, Ended},
    row,
};
use knowledge::{case, gap};
use sqlx::{AssertSqlSafe, Row};

use crate::{Bot, Result, Trace};

/// Wordings of one look.
const LOOK: i64 = 20;
/// Whoever writes of the old words still, has done so by then: turns end sooner.
const LATE_MS: i64 = 600_000;
/// Where traces are kept: of what the bot said, and of what it thought beside people.
const TRACES: [&str; 2] = ["turn", "beside"];

impl Bot {
    /// Goes through the copies of every wording that waits. One of which something is wrong holds up no other.
    pub(crate) async fn forget_wordings(&self) {
        let chat = self.chat();
        let waiting = change::ended(chat.store(), chat.now(), LOOK).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "which words are not said any more cannot be read; it is tried again");
            Vec::new()
        });
        for ended in waiting {
            let Err(error) = self.forget(&ended).await else { continue };
            tracing::warn!(
                workspace.id = %ended.workspace, conversation.id = %ended.conversation, %error,
                "words that are not said any more could not be taken out everywhere; it is tried again later"
            );
            // Without the record the later look cannot be noted either: then it is now.
            drop(change::gone_through(chat.store(), &ended, Some(chat.now() + LATE_MS)).await);
        }
    }

    /// Every step may be done twice. Those who wrote of the words while they were taken back are looked after once more.
    async fn forget(&self, ended: &Ended) -> Result<()> {
        let (chat, late) = (self.chat(), ended.at + LATE_MS);
        let mut again = (chat.now() < late).then_some(late);
        if !change::still_said(chat.store(), ended).await? {
            for table in TRACES {
                traces(chat, table, ended).await?;
            }
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

/// Why the bot said or thought what it did. A trace that is written anew meanwhile is left to the next look.
async fn traces(chat: &Chat, table: &str, ended: &Ended) -> Result<()> {
    let (workspace, conversation) = (ended.workspace.text(), ended.conversation.text());
    let these = "workspace_id = $1 AND conversation_id = $2 AND asked_seq >= $3";
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT DISTINCT trace FROM {table} WHERE {these} AND trace IS NOT NULL")))
        .bind(&workspace)
        .bind(&conversation)
        .bind(ended.seq)
        .fetch_all(chat.store().read())
        .await?;
    for found in &rows {
        let Some(left) = row::json::<Trace>(found, "trace")?.without(ended) else { continue };
        sqlx::query(AssertSqlSafe(format!("UPDATE {table} SET trace = $5 WHERE {these} AND trace = $4")))
            .bind(&workspace)
            .bind(&conversation)
            .bind(ended.seq)
            .bind(found.try_get::<&str, _>("trace")?)
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
