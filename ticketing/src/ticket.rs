//! A ticket: the work that a conversation is for people.

mod packet;
mod routed;
mod store;

pub(crate) use self::store::{all_in_tx, in_tx, insert, reason_of_waiting, retell, save};
pub use self::{
    packet::{Packet, Seen, Tried},
    routed::{Cause, Lost, Passed, Routed, Why},
    store::{find, latest, live, of_conversation},
};

use chat::{AgentId, ConversationId, TeamId, TicketId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Labels of a ticket at most.
const LABELS: usize = 20;
/// The longest label, in characters.
const LABEL: usize = 40;

/// A row of the record. All times are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ticket {
    /// Which one.
    pub id: TicketId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Counted from 1 in each workspace: what people call it.
    pub number: i64,
    /// The conversation it is about.
    pub conversation: ConversationId,
    /// One line.
    pub subject: String,
    /// Why it exists.
    pub reason: Reason,
    /// How much it hurries.
    pub priority: Priority,
    /// Whose work it is.
    pub team: Option<TeamId>,
    /// Who holds it.
    pub agent: Option<AgentId>,
    /// Where it is in its life.
    pub status: Status,
    /// What it is about, in the workspace's own words.
    pub labels: Vec<String>,
    /// What the bot knew.
    pub packet: Packet,
    /// Why this agent, or why the queue.
    pub routed: Routed,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// In the queue since.
    pub queued_at: Option<i64>,
    /// When its agent got it.
    pub assigned_at: Option<i64>,
    /// Its agent's first reply.
    pub replied_at: Option<i64>,
    /// Anybody's first reply.
    pub first_reply_at: Option<i64>,
    /// When it wakes.
    pub snoozed_until: Option<i64>,
    /// When it was resolved.
    pub resolved_at: Option<i64>,
    /// How long it was in the queue before its agent got it, ms.
    pub waited_ms: Option<i64>,
    /// When its agent was last seen writing in it.
    pub touched_at: Option<i64>,
}

impl Ticket {
    /// Not resolved.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.resolved_at.is_none()
    }

    /// Waiting for somebody to take it.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.queued_at.is_some()
    }

    /// Adds labels it has not: trimmed, whatever case, at most [`LABELS`].
    pub(crate) fn add_labels(&mut self, labels: &[String]) {
        for label in labels.iter().map(|label| chat::conversation::cut(label.trim(), LABEL)) {
            let known = self.labels.iter().any(|own| own.to_lowercase() == label.to_lowercase());
            if !label.is_empty() && !known && self.labels.len() < LABELS {
                self.labels.push(label);
            }
        }
    }

    /// Puts it into the queue, where it counts as waiting since `since`; who had it counts no more.
    pub(crate) fn enqueue(&mut self, since: i64) {
        self.status = Status::Open;
        self.agent = None;
        self.queued_at = Some(self.queued_at.map_or(since, |queued_at| queued_at.min(since)));
        self.forget_agent();
        self.snoozed_until = None;
        self.resolved_at = None;
    }

    /// Gives it to `agent`.
    pub(crate) fn assign(&mut self, agent: AgentId, now: i64) {
        self.status = Status::Open;
        self.waited_ms = self.queued_at.map(|since| (now - since).max(0));
        self.agent = Some(agent);
        self.queued_at = None;
        self.forget_agent();
        self.assigned_at = Some(now);
        self.snoozed_until = None;
        self.resolved_at = None;
    }

    /// Since when its visitor waits for a first word of an agent; a chat that was answered has no old claim.
    pub(crate) fn waiting_since(&self, now: i64) -> i64 {
        match (self.replied_at, self.assigned_at) {
            (None, Some(assigned_at)) => assigned_at - self.waited_ms.unwrap_or(0),
            _ => now,
        }
    }

    fn forget_agent(&mut self) {
        self.assigned_at = None;
        self.replied_at = None;
        self.touched_at = None;
    }
}

/// Where a ticket is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody's work now, or in the queue.
    Open,
    /// Waits for the visitor.
    Pending,
    /// Put away until a time.
    Snoozed,
    /// Done; the visitor's next message opens it again.
    Resolved,
}

/// Why a ticket exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The visitor asked for a person.
    Wish,
    /// The bot could not answer.
    Unanswered,
    /// The model failed.
    Model,
    /// A rule of the admin.
    Rule,
    /// An agent took the conversation over.
    Agent,
}

/// How much a ticket hurries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before everything else.
    Urgent = 1,
    /// Before the usual.
    High = 2,
    /// The usual.
    #[default]
    Normal = 3,
    /// When there is time.
    Low = 4,
}

/// A small set of words, each kept in the record as its text.
macro_rules! words {
    ($name:ident: $($variant:ident = $text:literal),+) => {
        impl $name {
            /// Every one of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As the record and the pages name it.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// `None` for a word that is not one of them.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.text() == text)
            }
        }
    };
}
words!(Status: Open = "open", Pending = "pending", Snoozed = "snoozed", Resolved = "resolved");
words!(Reason: Wish = "wish", Unanswered = "unanswered", Model = "model", Rule = "rule", Agent = "agent");
words!(Priority: Urgent = "urgent", High = "high", Normal = "normal", Low = "low");

impl Priority {
    /// 1 (urgent) to 4 (low): sorts the queue.
    #[must_use]
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// From its rank; an unknown one is the usual.
    #[must_use]
    pub fn of_rank(rank: i64) -> Self {
        Self::ALL.iter().copied().find(|known| known.rank() == rank).unwrap_or_default()
    }
}
