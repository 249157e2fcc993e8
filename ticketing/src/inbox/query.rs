//! The one query behind every view: an inner page finds the rows by index, the outer part reads what they show.

use chat::{ConversationId, Store, WorkspaceId};
use sqlx::{AssertSqlSafe, any::AnyRow};

use super::{Cursor, Filter, View};
use crate::{Result, ticket::Status};

/// A text with its parameters, numbered as they come.
pub(super) struct Query {
    text: String,
    binds: Vec<Bind>,
}

enum Bind {
    Text(String),
    Int(i64),
}

/// In which order a view is read.
enum Order {
    Recent,
    Queue,
    Resolved,
}

const SHOWN: &str = "SELECT page.key_first, page.key_second, page.key_id,
        c.id AS conversation_id, c.visitor_id, c.inbox_id, c.locale, c.speaker, c.speaker_id, c.asked_seq, c.answered_seq, c.created_at, c.last_at,
        c.last_seq, c.closed_at, v.name AS visitor_name, v.email AS visitor_email,
        m.seq AS last_message_seq, m.author AS last_author, SUBSTR(m.body, 1, 300) AS last_body, m.created_at AS last_message_at,
        t.id AS ticket_id, t.number, t.subject, t.status, t.priority, t.reason, t.team_id, e.name AS team_name, t.agent_id, a.name AS agent_name,
        t.routed, t.created_at AS ticket_at, t.queued_at, t.assigned_at, t.waited_ms, t.replied_at, t.snoozed_until, t.resolved_at,
        (SELECT MIN(w.created_at) FROM message w WHERE w.conversation_id = c.id AND w.seq > c.answered_seq AND w.author = 'visitor'
            AND w.recalled_at IS NULL) AS asked_at,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM message u WHERE u.conversation_id = c.id AND u.author = 'visitor' AND u.recalled_at IS NULL AND u.seq > COALESCE(
            (SELECT MAX(k.read_seq) FROM cursor k WHERE k.conversation_id = c.id AND k.reader >= 'agent:' AND k.reader < 'agent;'), 0)) AS unread";
const JOINED: &str = "JOIN conversation c ON c.id = page.conversation_id JOIN visitor v ON v.id = c.visitor_id
        LEFT JOIN message m ON m.conversation_id = c.id AND m.seq = (SELECT l.seq FROM message l WHERE l.conversation_id = c.id
            AND l.seq <= c.last_visible_seq AND l.audience = 'all' AND l.of_seq IS NULL ORDER BY l.seq DESC LIMIT 1)
        LEFT JOIN ticket t ON t.id = page.ticket_id LEFT JOIN team e ON e.id = t.team_id LEFT JOIN agent a ON a.id = t.agent_id";
/// A conversation with its newest ticket, if it has one.
const BY_CONVERSATION: &str = "conversation c LEFT JOIN ticket t ON t.id = (SELECT n.id FROM ticket n
        WHERE n.workspace_id = c.workspace_id AND n.conversation_id = c.id ORDER BY n.number DESC LIMIT 1)";
const BY_TICKET: &str = "ticket t JOIN conversation c ON c.id = t.conversation_id";

pub(super) fn build(workspace: WorkspaceId, filter: &Filter, limit: i64) -> Query {
    let order = order(filter);
    let (first, second, id) = order.keys();
    let direction = order.direction();
    let sort = order.sort();
    let mut query = Query { text: String::new(), binds: Vec::new() };
    let (from, mut conditions) = view(&mut query, workspace, filter);
    if let Some(cursor) = &filter.after {
        conditions.push(order.behind(&mut query, cursor));
    }
    let visitor = if filter.search.trim().is_empty() { "" } else { "JOIN visitor v ON v.id = c.visitor_id" };
    let limit = query.int(limit);
    query.text = format!(
        "{SHOWN} FROM (SELECT c.id AS conversation_id, t.id AS ticket_id, {first} AS key_first, CAST({second} AS BIGINT) AS key_second, {id} AS key_id
             FROM {from} {visitor} WHERE {} ORDER BY {sort} LIMIT {limit}) page
         {JOINED} ORDER BY page.key_first {direction}, page.key_second {direction}, page.key_id {direction}",
        conditions.join(" AND "),
    );
    query
}

fn order(filter: &Filter) -> Order {
    match (filter.view, filter.status) {
        (View::Unassigned, _) => Order::Queue,
        (View::Mine(_) | View::All, Some(Status::Resolved)) => Order::Resolved,
        _ => Order::Recent,
    }
}

impl Order {
    /// First key, second key (0: there is none) and id. Each order is that of an index, or of a short list. The keys of a
    /// ticket's view are never null in it.
    fn keys(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Recent => ("c.last_at", "0", "c.id"),
            Self::Queue => ("t.priority", "t.queued_at", "t.id"),
            Self::Resolved => ("t.resolved_at", "0", "t.id"),
        }
    }

    /// By the keys. What was written in last is found by the index of periods; only those of one period are put in order.
    fn sort(&self) -> &'static str {
        match self {
            Self::Recent => "c.last_period DESC, c.last_at DESC, c.id DESC",
            Self::Queue => "t.priority, t.queued_at, t.id",
            Self::Resolved => "t.resolved_at DESC, t.id DESC",
        }
    }

    fn direction(&self) -> &'static str {
        if matches!(self, Self::Queue) { "ASC" } else { "DESC" }
    }

    fn behind(&self, query: &mut Query, cursor: &Cursor) -> String {
        let (first, second, id) = self.keys();
        let (a, b) = (query.int(cursor.first), query.text(&cursor.id));
        match self {
            Self::Queue => format!("({first}, {second}, {id}) > ({a}, {}, {b})", query.int(cursor.second)),
            Self::Recent => format!("c.last_period <= {a} / 300000 AND ({first}, {id}) < ({a}, {b})"),
            Self::Resolved => format!("({first}, {id}) < ({a}, {b})"),
        }
    }
}

/// Where a view's rows come from, and which they are.
fn view(query: &mut Query, workspace: WorkspaceId, filter: &Filter) -> (&'static str, Vec<String>) {
    let workspace = query.text(&workspace.text());
    let (from, mut conditions) = match filter.view {
        View::Mine(agent) => {
            (BY_TICKET, vec![format!("t.workspace_id = {workspace}"), format!("t.agent_id = {}", query.text(&agent.text()))])
        }
        View::Unassigned => (BY_TICKET, vec![format!("t.workspace_id = {workspace}"), "t.queued_at IS NOT NULL".into()]),
        View::All => (BY_TICKET, vec![format!("t.workspace_id = {workspace}")]),
        View::Bot => (BY_CONVERSATION, vec![format!("c.workspace_id = {workspace}"), "c.speaker = 'bot' AND c.last_seq > 0".into()]),
        View::Everything => (BY_CONVERSATION, vec![format!("c.workspace_id = {workspace}"), "c.last_seq > 0".into()]),
    };
    match filter.status {
        Some(Status::Resolved) => conditions.push("t.resolved_at IS NOT NULL".into()),
        Some(status) => conditions.push(format!("t.resolved_at IS NULL AND t.status = {}", query.text(status.text()))),
        None if matches!(filter.view, View::Mine(_)) => conditions.push("t.status IN ('open', 'pending', 'snoozed')".into()),
        None if matches!(filter.view, View::All) => conditions.push("t.resolved_at IS NULL".into()),
        None => {}
    }
    if let Some(team) = filter.team {
        conditions.push(format!("t.team_id = {}", query.text(&team.text())));
    }
    if let Some(conversation) = filter.conversation {
        conditions.push(format!("c.id = {}", query.text(&conversation.text())));
    }
    if !filter.search.trim().is_empty() {
        conditions.push(search(query, filter.search.trim(), &filter.said));
    }
    (from, conditions)
}

/// SQLite folds the case of ASCII only, so both the words and their lower case are tried.
fn search(query: &mut Query, words: &str, said: &[ConversationId]) -> String {
    let words: String = words.chars().filter(|c| *c != '\0').take(200).collect();
    let number = query.int(words.trim_start_matches('#').parse().unwrap_or(-1));
    let escaped = words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let (plain, lower) = (query.text(&format!("%{escaped}%")), query.text(&format!("%{}%", escaped.to_lowercase())));
    let columns = ["v.name", "COALESCE(v.email, '')", "COALESCE(t.subject, '')"];
    let likes = columns.map(|column| format!("{column} LIKE {plain} ESCAPE '!' OR LOWER({column}) LIKE {lower} ESCAPE '!'"));
    let said: Vec<String> = said.iter().map(|id| query.text(&id.text())).collect();
    let said = if said.is_empty() { String::new() } else { format!(" OR c.id IN ({})", said.join(", ")) };
    format!("(t.number = {number} OR {}{said})", likes.join(" OR "))
}

impl Query {
    fn text(&mut self, value: &str) -> String {
        self.binds.push(Bind::Text(value.into()));
        format!("${}", self.binds.len())
    }

    fn int(&mut self, value: i64) -> String {
        self.binds.push(Bind::Int(value));
        format!("${}", self.binds.len())
    }

    pub(super) async fn fetch(self, store: &Store) -> Result<Vec<AnyRow>> {
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for bind in self.binds {
            query = match bind {
                Bind::Text(value) => query.bind(value),
                Bind::Int(value) => query.bind(value),
            };
        }
        Ok(query.fetch_all(store.read()).await?)
    }
}
