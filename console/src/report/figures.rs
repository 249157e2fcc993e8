//! Figures the desk does not keep: how answers of the bot were received, why it handed over, gaps.

use serde::Serialize;
use sqlx::Row;

use chat::{Result, Store, WorkspaceId};
use ticketing::report::{Range, Report};

/// Gaps that are named.
const GAPS: i64 = 8;

/// The figures on top.
#[derive(Clone, Debug, Serialize)]
pub struct Totals {
    conversations: i64,
    answered: i64,
    confirmed: i64,
    assumed: i64,
    handed_over: i64,
    recontacted: i64,
    first_reply_ms: Option<i64>,
    resolve_ms: Option<i64>,
    csat: Option<f64>,
    csat_count: i64,
}

/// One reason why people had to help.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    key: String,
    count: i64,
    share: f64,
}

/// A question knowledge could not answer.
#[derive(Clone, Debug, Serialize)]
pub struct GapLine {
    question: String,
    asked: i64,
    href: String,
}

/// The desk's figures, and of what the bot answered alone: confirmed by a thumb, followed by
/// another conversation within a day, or neither, which is only assumed to have helped.
pub async fn totals(store: &Store, workspace: WorkspaceId, range: Range, report: &Report) -> Result<Totals> {
    let row = sqlx::query(
        "WITH alone AS (SELECT c.id, c.visitor_id, c.last_at FROM conversation c \
            WHERE c.workspace_id = $1 AND c.created_at >= $2 AND c.created_at < $3 AND c.asked_seq > 0 \
              AND EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.author = 'bot') \
              AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.workspace_id = $1 AND t.conversation_id = c.id)), \
          up AS (SELECT a.id FROM alone a WHERE EXISTS (SELECT 1 FROM rating r WHERE r.conversation_id = a.id AND r.score > 0)), \
          again AS (SELECT a.id FROM alone a WHERE EXISTS (SELECT 1 FROM conversation n WHERE n.workspace_id = $1 \
              AND n.visitor_id = a.visitor_id AND n.id <> a.id AND n.created_at > a.last_at AND n.created_at < a.last_at + 86400000)) \
         SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM alone) AS alone, \
                (SELECT CAST(COUNT(*) AS BIGINT) FROM up WHERE id NOT IN (SELECT id FROM again)) AS confirmed, \
                (SELECT CAST(COUNT(*) AS BIGINT) FROM again) AS recontacted",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .fetch_one(store.read())
    .await?;
    let alone: i64 = row.try_get("alone")?;
    let (confirmed, recontacted): (i64, i64) = (row.try_get("confirmed")?, row.try_get("recontacted")?);
    Ok(Totals {
        conversations: report.conversations,
        answered: report.bot_only,
        confirmed,
        assumed: (alone - confirmed - recontacted).max(0),
        handed_over: report.handed_over,
        recontacted,
        first_reply_ms: report.first_reply.median_ms,
        resolve_ms: report.resolution.median_ms,
        csat: report.csat.average,
        csat_count: report.csat.count,
    })
}

/// Why tickets were made, the commonest first.
pub async fn reasons(store: &Store, workspace: WorkspaceId, range: Range) -> Result<Vec<Reason>> {
    let rows = sqlx::query(
        "SELECT reason, CAST(COUNT(*) AS BIGINT) AS n FROM ticket \
         WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY reason ORDER BY n DESC, reason",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .fetch_all(store.read())
    .await?;
    let mut reasons = Vec::with_capacity(rows.len());
    for row in &rows {
        reasons.push(Reason { key: row.try_get("reason")?, count: row.try_get("n")?, share: 0.0 });
    }
    let all: i64 = reasons.iter().map(|reason| reason.count).sum();
    for reason in &mut reasons {
        reason.share = reason.count as f64 / all.max(1) as f64;
    }
    Ok(reasons)
}

/// Open gaps that were asked in this time, the commonest first.
pub async fn gaps(store: &Store, workspace: WorkspaceId, range: Range) -> Result<Vec<GapLine>> {
    let rows = sqlx::query(
        "SELECT id, question, asked FROM gap WHERE workspace_id = $1 AND closed_at IS NULL \
         AND asked_at >= $2 AND asked_at < $3 ORDER BY asked DESC, asked_at DESC LIMIT $4",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .bind(GAPS)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            Ok(GapLine { question: row.try_get("question")?, asked: row.try_get("asked")?, href: format!("/console/gaps/{id}/answer") })
        })
        .collect()
}
