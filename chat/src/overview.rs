//! A visitor's conversations as their own list shows them: everything about each of them in one statement.

use sqlx::{Row, any::AnyRow};

use crate::{
    ConversationId, Error, Result, Store, VisitorId, WorkspaceId,
    conversation::{self, Conversation},
};

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The conversation.
    pub talk: Conversation,
    /// How far the visitor has read, on whichever device; 0: nothing.
    pub read_seq: i64,
    /// How far anybody of the staff has read.
    pub seen_seq: i64,
    /// Messages of bot and agents the visitor has not read.
    pub unread: i64,
    /// How the last message begins: at most 140 characters.
    pub preview: String,
}

/// How far the visitor `k.visitor_id` and anybody of the staff have read the conversation `k`.
pub(crate) const MARKS: &str = "
    (SELECT CAST(COALESCE(MAX(r.read_seq), 0) AS BIGINT) FROM cursor r WHERE r.conversation_id = k.id AND r.reader = 'visitor:' || k.visitor_id) AS own_read,
    (SELECT CAST(COALESCE(MAX(r.read_seq), 0) AS BIGINT) FROM cursor r WHERE r.conversation_id = k.id AND r.reader LIKE 'agent:%') AS staff_read";

/// What waits for the visitor in the conversation `c`, and how its last message begins.
pub(crate) const WORDS: &str = "
    (SELECT CAST(COUNT(*) AS BIGINT) FROM message m WHERE m.conversation_id = c.id AND m.seq > c.own_read AND m.audience = 'all'
        AND m.author IN ('bot', 'agent') AND m.recalled_at IS NULL) AS unread,
    COALESCE((SELECT SUBSTR(m.body, 1, 140) FROM message m WHERE m.conversation_id = c.id AND m.seq <= c.last_visible_seq
        AND m.audience = 'all' AND m.of_seq IS NULL ORDER BY m.seq DESC LIMIT 1), '') AS preview";

fn select(which: &str) -> String {
    format!(
        "SELECT c.*, {WORDS} FROM (SELECT k.*, {MARKS} FROM conversation k WHERE k.workspace_id = $1 AND k.visitor_id = $2 AND {which}) c"
    )
}

/// The visitor's newest conversations, newest first.
pub async fn list(store: &Store, workspace: WorkspaceId, visitor: VisitorId, limit: i64) -> Result<Vec<Overview>> {
    let newest = select("k.last_seq > 0 ORDER BY k.last_at DESC, k.id DESC LIMIT $3");
    let sql = format!("{newest} ORDER BY c.last_at DESC, c.id DESC");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(visitor.text()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(from_row).collect()
}

/// One conversation of the visitor.
///
/// # Errors
/// [`Error::NotFound`] when it is somebody else's.
pub async fn find(store: &Store, workspace: WorkspaceId, visitor: VisitorId, id: ConversationId) -> Result<Overview> {
    let sql = select("k.id = $3");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(workspace.text())
        .bind(visitor.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

pub(crate) fn from_row(row: &AnyRow) -> Result<Overview> {
    Ok(Overview {
        talk: conversation::from_row(row)?,
        read_seq: row.try_get("own_read")?,
        seen_seq: row.try_get("staff_read")?,
        unread: row.try_get("unread")?,
        preview: row.try_get("preview")?,
    })
}
