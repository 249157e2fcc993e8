//! The rows a report is made of.

use chat::{AgentId, Store, TeamId, WorkspaceId, row};
use sqlx::Row;
use std::collections::BTreeMap;

use super::{Day, Range};
use crate::Result;

/// Tickets that are read for one report, at most.
const MOST: i64 = 50_000;

/// Conversations that began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Begun {
    pub(super) conversations: i64,
    pub(super) bot_only: i64,
    pub(super) handed_over: i64,
    pub(super) taken_over: i64,
}

/// A ticket, as far as times go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worked {
    pub(super) agent: Option<AgentId>,
    pub(super) team: Option<TeamId>,
    pub(super) created_at: i64,
    pub(super) first_reply_at: Option<i64>,
    pub(super) resolved_at: Option<i64>,
}

/// What a visitor said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    pub(super) agent: Option<AgentId>,
    pub(super) team: Option<TeamId>,
    pub(super) score: i64,
    pub(super) at: i64,
}

impl Worked {
    pub(super) fn first_reply_ms(&self) -> Option<i64> {
        self.first_reply_at.map(|at| (at - self.created_at).max(0))
    }

    pub(super) fn resolution_ms(&self) -> Option<i64> {
        self.resolved_at.map(|at| (at - self.created_at).max(0))
    }
}

/// Conversations by day, also counted together. Without a ticket only the bot can have considered what was asked.
pub(super) async fn begun(store: &Store, workspace: WorkspaceId, range: Range, days: &mut BTreeMap<i64, Day>) -> Result<Begun> {
    let rows = sqlx::query(
        "SELECT (c.created_at + $4) / 86400000 AS day, CAST(COUNT(*) AS BIGINT) AS conversations,
                CAST(SUM(COALESCE(k.handed, 0)) AS BIGINT) AS handed, CAST(SUM(COALESCE(k.taken, 0)) AS BIGINT) AS taken,
                CAST(SUM(CASE WHEN k.conversation_id IS NULL AND c.answered_seq > 0 THEN 1 ELSE 0 END) AS BIGINT) AS bot_only
           FROM conversation c LEFT JOIN (
                SELECT conversation_id, MAX(CASE WHEN reason = 'agent' THEN 0 ELSE 1 END) AS handed, MAX(CASE WHEN reason = 'agent' THEN 1 ELSE 0 END) AS taken
                  FROM ticket WHERE workspace_id = $1 AND created_at >= $2 GROUP BY conversation_id) k ON k.conversation_id = c.id
          WHERE c.workspace_id = $1 AND c.created_at >= $2 AND c.created_at < $3 AND c.asked_seq > 0
          GROUP BY 1",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .bind(range.offset_ms)
    .fetch_all(store.read())
    .await?;
    let mut all = Begun::default();
    for row in &rows {
        let (conversations, handed, bot_only): (i64, i64, i64) =
            (row.try_get("conversations")?, row.try_get("handed")?, row.try_get("bot_only")?);
        all.conversations += conversations;
        all.handed_over += handed;
        all.bot_only += bot_only;
        all.taken_over += row.try_get::<i64, _>("taken")?;
        if let Some(day) = days.get_mut(&row.try_get("day")?) {
            (day.conversations, day.handed_over, day.bot_only) = (conversations, handed, bot_only);
        }
    }
    Ok(all)
}

/// The newest tickets of the time; true when there were more.
pub(super) async fn worked(store: &Store, workspace: WorkspaceId, range: Range) -> Result<(Vec<Worked>, bool)> {
    let rows = sqlx::query(
        "SELECT agent_id, team_id, created_at, first_reply_at, resolved_at FROM ticket
          WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 ORDER BY created_at DESC LIMIT $4",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .bind(MOST + 1)
    .fetch_all(store.read())
    .await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let worked = rows.iter().take(most).map(|row| {
        Ok(Worked {
            agent: row::optional_id(row, "agent_id")?,
            team: row::optional_id(row, "team_id")?,
            created_at: row.try_get("created_at")?,
            first_reply_at: row.try_get("first_reply_at")?,
            resolved_at: row.try_get("resolved_at")?,
        })
    });
    Ok((worked.collect::<Result<_>>()?, rows.len() > most))
}

/// What visitors said in the time, the newest first.
pub(super) async fn closings(store: &Store, workspace: WorkspaceId, range: Range) -> Result<Vec<Closing>> {
    let rows = sqlx::query(
        "SELECT t.agent_id, t.team_id, s.score, s.created_at FROM csat s LEFT JOIN ticket t ON t.id = s.ticket_id
          WHERE s.workspace_id = $1 AND s.created_at >= $2 AND s.created_at < $3 ORDER BY s.created_at DESC LIMIT $4",
    )
    .bind(workspace.text())
    .bind(range.from)
    .bind(range.to)
    .bind(MOST)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Closing {
                agent: row::optional_id(row, "agent_id")?,
                team: row::optional_id(row, "team_id")?,
                score: row.try_get("score")?,
                at: row.try_get("created_at")?,
            })
        })
        .collect()
}
