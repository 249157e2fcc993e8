//! A question that people have answered, with what the bot would have said: the two to compare.

use std::collections::HashMap;

use chat::{ConversationId, Store, WorkspaceId, row};
use sqlx::{Row, any::AnyRow};

use super::agreement::SAME;
use crate::Result;

/// Pairs that are looked at, the newest.
const LOOK: i64 = 5_000;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub conversation: ConversationId,
    pub asked: i64,
    /// The first message of the person who answered.
    pub reply: i64,
    /// What was asked, a burst of messages as one.
    pub question: String,
    pub outcome: String,
    /// What the bot would have said.
    pub body: String,
    /// Of the words, 0 to 1.
    pub likeness: f64,
    /// What a person found who has read both.
    pub judged: Option<bool>,
    pub at: i64,
}

impl Pair {
    /// Whether the bot would have answered.
    pub(super) fn is_answer(&self) -> bool {
        self.outcome == "answer"
    }

    /// Whether it would have said the same: what a person found counts before the words.
    pub(super) fn is_same(&self) -> bool {
        self.is_answer() && self.judged.unwrap_or(self.likeness >= SAME)
    }
}

/// Those of `from..to`, unix milliseconds, newest first.
pub(super) async fn list(store: &Store, workspace: WorkspaceId, from: i64, to: i64) -> Result<Vec<Pair>> {
    let rows = sqlx::query(
        "SELECT b.conversation_id, b.asked_seq, b.reply_seq, b.outcome, b.body, b.agreement, b.judged, b.created_at, m.body AS said
           FROM beside b JOIN message m ON m.workspace_id = $1 AND m.conversation_id = b.conversation_id AND m.author = 'visitor'
            AND m.seq <= b.asked_seq AND m.seq > (SELECT COALESCE(MAX(p.seq), 0) FROM message p
                 WHERE p.conversation_id = b.conversation_id AND p.seq < b.asked_seq AND p.author <> 'visitor')
          WHERE b.workspace_id = $1 AND b.created_at >= $2 AND b.created_at < $3 AND b.agreement IS NOT NULL AND b.reply_seq IS NOT NULL
          ORDER BY b.created_at DESC, b.conversation_id, b.asked_seq, m.seq LIMIT $4",
    )
    .bind(workspace.text())
    .bind(from)
    .bind(to)
    .bind(LOOK)
    .fetch_all(store.read())
    .await?;
    let mut found: Vec<Pair> = Vec::new();
    for row in &rows {
        let next = pair(row)?;
        match found.last_mut() {
            Some(last) if (last.conversation, last.asked) == (next.conversation, next.asked) => {
                last.question.push('\n');
                last.question.push_str(&next.question);
            }
            _ => found.push(next),
        }
    }
    Ok(found)
}

fn pair(row: &AnyRow) -> Result<Pair> {
    let said: &str = row.try_get("said")?;
    Ok(Pair {
        conversation: row::id(row, "conversation_id")?,
        asked: row.try_get("asked_seq")?,
        reply: row.try_get("reply_seq")?,
        question: said.trim().to_owned(),
        outcome: row.try_get("outcome")?,
        body: row.try_get("body")?,
        likeness: row.try_get("agreement")?,
        judged: row.try_get::<Option<i64>, _>("judged")?.map(|judged| judged > 0),
        at: row.try_get("created_at")?,
    })
}

/// What the bot would have done with questions since then, by conversation and message.
pub(crate) async fn outcomes(store: &Store, workspace: WorkspaceId, since: i64) -> Result<HashMap<(ConversationId, i64), &'static str>> {
    let sql = "SELECT conversation_id, asked_seq, outcome FROM beside WHERE workspace_id = $1 AND created_at >= $2 AND until = 0";
    let rows = sqlx::query(sql).bind(workspace.text()).bind(since).fetch_all(store.read()).await?;
    let known = |outcome: &str| ["answer", "clarify", "handover", "small_talk", "tool"].into_iter().find(|name| *name == outcome);
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        // What it did not know it would have left to people.
        if let Some(outcome) = known(row.try_get("outcome")?) {
            let outcome = if outcome == "clarify" { "handover" } else { outcome };
            found.insert((row::id(row, "conversation_id")?, row.try_get("asked_seq")?), outcome);
        }
    }
    Ok(found)
}
