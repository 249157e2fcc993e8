//! One row of the inbox as templates take it: the same for the page and for its live changes.

use std::collections::HashMap;

use serde::Serialize;

use chat::{AgentId, ConversationId, InboxId, Speaker, VisitorId, WorkspaceId};
use ticketing::find::{Found as Said, Piece};
use ticketing::inbox::{Row as Found, Turn};

use super::view::View;
use crate::error::Error;
use crate::face::{Face, initials, tint, visitor_code};
use crate::handle::Console;
use crate::locale::Locale;

/// Characters of the last message that are shown.
const PREVIEW: usize = 160;
/// Messages that are shown after one that was found.
const AFTER: i64 = 20;

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The conversation's id.
    pub id: String,
    href: String,
    name: String,
    initials: String,
    tint: u8,
    preview: String,
    preview_by: String,
    at: i64,
    waiting_since: Option<i64>,
    turn: &'static str,
    speaker: &'static str,
    agent: Option<Face>,
    ticket: Option<RowTicket>,
    unread: i64,
    sla: &'static str,
    channel: &'static str,
    inbox: String,
    selected: bool,
    #[serde(skip)]
    last_seq: i64,
    // What was looked for, if a message says it.
    found: Vec<Piece>,
}

impl Row {
    /// With the part of a message that says what was looked for, and the way to it.
    #[must_use]
    pub fn saying(mut self, found: &[Said]) -> Row {
        if let Some(said) = found.iter().find(|said| said.conversation.text() == self.id) {
            self.found.clone_from(&said.snippet);
            self.preview_by.clone_from(&said.author);
            if self.last_seq > said.seq + AFTER {
                self.href = format!("{}&before_seq={}", self.href, said.seq + AFTER);
            }
            self.href = format!("{}#m-{}-{}", self.href, self.id, said.seq);
        }
        self
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct RowTicket {
    number: i64,
    status: &'static str,
    priority: i64,
    subject: String,
}

/// Where rows are drawn.
#[derive(Clone, Debug)]
pub struct Place {
    /// In which view.
    pub view: View,
    /// Who looks.
    pub agent: AgentId,
    /// The conversation that is open beside the list.
    pub open: Option<ConversationId>,
    /// The inboxes' names.
    pub inboxes: HashMap<InboxId, String>,
}

impl Console {
    /// Where rows are drawn, with the names of the inboxes.
    pub async fn place(&self, workspace: WorkspaceId, agent: AgentId, view: View, open: Option<ConversationId>) -> Result<Place, Error> {
        let inboxes = chat::inbox::list(self.chat.store(), workspace).await?;
        Ok(Place { view, agent, open, inboxes: inboxes.into_iter().map(|inbox| (inbox.id, inbox.name)).collect() })
    }

    /// Makes a row of what the desk has.
    #[must_use]
    pub fn row(&self, locale: Locale, place: &Place, found: Found) -> Row {
        let name = self.visitor_name(locale, &found.visitor_name, found.visitor);
        let turn = turn(&found);
        let waiting_since = found.waiting_since.filter(|_| turn == "us");
        let last = found.last.as_ref();
        Row {
            id: found.conversation.text(),
            href: address(found.conversation, place.view),
            initials: visitor_initials(&found.visitor_name, found.visitor),
            tint: tint(found.visitor.0),
            name,
            preview: last.map(|last| preview(&last.body)).unwrap_or_default(),
            preview_by: last.map(|last| last.author.clone()).unwrap_or_default(),
            at: found.last_at,
            waiting_since,
            turn,
            speaker: found.speaker.kind(),
            agent: agent(&found, place.agent),
            ticket: found.ticket.map(|ticket| RowTicket {
                number: ticket.number,
                status: ticket.status.text(),
                priority: ticket.priority.rank(),
                subject: ticket.subject,
            }),
            unread: found.unread,
            sla: self.lateness(waiting_since),
            channel: "web",
            inbox: place.inboxes.get(&found.inbox).cloned().unwrap_or_default(),
            last_seq: found.last_seq,
            found: Vec::new(),
            selected: place.open == Some(found.conversation),
        }
    }

    /// A visitor's name; one who has told none is known by the end of their id.
    #[must_use]
    pub fn visitor_name(&self, locale: Locale, name: &str, id: VisitorId) -> String {
        if name.trim().is_empty() {
            let words = self.templates.words();
            words.with(locale, "visitor-nameless", &[("code", &visitor_code(id))])
        } else {
            name.trim().to_owned()
        }
    }

    /// `late` once the desk's limit for an answer has passed, `soon` after half of it.
    fn lateness(&self, waiting_since: Option<i64>) -> &'static str {
        let limit = i64::from(self.desk.config().unanswered_s) * 1_000;
        match waiting_since.map(|since| self.chat.now() - since) {
            Some(waited) if waited >= limit => "late",
            Some(waited) if waited >= limit / 2 => "soon",
            _ => "",
        }
    }
}

/// Initials of a visitor; of one without a name, the beginning of what tells them apart.
#[must_use]
pub fn visitor_initials(name: &str, id: VisitorId) -> String {
    if name.trim().is_empty() { visitor_code(id)[..2].to_owned() } else { initials(name) }
}

/// Where a conversation is read beside the list.
#[must_use]
pub fn address(id: ConversationId, view: View) -> String {
    format!("/console/inbox/{id}?view={}", view.key())
}

/// Whose move it is.
#[must_use]
pub fn turn(found: &Found) -> &'static str {
    match found.turn {
        Turn::Staff => "us",
        Turn::Bot if found.waiting_since.is_some() => "bot",
        Turn::Bot | Turn::Visitor => "visitor",
        Turn::Done => "none",
    }
}

fn agent(found: &Found, me: AgentId) -> Option<Face> {
    let ticket = found.ticket.as_ref().filter(|_| found.speaker != Speaker::Bot)?;
    let name = ticket.agent_name.clone().unwrap_or_default();
    ticket.agent.map(|id| Face::of(id.0, &name, id == me))
}

/// The beginning of a text in one line.
#[must_use]
pub fn preview(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= PREVIEW {
        return line;
    }
    let cut: String = line.chars().take(PREVIEW - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::preview;

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview(" a\n\n b\tc "), "a b c");
        let long = preview(&"word ".repeat(100));
        assert!(long.chars().count() <= 160 && long.ends_with('…'));
    }
}
