//! Prompts: files rendered with what was found. Passages and messages go in as material, with the marks
//! that fence them taken out of their text.

use std::sync::LazyLock;

use serde::Serialize;
use tera::{Context, Tera};

use crate::{
    Result,
    model::{Offer, Prompt, Role, Said},
    tool::Settled,
    words::say,
};

#[cfg(test)]
mod tests;

/// What a model says when the passages do not answer.
pub(crate) const SENTINEL: &str = "NO_ANSWER";

/// What a model begins with that needs a value for a tool.
pub(crate) const ASKING: &str = "ASK";

/// The longest passage that is put into a prompt, in characters.
const PASSAGE: usize = 4_000;
/// The longest message of the history that is put into a prompt, in characters.
const LINE: usize = 1_500;

static TEMPLATES: LazyLock<Result<Tera, tera::Error>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    // Prompts are plain text.
    tera.autoescape_on(Vec::<&str>::new());
    tera.add_raw_templates([
        ("answer", include_str!("../prompts/answer.md")),
        ("condense", include_str!("../prompts/condense.md")),
        ("rewrite", include_str!("../prompts/rewrite.md")),
        ("summary", include_str!("../prompts/summary.md")),
    ])?;
    Ok(tera)
});

/// A passage as the model sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Passage {
    /// What it is cited by.
    pub n: usize,
    pub title: String,
    pub heading: String,
    pub text: String,
}

/// A message as the model sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    /// `Visitor`, `Assistant` or `Colleague`.
    pub who: &'static str,
    pub text: String,
}

impl Line {
    /// A message; what the house itself said, and what was taken back, is no part of a talk.
    pub(crate) fn of(message: &chat::Message) -> Option<Self> {
        if !message.stands() {
            return None;
        }
        let who = match message.author {
            chat::Author::Visitor(_) => "Visitor",
            chat::Author::Bot => "Assistant",
            chat::Author::Agent(_) => "Colleague",
            chat::Author::System => return None,
        };
        Some(Self { who, text: message.body.clone() })
    }
}

/// What the answer's prompt is made of.
pub(crate) struct Answering<'a> {
    pub name: &'a str,
    pub guidance: &'a str,
    /// Tone, length and words, one line each.
    pub style: &'a [String],
    /// What it answers in: `en`, `zh`, or the code of another language.
    pub language: &'a str,
    pub passages: &'a [Passage],
    /// What was said before the question, oldest first.
    pub history: &'a [Line],
    pub question: &'a str,
    /// What may be called.
    pub tools: &'a [Offer],
    /// What was called already, and what came of it.
    pub settled: &'a [Settled],
    pub max_tokens: u32,
}

/// The prompt for an answer.
pub(crate) fn answer(with: &Answering<'_>) -> Result<Prompt> {
    let passages: Vec<Passage> = with.passages.iter().map(fenced).collect();
    let mut context = Context::new();
    context.insert("name", &with.name);
    context.insert("language", &named(with.language));
    context.insert("sentinel", &SENTINEL);
    context.insert("asking", &ASKING);
    context.insert("guidance", &with.guidance.trim());
    context.insert("style", &with.style);
    context.insert("passages", &passages);
    context.insert("tools", &(!with.tools.is_empty() || !with.settled.is_empty()));
    let mut messages = vec![Said::new(Role::System, render("answer", &context)?)];
    messages.extend(with.history.iter().map(|line| {
        let role = if line.who == "Visitor" { Role::User } else { Role::Assistant };
        Said::new(role, cut(&line.text, LINE))
    }));
    messages.push(Said::new(Role::User, with.question.to_owned()));
    messages.extend(with.settled.iter().enumerate().flat_map(|(at, settled)| called(settled, with.passages.len() + at + 1)));
    Ok(Prompt { messages, max_tokens: with.max_tokens, tools: with.tools.to_vec() })
}

/// A call and what came of it: material, with a number to cite it by.
fn called(settled: &Settled, n: usize) -> [Said; 2] {
    let asked = Said { calls: vec![settled.asked.clone()], ..Said::new(Role::Assistant, "") };
    let content = format!("<result n=\"{n}\">\n{}\n</result>", unfence(&settled.told));
    [asked, Said { answers: Some(settled.asked.id.clone()), ..Said::new(Role::Tool, content) }]
}

/// The prompt that makes a follow-up a question of its own.
pub(crate) fn condense(lines: &[Line]) -> Result<Prompt> {
    conversation("condense", lines, Context::new(), 200)
}

/// The prompt for a handover's summary.
pub(crate) fn summary(lines: &[Line], locale: &str) -> Result<Prompt> {
    let mut context = Context::new();
    context.insert("language", &say(locale, "language", &[]));
    conversation("summary", lines, context, 300)
}

/// The prompt that puts an agent's reply in other words: `shorter`, `friendlier` or `translate`, into the language of that tag.
pub(crate) fn rewrite(how: &str, text: &str, language: &str) -> Result<Prompt> {
    let mut context = Context::new();
    context.insert("how", how);
    context.insert("language", &named(language));
    context.insert("text", &cut(&unfence(text), PASSAGE * 2));
    Ok(Prompt { messages: vec![Said::new(Role::User, render("rewrite", &context)?)], max_tokens: 1_500, tools: Vec::new() })
}

/// A language as a model is told of it, by its tag.
fn named(language: &str) -> String {
    match language {
        "en" | "zh" => say(language, "language", &[]),
        other => format!("the language with the code \"{}\"", one_line(other)),
    }
}

fn conversation(name: &str, lines: &[Line], mut context: Context, max_tokens: u32) -> Result<Prompt> {
    let lines: Vec<Line> = lines.iter().map(|line| Line { who: line.who, text: one_line(&cut(&unfence(&line.text), LINE)) }).collect();
    context.insert("lines", &lines);
    Ok(Prompt { messages: vec![Said::new(Role::User, render(name, &context)?)], max_tokens, tools: Vec::new() })
}

fn render(name: &str, context: &Context) -> Result<String> {
    match &*TEMPLATES {
        Ok(tera) => Ok(tera.render(name, context)?.trim().to_owned()),
        Err(error) => Err(tera::Error::message(error.to_string()).into()),
    }
}

fn fenced(passage: &Passage) -> Passage {
    let line = |text: &str| one_line(&unfence(text));
    Passage { n: passage.n, title: line(&passage.title), heading: line(&passage.heading), text: cut(&unfence(&passage.text), PASSAGE) }
}

/// Nothing inside the material can close its fence or open another.
fn unfence(text: &str) -> String {
    let mut text = text.to_owned();
    for tag in ["<passage", "</passage", "<conversation", "</conversation", "<reply", "</reply", "<result", "</result"] {
        while let Some(at) = text.to_ascii_lowercase().find(tag) {
            text.replace_range(at..=at, "‹");
        }
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
