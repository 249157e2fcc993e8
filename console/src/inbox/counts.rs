//! How much there is in each view.

use serde::Serialize;
use sqlx::Row;

use chat::{AgentId, Store, WorkspaceId};

use super::view::View;
use crate::error::Error;
use crate::handle::Console;

/// Beyond this nobody reads the number, and counting on would cost more than it tells.
const MOST: i64 = 1_000;

/// One number a view, and the gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// With the person who looks.
    pub mine: i64,
    /// In the queue.
    pub unassigned: i64,
    /// Open.
    pub open: i64,
    /// Waiting for the visitor.
    pub pending: i64,
    /// Put away.
    pub snoozed: i64,
    /// Done; at most a thousand are counted.
    pub resolved: i64,
    /// With the bot.
    pub bot: i64,
    /// All; at most a thousand are counted.
    pub all: i64,
    /// Questions that knowledge could not answer.
    pub gaps: i64,
    /// Calls of tools that an agent must agree to.
    pub approvals: i64,
}

impl Counts {
    /// The number of a view.
    #[must_use]
    pub fn in_view(&self, view: View) -> i64 {
        match view {
            View::Mine => self.mine,
            View::Unassigned => self.unassigned,
            View::Open => self.open,
            View::Pending => self.pending,
            View::Snoozed => self.snoozed,
            View::Resolved => self.resolved,
            View::Bot => self.bot,
            View::All => self.all,
        }
    }
}

impl Console {
    /// Counts everything for one person.
    pub async fn counts(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Counts, Error> {
        let desk = self.desk.counts(workspace, agent).await?;
        let (resolved, all, gaps, approvals) = rest(self.chat.store(), workspace).await?;
        Ok(Counts {
            mine: desk.mine,
            unassigned: desk.unassigned,
            open: desk.all - desk.pending - desk.snoozed,
            pending: desk.pending,
            snoozed: desk.snoozed,
            resolved,
            bot: desk.bot,
            all,
            gaps,
            approvals,
        })
    }
}

/// What the desk does not count: resolved tickets, all conversations, open gaps, calls that wait.
async fn rest(store: &Store, workspace: WorkspaceId) -> Result<(i64, i64, i64, i64), Error> {
    let capped = |table: &str, condition: &str| {
        format!(
            "(SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM {table} \
             WHERE workspace_id = $1 AND {condition} LIMIT {MOST}) AS counted)"
        )
    };
    let sql = format!(
        "SELECT {} AS resolved, {} AS everything, {} AS gaps, {} AS approvals",
        capped("ticket", "resolved_at IS NOT NULL"),
        capped("conversation", "last_seq > 0"),
        capped("gap", "closed_at IS NULL"),
        capped("tool_call", "status = 'agent'"),
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).fetch_one(store.read()).await?;
    Ok((row.try_get("resolved")?, row.try_get("everything")?, row.try_get("gaps")?, row.try_get("approvals")?))
}
