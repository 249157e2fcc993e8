//! The inbox of the staff: conversations with their tickets, as rows of a list.

mod query;
mod row;

pub use self::row::{Head, Last, Row, Turn};

use chat::{AgentId, ConversationId, TeamId, WorkspaceId};
use serde::Serialize;
use sqlx::Row as _;

use crate::{Desk, Error, Result, ticket::Status};

/// Which conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Tickets this agent holds.
    Mine(AgentId),
    /// The queue, in its order.
    Unassigned,
    /// Every ticket.
    All,
    /// Conversations the bot handles.
    Bot,
    /// Everything: with people, with the bot, done.
    Everything,
}

/// What to list. Tickets of `Mine` and `All` are those not resolved, unless a status is named.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Which conversations.
    pub view: View,
    /// Only tickets in this state.
    pub status: Option<Status>,
    /// Only tickets of this team.
    pub team: Option<TeamId>,
    /// Part of a name, an e-mail or a subject, or a ticket's number.
    pub search: String,
    /// Conversations that are in the search's result whatever they are called: their messages say it.
    pub said: Vec<ConversationId>,
    /// Only this conversation: whether it is in the list, and how its row reads.
    pub conversation: Option<ConversationId>,
    /// Behind this row.
    pub after: Option<Cursor>,
    /// At most this many rows, 1 to 200.
    pub limit: i64,
}

impl Filter {
    /// The first page of a view.
    #[must_use]
    pub fn of(view: View) -> Self {
        Self { view, status: None, team: None, search: String::new(), said: Vec::new(), conversation: None, after: None, limit: 50 }
    }
}

/// Where a page ended; a text in links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) first: i64,
    pub(crate) second: i64,
    pub(crate) id: String,
}

impl Cursor {
    /// As a link carries it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}.{}", self.first, self.second, self.id)
    }

    /// `None` for a text that is no cursor.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (first, second) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let id = parts.next()?.parse::<uuid::Uuid>().ok()?.to_string();
        Some(Self { first, second, id })
    }
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Page {
    /// In the view's order.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None`: this is the last.
    pub next: Option<Cursor>,
}

/// How much is in each view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Open tickets of the agent.
    pub mine: i64,
    /// The queue.
    pub unassigned: i64,
    /// Tickets that are not resolved.
    pub all: i64,
    /// Of those: waiting for the visitor.
    pub pending: i64,
    /// Of those: put away for later.
    pub snoozed: i64,
    /// Conversations of the last 24 hours the bot handles.
    pub bot: i64,
}

const DAY_MS: i64 = 24 * 3_600_000;

impl Desk {
    /// A page of the inbox.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn list(&self, workspace: WorkspaceId, filter: &Filter) -> Result<Page> {
        let limit = filter.limit.clamp(1, 200);
        let query = query::build(workspace, filter, limit + 1);
        let found = query.fetch(self.chat().store()).await?;
        let mut rows = found.iter().map(row::from_row).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = match (more, found.get(rows.len().saturating_sub(1))) {
            (true, Some(last)) => {
                Some(Cursor { first: last.try_get("key_first")?, second: last.try_get("key_second")?, id: last.try_get("key_id")? })
            }
            _ => None,
        };
        Ok(Page { rows, next })
    }

    /// One conversation as a row of the list.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a conversation without a message.
    pub async fn row(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Row> {
        let filter = Filter { conversation: Some(conversation), limit: 1, ..Filter::of(View::Everything) };
        self.list(workspace, &filter).await?.rows.pop().ok_or(Error::NotFound)
    }

    /// Conversations with a message or a change of their ticket at `at` (unix ms) or later, at most `limit`.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn touched_since(&self, workspace: WorkspaceId, at: i64, limit: i64) -> Result<Vec<ConversationId>> {
        let rows = sqlx::query(
            "SELECT id FROM conversation WHERE workspace_id = $1 AND last_period >= $2 / 300000 AND last_at >= $2
             UNION SELECT conversation_id AS id FROM ticket WHERE workspace_id = $1 AND resolved_at IS NULL AND updated_at >= $2
             UNION SELECT conversation_id AS id FROM ticket WHERE workspace_id = $1 AND resolved_at >= $2 LIMIT $3",
        )
        .bind(workspace.text())
        .bind(at)
        .bind(limit)
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter().map(|row| Ok(chat::row::id(row, "id")?)).collect()
    }

    /// How much is in each view of an agent's inbox.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn counts(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Counts> {
        let row = sqlx::query(
            "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE workspace_id = $1 AND agent_id = $2 AND status = 'open') AS mine,
                    (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE workspace_id = $1 AND queued_at IS NOT NULL) AS unassigned,
                    (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE workspace_id = $1 AND resolved_at IS NULL) AS everybody,
                    (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE workspace_id = $1 AND resolved_at IS NULL AND status = 'pending') AS pending,
                    (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE workspace_id = $1 AND resolved_at IS NULL AND status = 'snoozed') AS snoozed,
                    (SELECT CAST(COUNT(*) AS BIGINT) FROM conversation WHERE workspace_id = $1 AND speaker = 'bot' AND last_period >= $3 / 300000 AND last_at > $3 AND last_seq > 0) AS bot",
        )
        .bind(workspace.text())
        .bind(agent.text())
        .bind(self.chat().now() - DAY_MS)
        .fetch_one(self.chat().store().read())
        .await?;
        Ok(Counts {
            mine: row.try_get("mine")?,
            unassigned: row.try_get("unassigned")?,
            all: row.try_get("everybody")?,
            pending: row.try_get("pending")?,
            snoozed: row.try_get("snoozed")?,
            bot: row.try_get("bot")?,
        })
    }
}
