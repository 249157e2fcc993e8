//! A visitor's conversation: where it was opened, how far it is, and who may speak.

use sqlx::{Row, any::AnyRow};

use crate::{AgentId, ConversationId, Error, InboxId, Result, Store, TurnId, VisitorId, WorkspaceId, append, row};

/// Who may answer a conversation now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Speaker {
    /// The bot.
    Bot,
    /// Nobody yet: it waits for a person.
    Queue,
    /// This agent.
    Agent(AgentId),
}

impl Speaker {
    /// `bot`, `queue` or `agent`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queue => "queue",
            Self::Agent(_) => "agent",
        }
    }

    /// The agent, if it is one.
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent(agent) => Some(*agent),
            _ => None,
        }
    }
}

/// A row of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Made by the visitor's client.
    pub id: ConversationId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Where it entered.
    pub inbox: InboxId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// `en` or `zh`: what the house speaks in it.
    pub locale: String,
    /// The page it was opened on.
    pub page_url: String,
    /// That page's title.
    pub page_title: String,
    /// Who may answer now.
    pub speaker: Speaker,
    /// Raised by every change of speaker.
    pub epoch: i64,
    /// The last message.
    pub last_seq: i64,
    /// The last message a visitor may see.
    pub last_visible_seq: i64,
    /// The last message of the visitor.
    pub asked_seq: i64,
    /// The last message a finished bot turn has considered.
    pub answered_seq: i64,
    /// The running bot turn.
    pub turn: Option<TurnId>,
    /// Its lease, unix milliseconds.
    pub turn_until: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Of the last message.
    pub last_at: i64,
    /// Since when it is closed.
    pub closed_at: Option<i64>,
}

/// What is needed to open one.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Made by the visitor's client; the same id again is the same conversation.
    pub id: ConversationId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Where it enters.
    pub inbox: InboxId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// `en` or `zh`.
    pub locale: String,
    /// The page it is opened on.
    pub page_url: String,
    /// That page's title.
    pub page_title: String,
}

const COLUMNS: &str = "id, workspace_id, inbox_id, visitor_id, locale, page_url, page_title, speaker, speaker_id, epoch, last_seq,
    last_visible_seq, asked_seq, answered_seq, turn_id, turn_until, created_at, last_at, closed_at";

/// Opens a conversation with the bot before anything is said, or finds the one that was opened with this id.
/// Its visitor is made with it.
///
/// # Errors
/// [`Error::NotFound`] when the id belongs to somebody else.
pub async fn open(store: &Store, now: i64, opening: &Opening) -> Result<Conversation> {
    let mut tx = store.begin().await?;
    append::open(&mut tx, store.dialect(), now, vec![opening]).await?;
    tx.commit().await?;
    of_visitor(store, opening.workspace, opening.visitor, opening.id).await
}

/// One conversation of the workspace.
pub async fn find(store: &Store, workspace: WorkspaceId, id: ConversationId) -> Result<Conversation> {
    let sql = format!("SELECT {COLUMNS} FROM conversation WHERE workspace_id = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_optional(store.read()).await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// One conversation, if it is this visitor's.
pub async fn of_visitor(store: &Store, workspace: WorkspaceId, visitor: VisitorId, id: ConversationId) -> Result<Conversation> {
    let found = find(store, workspace, id).await?;
    if found.visitor == visitor { Ok(found) } else { Err(Error::NotFound) }
}

/// Notes the page the visitor is on now.
pub async fn on_page(store: &Store, workspace: WorkspaceId, id: ConversationId, url: &str, title: &str) -> Result<()> {
    sqlx::query("UPDATE conversation SET page_url = $3, page_title = $4 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(cut(url, 2_000))
        .bind(cut(title, 300))
        .execute(store.write())
        .await?;
    Ok(())
}

/// Text from outside: no NUL, at most `limit` characters.
pub fn cut(text: &str, limit: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(limit).collect()
}

/// Reads a row that holds every column of the table.
pub fn from_row(row: &AnyRow) -> Result<Conversation> {
    let kind: &str = row.try_get("speaker")?;
    let agent: Option<AgentId> = row::optional_id(row, "speaker_id")?;
    let speaker = match (kind, agent) {
        ("agent", Some(agent)) => Speaker::Agent(agent),
        ("bot", _) => Speaker::Bot,
        _ => Speaker::Queue,
    };
    Ok(Conversation {
        id: row::id(row, "id")?,
        workspace: row::id(row, "workspace_id")?,
        inbox: row::id(row, "inbox_id")?,
        visitor: row::id(row, "visitor_id")?,
        locale: row.try_get("locale")?,
        page_url: row.try_get("page_url")?,
        page_title: row.try_get("page_title")?,
        speaker,
        epoch: row.try_get("epoch")?,
        last_seq: row.try_get("last_seq")?,
        last_visible_seq: row.try_get("last_visible_seq")?,
        asked_seq: row.try_get("asked_seq")?,
        answered_seq: row.try_get("answered_seq")?,
        turn: row::optional_id(row, "turn_id")?,
        turn_until: row.try_get("turn_until")?,
        created_at: row.try_get("created_at")?,
        last_at: row.try_get("last_at")?,
        closed_at: row.try_get("closed_at")?,
    })
}
