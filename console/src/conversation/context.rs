//! A conversation as templates take it. The samples in `samples/` have the same shape.

use serde::Serialize;

use crate::approvals::CallText;
use crate::conversation::copilot::CopilotText;
use crate::conversation::message::MessageText;
use crate::face::Face;
use crate::web::form::FormText;

/// Everything the third pane shows.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationText {
    /// Its id.
    pub id: String,
    /// Beside the list.
    pub href: String,
    /// Alone on a page.
    pub alone: String,
    /// The list it was opened from.
    pub back: String,
    /// That list's view.
    pub view: &'static str,
    /// Whose it is.
    pub visitor: VisitorText,
    /// Where they are.
    pub page: PageText,
    /// The inbox's name.
    pub inbox: String,
    /// The language of the conversation.
    pub locale: String,
    /// `bot`, `queue`, `open`, `pending`, `snoozed`, `resolved`.
    pub status: &'static str,
    /// `bot`, `queue`, `agent`.
    pub speaker: &'static str,
    /// Who holds it.
    pub agent: Option<Face>,
    /// Whose work it is.
    pub team: Option<TeamText>,
    /// The latest ticket, while people have to do with it.
    pub ticket: Option<TicketText>,
    /// The newest messages, or those before the asked one.
    pub messages: Vec<MessageText>,
    /// Where older messages are.
    pub more: Option<String>,
    /// The last message.
    pub last_seq: i64,
    /// How far the person who looks had read before.
    pub read_seq: i64,
    /// The first message of the visitor they had not read.
    pub unread_from: Option<i64>,
    /// Since when the visitor waits, unix ms.
    pub waiting_since: Option<i64>,
    /// What may be done now.
    pub can: Can,
    /// Who is writing.
    pub typing: Option<TypingText>,
    /// Colleagues who look at it, too.
    pub others: Vec<Named>,
    /// Its place in the queue.
    pub place: Option<PlaceText>,
    /// Colleagues it can be transferred to.
    pub agents: Vec<AgentText>,
    /// Teams it can be transferred to.
    pub teams: Vec<TeamOnline>,
    /// Canned replies, filled in.
    pub canned: Vec<CannedText>,
    /// Earlier conversations of the visitor.
    pub history: Vec<HistoryText>,
    /// Calls of tools that wait for an agent's word.
    pub calls: Vec<CallText>,
    /// Passages that may answer what was asked last.
    pub suggestions: Vec<PassageText>,
    /// What its ticket seems to be, if that is not what it is.
    pub triage: Option<TriageText>,
    /// Questions the bot thought about beside people.
    pub beside: i64,
    /// Help while writing.
    pub copilot: CopilotText,
    /// The id the next reply will carry: sent twice, it is kept once.
    pub client_id: String,
    /// The composer.
    pub form: FormText,
}

/// The visitor.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct VisitorText {
    pub id: String,
    pub name: String,
    pub initials: String,
    pub tint: u8,
    pub email: Option<String>,
    pub locale: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub online: bool,
    pub conversations: i64,
}

/// The page the visitor is on.
#[derive(Clone, Debug, Serialize)]
pub struct PageText {
    /// Only `http` and `https`; empty: unknown.
    pub url: String,
    /// Its title.
    pub title: String,
}

/// A ticket.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TicketText {
    pub number: i64,
    pub status: &'static str,
    pub subject: String,
    pub reason: &'static str,
    pub priority: i64,
    pub labels: Vec<String>,
    pub created_at: i64,
    pub snoozed_until: Option<i64>,
    pub routed: String,
    pub packet: PacketText,
}

/// What a ticket seems to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TriageText {
    /// What is wanted, as the workspace calls it; empty: not told.
    pub intent: String,
    /// Whose work it seems to be, if that is another's.
    pub team: Option<TeamText>,
    /// How urgent it seems, if that is more than it is said to be; 0: as it is.
    pub priority: i64,
    /// Labels it has not.
    pub labels: Vec<String>,
}

/// What the bot handed over.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct PacketText {
    pub summary: String,
    pub wish: String,
    pub tried: Vec<TriedText>,
}

/// One attempt of the bot.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TriedText {
    pub question: String,
    pub outcome: String,
    pub passages: Vec<SeenText>,
}

/// A passage it had to go by.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct SeenText {
    pub title: String,
    pub heading: String,
    pub url: String,
    pub score: f64,
}

/// What may be done with a conversation as it stands.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "each is one button")]
#[expect(clippy::struct_excessive_bools, reason = "each is one button")]
pub struct Can {
    pub reply: bool,
    pub note: bool,
    pub take: bool,
    pub resolve: bool,
    pub reopen: bool,
    #[serde(rename = "return")]
    pub give_back: bool,
    pub pend: bool,
    pub snooze: bool,
    pub wake: bool,
    pub transfer: bool,
}

/// Somebody who is writing.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TypingText {
    pub name: String,
    pub kind: &'static str,
}

/// A name.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the field is its doc")]
pub struct Named {
    pub name: String,
}

/// A place in the queue, with an honest range of minutes.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct PlaceText {
    pub place: i64,
    pub low_min: Option<i64>,
    pub high_min: Option<i64>,
}

/// A colleague.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct AgentText {
    pub id: String,
    pub name: String,
    pub initials: String,
    pub tint: u8,
    pub state: &'static str,
    pub load: i64,
    pub capacity: i64,
    pub me: bool,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TeamText {
    pub id: String,
    pub name: String,
}

/// A team and how many of it are here.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TeamOnline {
    pub id: String,
    pub name: String,
    pub online: i64,
}

/// A canned reply.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct CannedText {
    pub id: String,
    pub shortcut: String,
    pub body: String,
}

/// An earlier conversation.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct HistoryText {
    pub id: String,
    pub href: String,
    pub at: i64,
    pub status: &'static str,
    pub subject: String,
}

/// A passage of the knowledge.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct PassageText {
    pub title: String,
    pub heading: String,
    pub text: String,
    pub url: String,
    pub confidence: f64,
}

/// An address of a web page, a guide or an article, or nothing: what a visitor or a document names must not run here.
#[must_use]
pub fn web_address(url: &str) -> String {
    let lower = url.trim().to_ascii_lowercase();
    let known = ["https://", "http://", "/guide/", "/help/"];
    if known.iter().any(|start| lower.starts_with(start)) { url.trim().to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn only_web_pages_are_linked() {
        assert_eq!(web_address(" https://a.example/x "), "https://a.example/x");
        assert_eq!(web_address("/help/article/1/en#how"), "/help/article/1/en#how");
        for bad in ["javascript:alert(1)", "data:text/html,x", "//a.example", "/console/account", ""] {
            assert_eq!(web_address(bad), "", "{bad}");
        }
    }
}
