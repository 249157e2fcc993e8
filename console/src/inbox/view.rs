//! The views of the inbox, as the desk is asked for them.

use chat::AgentId;
use ticketing::Status;
use ticketing::inbox::{Filter, View as List};

/// A saved question to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// With the person who looks.
    Mine,
    /// The queue, in its order.
    Unassigned,
    /// Open, whoever has it.
    Open,
    /// Waiting for the visitor.
    Pending,
    /// Put away until a time.
    Snoozed,
    /// Done.
    Resolved,
    /// The bot answers.
    Bot,
    /// Everything.
    All,
}

impl View {
    /// In the order they are offered.
    pub const EVERY: [View; 8] =
        [View::Mine, View::Unassigned, View::Open, View::Pending, View::Snoozed, View::Resolved, View::Bot, View::All];

    /// Its name in addresses and texts.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            View::Mine => "mine",
            View::Unassigned => "unassigned",
            View::Open => "open",
            View::Pending => "pending",
            View::Snoozed => "snoozed",
            View::Resolved => "resolved",
            View::Bot => "bot",
            View::All => "all",
        }
    }

    /// The view of a name; mine for any other word.
    #[must_use]
    pub fn of(key: &str) -> View {
        View::EVERY.into_iter().find(|view| view.key() == key).unwrap_or(View::Mine)
    }

    /// As the desk lists it for `agent`.
    #[must_use]
    pub fn filter(self, agent: AgentId) -> Filter {
        let (list, status) = match self {
            View::Mine => (List::Mine(agent), None),
            View::Unassigned => (List::Unassigned, None),
            View::Open => (List::All, Some(Status::Open)),
            View::Pending => (List::All, Some(Status::Pending)),
            View::Snoozed => (List::All, Some(Status::Snoozed)),
            View::Resolved => (List::All, Some(Status::Resolved)),
            View::Bot => (List::Bot, None),
            View::All => (List::Everything, None),
        };
        Filter { status, ..Filter::of(list) }
    }
}
