//! Messages, as they stand in the record.

use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{
    AgentId, Changed, ClientId, ConversationId, Error, Made, PassageId, Result, Store, ToolCallId, TurnId, VisitorId, WorkspaceId,
};

/// The longest body, in characters.
pub const MAX_BODY: usize = 16_000;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    /// The visitor of the conversation.
    Visitor(VisitorId),
    /// The bot.
    Bot,
    /// A member of the staff.
    Agent(AgentId),
    /// The house itself: handed over, resolved …
    System,
}

impl Author {
    /// `visitor`, `bot`, `agent` or `system`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Visitor(_) => "visitor",
            Self::Bot => "bot",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }

    pub(crate) fn id_text(&self) -> Option<String> {
        match self {
            Self::Visitor(id) => Some(id.text()),
            Self::Agent(id) => Some(id.text()),
            Self::Bot | Self::System => None,
        }
    }

    pub(crate) fn of(kind: &str, id: Option<&str>) -> Option<Self> {
        match kind {
            "visitor" => VisitorId::parse(id?).map(Self::Visitor),
            "agent" => AgentId::parse(id?).map(Self::Agent),
            "bot" => Some(Self::Bot),
            "system" => Some(Self::System),
            _ => None,
        }
    }
}

/// Who may see a message; also: as whom somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Visitor and staff.
    All,
    /// Staff only: an internal note.
    Staff,
}

impl Audience {
    /// `all` or `staff`.
    pub fn text(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Staff => "staff",
        }
    }
}

/// A source that an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// Its number in the text: `[1]`.
    pub n: u32,
    /// The document's title.
    pub title: String,
    /// The heading path within the document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heading: String,
    /// The passage as it was when it was cited.
    pub text: String,
    /// Where the document can be read; empty: nowhere.
    #[serde(default)]
    pub url: String,
    /// Which passage it was; it may be gone since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<PassageId>,
}

/// A quick reply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// What the visitor reads, and says by pressing it.
    pub label: String,
    /// What is sent along as `button`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// `person`: pressing it asks for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

/// What a system message tells, for machines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `handed_over`, `queued`, `taken`, `transferred`, `resolved`, `reopened`, `returned_to_bot`, `offline_note`, `edited`, `recalled`.
    pub name: String,
    /// The agent's name, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The message that is edited (it says the body of this one from now on) or recalled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
}

/// Whatever a message carries beside its body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    /// The sources of an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// Quick replies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Quoted from the sources; no model wrote it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub extract: bool,
    /// What the bot would answer, for an agent to send.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// The turn that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    /// The number of the release that answered; `None`: tested releases were off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<i64>,
    /// What happened, in a system message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// `person`: the visitor asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
    /// The value of the quick reply that was pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<String>,
    /// The call of a tool that must be agreed to; in a system message, the one that was decided; in a visitor's, the one whose
    /// code it was written for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<ToolCallId>,
    /// That call needs a one-time code, which the visitor enters in a form.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
    /// Who the visitor was when this was written, by an identity that held at that moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Who edited or recalled what `event` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Author>,
}

/// A message of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Whose conversation it is.
    pub visitor: VisitorId,
    /// Dense from 1 in the conversation.
    pub seq: i64,
    /// The seq before it as a visitor sees the conversation.
    pub prev_visible: i64,
    /// The sender's own id.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: Author,
    /// Who may see it.
    pub audience: Audience,
    /// Markdown of bot and agent, plain text of a visitor.
    pub body: String,
    /// Everything else.
    pub extra: Extra,
    /// Unix milliseconds.
    pub at: i64,
    /// It was edited or recalled: everything here is what it says since.
    #[serde(default)]
    pub changed: Option<Changed>,
    /// What was made of it for its readers.
    #[serde(skip)]
    pub made: Made,
}

impl Message {
    /// The seq before it, as `audience` sees the conversation.
    pub fn prev(&self, audience: Audience) -> i64 {
        match audience {
            Audience::All => self.prev_visible,
            Audience::Staff => self.seq - 1,
        }
    }
}

const SELECT: &str = "SELECT m.workspace_id, m.conversation_id, c.visitor_id, m.seq, m.prev_visible, m.client_id, m.author, m.author_id,
        m.audience, m.body, m.extra, m.created_at, m.changed_seq, m.changed_at, m.recalled_at
   FROM message m JOIN conversation c ON c.id = m.conversation_id
  WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND (m.audience = 'all' OR m.audience = $3)";

/// The messages after `seq` that `audience` may see, ascending, at most `limit`.
pub async fn after(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    audience: Audience,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let sql = format!("{SELECT} AND m.seq > $4 ORDER BY m.seq LIMIT $5");
    page(store, sql, workspace, conversation, audience, seq, limit).await
}

/// The messages before `seq` (`i64::MAX` for the newest) that `audience` may see, ascending, at most `limit`.
pub async fn before(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    audience: Audience,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let sql = format!("{SELECT} AND m.seq < $4 ORDER BY m.seq DESC LIMIT $5");
    let mut messages = page(store, sql, workspace, conversation, audience, seq, limit).await?;
    messages.reverse();
    Ok(messages)
}

/// One message, if `audience` may see it.
pub async fn get(store: &Store, workspace: WorkspaceId, conversation: ConversationId, audience: Audience, seq: i64) -> Result<Message> {
    let found = after(store, workspace, conversation, audience, seq.saturating_sub(1), 1).await?;
    found.into_iter().find(|message| message.seq == seq).ok_or(Error::NotFound)
}

async fn page(
    store: &Store,
    sql: String,
    workspace: WorkspaceId,
    conversation: ConversationId,
    audience: Audience,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(audience.text())
        .bind(seq)
        .bind(limit)
        .fetch_all(store.read())
        .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &AnyRow) -> Result<Message> {
    let author_id: Option<String> = row.try_get("author_id")?;
    let author = Author::of(row.try_get("author")?, author_id.as_deref());
    let audience: &str = row.try_get("audience")?;
    let extra: &str = row.try_get("extra")?;
    Ok(Message {
        workspace: crate::row::id(row, "workspace_id")?,
        conversation: crate::row::id(row, "conversation_id")?,
        visitor: crate::row::id(row, "visitor_id")?,
        seq: row.try_get("seq")?,
        prev_visible: row.try_get("prev_visible")?,
        client_id: crate::row::id(row, "client_id")?,
        author: author.ok_or_else(|| Error::Refused("a message of the record has no known author".into()))?,
        audience: if audience == "staff" { Audience::Staff } else { Audience::All },
        body: row.try_get("body")?,
        extra: serde_json::from_str(extra).unwrap_or_default(),
        at: row.try_get("created_at")?,
        changed: crate::change::from_row(row)?,
        made: Made::default(),
    })
}
