//! One message as templates take it: the same for the page and for its live fragment.

use std::collections::HashMap;

use serde::Serialize;

use chat::{AgentId, Audience, Author, Citation, Message};
use knowledge::language::{is_han, spoken};
use knowledge::sentiment::{Mood, mood};

use crate::conversation::amend::CanChange;
use crate::conversation::context::web_address;
use crate::face::{BOT_TINT, initials, tint};

/// A day in ms.
const DAY_MS: i64 = 86_400_000;
/// After this silence a name is shown again, in ms.
const RUN_MS: i64 = 10 * 60_000;

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct MessageText {
    pub id: String,
    pub conversation: String,
    pub seq: i64,
    pub kind: &'static str,
    pub name: String,
    pub initials: String,
    pub tint: u8,
    pub me: bool,
    pub at: i64,
    pub body: String,
    pub html: String,
    pub citations: Vec<CitationText>,
    pub extract: bool,
    pub buttons: Vec<String>,
    pub event: String,
    pub rating: i64,
    /// `negative` or `positive`; empty: neither is clear.
    pub mood: &'static str,
    /// What the visitor has written in; empty: not told.
    pub language: &'static str,
    /// Whether that is another language than the conversation's.
    pub foreign: bool,
    pub read: bool,
    pub day: Option<i64>,
    pub first: bool,
    pub turn: String,
    /// What the bot would answer, for an agent to send.
    pub draft: bool,
    /// It may be sent still.
    pub open: bool,
    /// It was edited.
    pub edited: bool,
    /// It was taken back.
    pub recalled: bool,
    /// What whoever looks may do with it.
    pub can: CanChange,
    /// Its own words, for whoever may edit them.
    pub wording: String,
    /// The message that changed it last; 0: none did.
    pub changed: i64,
}

/// A source of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct CitationText {
    pub n: u32,
    pub title: String,
    pub heading: String,
    pub text: String,
    pub url: String,
}

impl From<&Citation> for CitationText {
    fn from(citation: &Citation) -> Self {
        CitationText {
            n: citation.n,
            title: citation.title.clone(),
            heading: citation.heading.clone(),
            text: citation.text.clone(),
            url: web_address(&citation.url),
        }
    }
}

/// What is needed to tell who wrote a message and how it was received.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Who looks.
    pub me: AgentId,
    /// The visitor's name.
    pub visitor: String,
    /// Whether the visitor has told that name.
    pub visitor_known: bool,
    /// The visitor's initials.
    pub visitor_initials: String,
    /// What the house speaks in the conversation.
    pub locale: String,
    /// The bot's name.
    pub bot: String,
    /// Names of the staff.
    pub agents: HashMap<AgentId, String>,
    /// The visitor's thumbs by seq.
    pub ratings: HashMap<i64, i64>,
    /// How far the visitor has read.
    pub visitor_read: i64,
    /// The bot's draft that nobody has sent or put away.
    pub open_draft: Option<i64>,
    /// Whoever looks is an admin.
    pub admin: bool,
    /// Now, and how old a message of an agent may be to be changed; ms.
    pub change: (i64, i64),
}

impl Telling {
    /// A message after `previous`, if there is one.
    #[must_use]
    pub fn text(&self, message: &Message, previous: Option<&Message>) -> MessageText {
        let kind = kind(message);
        let (name, letters, tint) = self.author(message);
        let rich = matches!(kind, "bot" | "agent" | "note");
        let extra = &message.extra;
        let can = CanChange::of(message, (self.me, self.admin), self.change);
        let recalled = message.changed.is_some_and(|changed| changed.recalled);
        let (mood, language) = if kind == "visitor" { heard(&message.body) } else { ("", "") };
        MessageText {
            id: format!("m-{}-{}", message.conversation, message.seq),
            conversation: message.conversation.text(),
            seq: message.seq,
            kind,
            name,
            initials: letters,
            tint,
            me: message.author == Author::Agent(self.me),
            at: message.at,
            body: if rich { String::new() } else { message.body.clone() },
            html: if rich { bot::render::html(&message.body, &extra.citations) } else { String::new() },
            citations: extra.citations.iter().map(CitationText::from).collect(),
            extract: extra.extract,
            buttons: extra.buttons.iter().map(|button| button.label.clone()).collect(),
            event: extra.event.as_ref().map(|event| event.name.clone()).unwrap_or_default(),
            mood,
            foreign: !language.is_empty() && language != chat::locale_of(&self.locale),
            language,
            rating: self.ratings.get(&message.seq).copied().unwrap_or(0),
            read: !matches!(kind, "agent" | "bot") || message.seq <= self.visitor_read,
            day: new_day(message, previous),
            first: is_first(message, previous),
            turn: extra.turn.map(|turn| turn.text()).unwrap_or_default(),
            draft: extra.draft,
            open: extra.draft && self.open_draft == Some(message.seq),
            edited: message.changed.is_some() && !recalled,
            recalled,
            can,
            wording: if can.edit { message.body.clone() } else { String::new() },
            changed: message.changed.map_or(0, |changed| changed.seq),
        }
    }

    fn author(&self, message: &Message) -> (String, String, u8) {
        match &message.author {
            Author::Visitor(id) => (self.visitor.clone(), self.visitor_initials.clone(), tint(id.0)),
            Author::Bot => (self.bot.clone(), initials(&self.bot), BOT_TINT),
            Author::Agent(id) => {
                let name = self.agents.get(id).cloned().unwrap_or_default();
                let letters = initials(&name);
                (name, letters, tint(id.0))
            }
            Author::System => (String::new(), String::new(), 0),
        }
    }
}

fn kind(message: &Message) -> &'static str {
    match (&message.author, message.audience) {
        (Author::Visitor(_), _) => "visitor",
        (Author::Bot, Audience::Staff) => "note",
        (Author::Bot, Audience::All) => "bot",
        (Author::System, _) => "system",
        (Author::Agent(_), Audience::Staff) => "note",
        (Author::Agent(_), Audience::All) => "agent",
    }
}

/// Mood and language of a visitor's words, where they tell.
fn heard(body: &str) -> (&'static str, &'static str) {
    let mood = match mood(body) {
        Mood::Neutral => "",
        mood => mood.name(),
    };
    (mood, language(body))
}

/// What a text is written in; empty: it does not tell. A number, an order's code or a face is written in no language.
#[must_use]
pub fn language(body: &str) -> &'static str {
    let tells = body.chars().any(is_han) || body.split_whitespace().filter(|word| word.chars().all(|c| !c.is_ascii_digit())).count() > 1;
    if tells { spoken(body) } else { "" }
}

fn new_day(message: &Message, previous: Option<&Message>) -> Option<i64> {
    let day = |at: i64| at.div_euclid(DAY_MS);
    let same = previous.is_some_and(|previous| day(previous.at) == day(message.at));
    (!same).then_some(message.at)
}

/// Whether a message begins a run of its author.
fn is_first(message: &Message, previous: Option<&Message>) -> bool {
    let Some(previous) = previous else {
        return true;
    };
    message.author == Author::System
        || previous.author != message.author
        || previous.audience != message.audience
        || message.at - previous.at > RUN_MS
        || new_day(message, Some(previous)).is_some()
}
