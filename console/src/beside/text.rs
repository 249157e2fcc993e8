//! What the bot thought beside people, as pages tell it.

use serde::Serialize;

use bot::Silent;
use chat::ConversationId;

/// A question that people had.
#[derive(Clone, Debug, Serialize)]
pub struct SilentText {
    href: String,
    /// Why it would have said that; empty: it was not kept.
    why: String,
    mode: String,
    intent: String,
    question: String,
    outcome: String,
    /// As HTML.
    bot: String,
    people: String,
    /// `same`, `apart`, `unanswered` (by the bot) or `open`.
    standing: &'static str,
    /// Whether somebody who has read both said so.
    judged: bool,
    likeness: Option<f64>,
    at: i64,
}

/// Where it is told why.
pub fn why_href(conversation: ConversationId, asked: i64) -> String {
    format!("/console/conversations/{conversation}/beside/{asked}")
}

impl From<Silent> for SilentText {
    fn from(it: Silent) -> Self {
        let seq = it.people.as_ref().map_or(it.asked, |(reply, _)| *reply);
        SilentText {
            href: format!("/console/conversations/{}#m-{}-{seq}", it.conversation, it.conversation),
            why: if it.traced { why_href(it.conversation, it.asked) } else { String::new() },
            standing: match (it.is_same(), it.outcome.as_str()) {
                (None, _) => "open",
                (Some(true), _) => "same",
                (Some(false), "answer") => "apart",
                (Some(false), _) => "unanswered",
            },
            judged: it.judged.is_some(),
            likeness: it.likeness.filter(|_| it.outcome == "answer"),
            mode: it.mode,
            intent: it.intent.unwrap_or_default(),
            question: it.question,
            outcome: it.outcome,
            bot: bot::render::html(&it.body, &[]),
            people: it.people.map(|(_, said)| bot::render::html(&said, &[])).unwrap_or_default(),
            at: it.at,
        }
    }
}
