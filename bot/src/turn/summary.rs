//! What a conversation is about, for people who take it over: by a model, or from the visitor's own words.

use std::time::Duration;

use chat::conversation::Conversation;

use crate::{
    Bot, Turn,
    model::{Limits, Task},
    prompt::{self, Line},
    think::Mind,
    words::{join, say},
};

/// A person is not kept waiting for a summary longer than this.
const SUMMARY: Duration = Duration::from_secs(4);
/// Questions that are quoted in a summary.
const QUOTED: usize = 3;
/// The longest quotation, in characters.
pub(super) const LONGEST: usize = 300;

pub(super) fn visitor(lines: &[Line]) -> Vec<&str> {
    lines.iter().filter(|line| line.who == "Visitor").map(|line| line.text.as_str()).collect()
}

/// What the visitor asked that was a question, newest first.
pub(super) fn questions<'a>(asked: &[&'a str]) -> Vec<&'a str> {
    let real = |text: &&&str| crate::speech::talk(text).is_none() && !crate::speech::unhelpful(text) && !crate::speech::wants_person(text);
    asked.iter().rev().filter(real).copied().collect()
}

/// By the model, if it answers in time.
pub(crate) async fn written(mind: &Mind, lines: &[Line], locale: &str, bot: &Bot) -> Option<String> {
    if !mind.models.any(Task::Summary) {
        return None;
    }
    let prompt = prompt::summary(lines, locale).inspect_err(|error| tracing::error!(%error, "a prompt cannot be rendered")).ok()?;
    let limits = Limits { silence: SUMMARY, total: SUMMARY.min(bot.limits().total), chars: 1_500 };
    mind.models.complete(Task::Summary, prompt, limits).await.ok()
}

/// A summary from the visitor's own words and what the bot did.
pub(crate) fn composed(lines: &[Line], turns: &[Turn], conversation: &Conversation, locale: &str) -> String {
    let asked = visitor(lines);
    let real = questions(&asked);
    let mut text = String::new();
    for (at, question) in real.iter().take(QUOTED).enumerate() {
        let key = if at == 0 { "packet.asked" } else { "packet.asked_also" };
        text = join(&text, &sentence(&say(locale, key, &[("question", &short(question, LONGEST))]), locale));
    }
    let answered: Vec<&Turn> = turns.iter().filter(|turn| turn.outcome.as_deref() == Some("answer")).collect();
    let source = answered.first().and_then(|turn| turn.trace.passages.iter().find(|seen| seen.cited)).map(|seen| seen.title.as_str());
    match source {
        Some(source) => {
            let values = [("count", answered.len().to_string()), ("source", source.to_owned())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            text = join(&text, &say(locale, "packet.tried.answer", &values));
        }
        None if !real.is_empty() => text = join(&text, &say(locale, "packet.tried.nothing", &[])),
        None => {}
    }
    if !conversation.page_title.trim().is_empty() {
        text = join(&text, &say(locale, "packet.page", &[("title", conversation.page_title.trim())]));
    }
    text
}

fn sentence(text: &str, locale: &str) -> String {
    let ends = text.ends_with(['.', '!', '?', '。', '！', '？', '…']);
    if ends { text.to_owned() } else { format!("{text}{}", if locale == "zh" { "。" } else { "." }) }
}

pub(super) fn short(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
