//! A row of the inbox.

use chat::{AgentId, ConversationId, InboxId, Speaker, TeamId, TicketId, VisitorId, row};
use serde::Serialize;
use sqlx::{Row as _, any::AnyRow};

use crate::{
    Result,
    ticket::{Priority, Reason, Routed, Status},
};

/// A conversation in the list. Times are unix ms.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which one.
    pub conversation: ConversationId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// As typed; empty: unknown.
    pub visitor_name: String,
    /// As typed.
    pub visitor_email: Option<String>,
    /// Where it entered.
    pub inbox: InboxId,
    /// What the house speaks in it.
    pub locale: String,
    /// Who may answer now.
    pub speaker: Speaker,
    /// Its newest ticket.
    pub ticket: Option<Head>,
    /// The last message a visitor may see.
    pub last: Option<Last>,
    /// Of the last message, notes too.
    pub last_at: i64,
    /// The newest message.
    pub last_seq: i64,
    /// Whose turn it is.
    pub turn: Turn,
    /// Since when the visitor waits for us or the bot.
    pub waiting_since: Option<i64>,
    /// Messages of the visitor that nobody of the staff has read.
    pub unread: i64,
    /// Since when it is closed.
    pub closed_at: Option<i64>,
}

/// What the list shows of a ticket.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Which one.
    pub id: TicketId,
    /// What people call it.
    pub number: i64,
    /// One line.
    pub subject: String,
    /// Where it is in its life.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// Why it exists.
    pub reason: Reason,
    /// Whose work it is.
    pub team: Option<TeamId>,
    /// That team's name.
    pub team_name: Option<String>,
    /// Who holds it.
    pub agent: Option<AgentId>,
    /// That agent's name.
    pub agent_name: Option<String>,
    /// Why it is where it is.
    pub routed: Routed,
    /// When it was made.
    pub created_at: i64,
    /// In the queue since.
    pub queued_at: Option<i64>,
    /// When it wakes.
    pub snoozed_until: Option<i64>,
    /// When it was resolved.
    pub resolved_at: Option<i64>,
}

/// The last message a visitor may see.
#[derive(Clone, Debug, Serialize)]
pub struct Last {
    /// Its seq.
    pub seq: i64,
    /// `visitor`, `bot`, `agent` or `system`.
    pub author: String,
    /// Its first 300 characters.
    pub body: String,
    /// When.
    pub at: i64,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The visitor waits for a person.
    Staff,
    /// We wait for the visitor, or for a time.
    Visitor,
    /// The bot's.
    Bot,
    /// Nobody's: it is resolved.
    Done,
}

impl Turn {
    /// `staff`, `visitor`, `bot` or `done`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Visitor => "visitor",
            Self::Bot => "bot",
            Self::Done => "done",
        }
    }
}

pub(super) fn from_row(r: &AnyRow) -> Result<Row> {
    let speaker = match (r.try_get::<&str, _>("speaker")?, row::optional_id(r, "speaker_id")?) {
        ("bot", _) => Speaker::Bot,
        (_, Some(agent)) => Speaker::Agent(agent),
        _ => Speaker::Queue,
    };
    let ticket = head(r)?;
    let asked_at: Option<i64> = r.try_get("asked_at")?;
    let waiting_since = waiting_since(r, ticket.as_ref(), asked_at, speaker)?;
    Ok(Row {
        conversation: row::id(r, "conversation_id")?,
        visitor: row::id(r, "visitor_id")?,
        visitor_name: r.try_get("visitor_name")?,
        visitor_email: r.try_get::<Option<String>, _>("visitor_email")?.filter(|email| !email.is_empty()),
        inbox: row::id(r, "inbox_id")?,
        locale: r.try_get("locale")?,
        speaker,
        turn: turn(speaker, ticket.as_ref(), waiting_since),
        ticket,
        last: last(r)?,
        last_at: r.try_get("last_at")?,
        last_seq: r.try_get("last_seq")?,
        waiting_since,
        unread: r.try_get("unread")?,
        closed_at: r.try_get("closed_at")?,
    })
}

fn head(r: &AnyRow) -> Result<Option<Head>> {
    let Some(id) = row::optional_id(r, "ticket_id")? else { return Ok(None) };
    Ok(Some(Head {
        id,
        number: r.try_get("number")?,
        subject: r.try_get("subject")?,
        status: Status::parse(r.try_get("status")?).unwrap_or(Status::Open),
        priority: Priority::of_rank(r.try_get("priority")?),
        reason: Reason::parse(r.try_get("reason")?).unwrap_or(Reason::Agent),
        team: row::optional_id(r, "team_id")?,
        team_name: r.try_get("team_name")?,
        agent: row::optional_id(r, "agent_id")?,
        agent_name: r.try_get("agent_name")?,
        routed: row::json(r, "routed")?,
        created_at: r.try_get("ticket_at")?,
        queued_at: r.try_get("queued_at")?,
        snoozed_until: r.try_get("snoozed_until")?,
        resolved_at: r.try_get("resolved_at")?,
    }))
}

fn last(r: &AnyRow) -> Result<Option<Last>> {
    let Some(seq) = r.try_get("last_message_seq")? else { return Ok(None) };
    Ok(Some(Last { seq, author: r.try_get("last_author")?, body: r.try_get("last_body")?, at: r.try_get("last_message_at")? }))
}

/// An open ticket waits from the queue on until its agent's first word; afterwards, as with the bot, the visitor's oldest open message counts.
fn waiting_since(r: &AnyRow, ticket: Option<&Head>, asked_at: Option<i64>, speaker: Speaker) -> Result<Option<i64>> {
    let open = ticket.filter(|ticket| ticket.status == Status::Open && speaker != Speaker::Bot);
    let Some(ticket) = open else { return Ok(asked_at) };
    let (assigned_at, replied_at): (Option<i64>, Option<i64>) = (r.try_get("assigned_at")?, r.try_get("replied_at")?);
    let waited_ms: Option<i64> = r.try_get("waited_ms")?;
    let unanswered = assigned_at.filter(|_| replied_at.is_none()).map(|at| at - waited_ms.unwrap_or(0));
    Ok(ticket.queued_at.or(unanswered).or(asked_at))
}

fn turn(speaker: Speaker, ticket: Option<&Head>, waiting_since: Option<i64>) -> Turn {
    if speaker == Speaker::Bot {
        return Turn::Bot;
    }
    match ticket.map(|ticket| ticket.status) {
        Some(Status::Resolved) if waiting_since.is_none() => Turn::Done,
        _ if waiting_since.is_some() => Turn::Staff,
        _ => Turn::Visitor,
    }
}
