//! The bot's figures for the report.

use std::collections::BTreeMap;

use chat::{Store, WorkspaceId};
use serde::Serialize;
use sqlx::Row;

use crate::{Bot, Result};

/// What the bot did in a time. Counts of turns, unless they say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Answered from knowledge.
    pub answered: i64,
    /// Asked back, or waited for somebody to agree to a tool.
    pub clarified: i64,
    /// Greetings, thanks and the like.
    pub small_talk: i64,
    /// Handed over, by the rule that decided.
    pub handed_over: BTreeMap<String, i64>,
    /// Stopped because a person took over, or failed.
    pub stopped: i64,
    /// Conversations in which the bot took a turn.
    pub conversations: i64,
    /// Conversations it handed over.
    pub conversations_handed_over: i64,
    /// Thumbs up.
    pub helpful: i64,
    /// Thumbs down.
    pub unhelpful: i64,
}

impl Report {
    /// Handed over for any reason.
    pub fn handed_over_total(&self) -> i64 {
        self.handed_over.values().sum()
    }
}

impl Bot {
    /// The figures of turns that began in `from..to`, unix milliseconds.
    ///
    /// # Errors
    /// The record's.
    pub async fn report(&self, workspace: WorkspaceId, from: i64, to: i64) -> Result<Report> {
        let store = self.chat().store();
        let mut report = Report::default();
        outcomes(store, workspace, from, to, &mut report).await?;
        conversations(store, workspace, from, to, &mut report).await?;
        thumbs(store, workspace, from, to, &mut report).await?;
        Ok(report)
    }
}

async fn outcomes(store: &Store, workspace: WorkspaceId, from: i64, to: i64, report: &mut Report) -> Result<()> {
    let rows = sqlx::query(
        "SELECT outcome, rule, CAST(COUNT(*) AS BIGINT) AS turns FROM turn
          WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 AND outcome IS NOT NULL GROUP BY outcome, rule",
    )
    .bind(workspace.text())
    .bind(from)
    .bind(to)
    .fetch_all(store.read())
    .await?;
    for row in rows {
        let (outcome, rule, turns): (String, String, i64) = (row.try_get("outcome")?, row.try_get("rule")?, row.try_get("turns")?);
        match outcome.as_str() {
            "answer" => report.answered += turns,
            "clarify" | "tool" => report.clarified += turns,
            "small_talk" => report.small_talk += turns,
            "handover" => *report.handed_over.entry(rule).or_default() += turns,
            _ => report.stopped += turns,
        }
    }
    Ok(())
}

async fn conversations(store: &Store, workspace: WorkspaceId, from: i64, to: i64, report: &mut Report) -> Result<()> {
    let row = sqlx::query(
        "SELECT CAST(COUNT(DISTINCT conversation_id) AS BIGINT) AS seen,
                CAST(COUNT(DISTINCT CASE WHEN outcome = 'handover' THEN conversation_id END) AS BIGINT) AS given
           FROM turn WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3",
    )
    .bind(workspace.text())
    .bind(from)
    .bind(to)
    .fetch_one(store.read())
    .await?;
    report.conversations = row.try_get("seen")?;
    report.conversations_handed_over = row.try_get("given")?;
    Ok(())
}

async fn thumbs(store: &Store, workspace: WorkspaceId, from: i64, to: i64, report: &mut Report) -> Result<()> {
    let rows = sqlx::query(
        "SELECT score, CAST(COUNT(*) AS BIGINT) AS thumbs FROM rating
          WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY score",
    )
    .bind(workspace.text())
    .bind(from)
    .bind(to)
    .fetch_all(store.read())
    .await?;
    for row in rows {
        let (score, thumbs): (i64, i64) = (row.try_get("score")?, row.try_get("thumbs")?);
        if score > 0 { report.helpful = thumbs } else { report.unhelpful = thumbs }
    }
    Ok(())
}
