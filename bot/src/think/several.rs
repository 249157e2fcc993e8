//! Several questions in one message: each is searched for by itself, so that none is lost beneath the others.

use std::collections::HashSet;

use chat::Citation;
use knowledge::{Found, Hit};

use super::{Answer, Mind, Question, answer};
use crate::{Bot, Result, cite, speech, words::say};

/// More at once are treated as one.
const MOST: usize = 3;
/// Less is no question of its own.
const WORDS: usize = 2;

/// One of them, and what was found for it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub text: String,
    pub found: Found,
}

/// The questions of a message, if it has several that stand by themselves.
pub(super) fn questions(text: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '?' | '？')) {
        let end = at + c.len_utf8();
        let whole = text[end..].chars().next().is_none_or(|next| next.is_whitespace() || c == '？' || matches!(next, '?' | '？'));
        let part = text[from..end].trim();
        if whole && part.chars().any(char::is_alphanumeric) {
            parts.push(part.to_owned());
            from = end;
        }
    }
    let rest_asks = text[from..].chars().filter(|c| c.is_alphanumeric()).count() > 20;
    let own = |part: &String| knowledge::words::terms(part).len() >= WORDS && speech::talk(part).is_none();
    let lean = |parts: &[String]| parts.iter().skip(1).any(|part| speech::leans(part));
    ((2..=MOST).contains(&parts.len()) && !rest_asks && !lean(&parts) && parts.iter().all(own)).then_some(parts)
}

/// What was found for all of them as one list: the best of each first.
pub(super) fn merged(parts: &[Part]) -> Found {
    let mut hits: Vec<Hit> = Vec::new();
    let mut seen = HashSet::new();
    let longest = parts.iter().map(|part| part.found.hits.len()).max().unwrap_or(0);
    for rank in 0..longest {
        let row = parts.iter().filter_map(|part| part.found.hits.get(rank));
        hits.extend(row.filter(|hit| seen.insert(hit.passage.id)).cloned());
    }
    // What was kept for one question is material for the answer to all.
    hits.sort_by_key(|hit| !hit.kept);
    let revision = parts.iter().map(|part| part.found.revision).max().unwrap_or(0);
    Found { hits, took_us: parts.iter().map(|part| part.found.took_us).sum(), revision }
}

/// Each question with what is quoted for it, or that nothing was found. `None` when there is nothing for any.
pub(super) fn quoted(parts: &[Part], question: &Question, from: f64) -> Option<Answer> {
    let mut body = String::new();
    let mut citations: Vec<Citation> = Vec::new();
    for part in parts {
        let sure = part.found.hits.iter().any(|hit| hit.kept && hit.confidence >= from);
        let own = Question { text: part.text.clone(), locale: question.locale, ..Question::default() };
        let answer = sure.then(|| answer::extract(&own, &part.found)).flatten();
        let count = citations.len();
        let said = match &answer {
            Some(answer) => cite::shifted(&answer.body, count),
            None => say(question.locale, "several.nothing", &[]),
        };
        let gap = if body.is_empty() { "" } else { "\n\n" };
        body.push_str(&format!("{gap}**{}**\n\n{said}", plain(&part.text)));
        citations.extend(answer.into_iter().flat_map(|answer| answer.citations).map(|citation| shift(citation, count)));
    }
    (!citations.is_empty()).then_some(Answer { body, citations, extract: true })
}

impl Bot {
    /// Searches for each question by itself.
    pub(super) async fn search_each(&self, mind: &Mind, question: &Question, texts: Vec<String>) -> Result<Vec<Part>> {
        let mut parts = Vec::with_capacity(texts.len());
        for text in texts {
            let found = self.find(mind, question, &text).await?;
            parts.push(Part { text, found });
        }
        Ok(parts)
    }
}

fn shift(citation: Citation, by: usize) -> Citation {
    Citation { n: citation.n + u32::try_from(by).unwrap_or_default(), ..citation }
}

/// The visitor's words within our Markdown: no sign of theirs means anything there.
fn plain(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().flat_map(|c| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_apart() {
        for (text, expected) in [
            ("How long does a refund take? How do I change my password?", 2),
            ("How long does a refund take?\nWhich countries do you ship to?", 2),
            ("怎么申请退款？如何修改收货地址？", 2),
            ("How long does a refund take?", 0),
            ("How long does a refund take? And how much is it?", 0),
            ("Why?? What happened to my order?", 0),
            ("See https://shop.example/?q=refund for the refund policy please?", 0),
            ("Really? How do refunds work?", 0),
            ("How do refunds work? I bought the blue shoes in your shop last week and they hurt.", 0),
            ("Cancel my plan? Change my plan? Pause my plan? Delete my plan?", 0),
        ] {
            assert_eq!(questions(text).map_or(0, |parts| parts.len()), expected, "{text}");
        }
    }

    #[test]
    fn a_visitor_s_words_stay_words() {
        assert_eq!(plain("what is ![x](http://e.example) [1]?"), "what is \\!\\[x\\]\\(http\\:\\/\\/e\\.example\\) \\[1\\]\\?");
    }
}
