//! A language model, as the bot sees it: messages in, words out, or a failure. Behind a small trait, so that
//! the sad paths are tested with fakes that fail.

mod breaker;
mod call;
#[cfg(test)]
pub(crate) mod fake;
pub(crate) mod ledger;
mod limit;
mod member;
mod openai;
pub(crate) mod price;
mod roster;
mod shelf;
mod task;
#[cfg(test)]
mod tests;
mod think;

use std::time::Duration;

use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use serde::Serialize;

pub use self::{
    breaker::Phase,
    call::{Asked, Offer},
    openai::OpenAi,
    price::{Price, Tokens},
    shelf::ModelState,
    task::Task,
};
pub(crate) use self::{ledger::Ledger, member::Member, roster::Roster, shelf::Models};

/// Who says a message of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The house: rules and passages.
    System,
    /// The visitor.
    User,
    /// The bot, or an agent.
    Assistant,
    /// What came of a call.
    Tool,
}

/// A message of a prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// Who.
    pub role: Role,
    /// What.
    pub content: String,
    /// What the model has asked to be called.
    #[serde(rename = "tool_calls", skip_serializing_if = "Vec::is_empty", serialize_with = "call::written")]
    pub calls: Vec<Asked>,
    /// Of a tool's message: the call it answers.
    #[serde(rename = "tool_call_id", skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
}

impl Said {
    /// Words alone.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), calls: Vec::new(), answers: None }
    }
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// In order.
    pub messages: Vec<Said>,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
    /// What may be called.
    pub tools: Vec<Offer>,
}

/// Why a model gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It could not be reached.
    #[error("the model cannot be reached")]
    Unreachable,
    /// It answered with an error.
    #[error("the model answered with an error")]
    Refused,
    /// It has too much to do: status 429.
    #[error("the model's server has too much to do")]
    Limited,
    /// What it sent is not the protocol.
    #[error("the model sent something that is no answer")]
    Garbage,
    /// It sent nothing.
    #[error("the model sent an empty answer")]
    Empty,
    /// It sent more than anybody would read, or was stopped before it had said anything whole.
    #[error("the model sent too much")]
    TooLong,
    /// It said nothing for too long.
    #[error("the model was silent for too long")]
    Slow,
    /// As many requests run as may run at once.
    #[error("all places at the model are taken")]
    Busy,
    /// It failed too often and is left alone for a while.
    #[error("the model failed too often and is not asked for a while")]
    Open,
    /// The visitor is not there any more.
    #[error("the visitor has left")]
    Left,
}

impl Failure {
    const ALL: [Self; 10] = [
        Self::Unreachable,
        Self::Refused,
        Self::Limited,
        Self::Garbage,
        Self::Empty,
        Self::TooLong,
        Self::Slow,
        Self::Busy,
        Self::Open,
        Self::Left,
    ];

    /// That of a name; `None`: a later version's.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }

    /// As traces and pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Garbage => "garbage",
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Slow => "slow",
            Self::Busy => "busy",
            Self::Open => "open",
            Self::Left => "left",
        }
    }
}

/// What comes from a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// The next words; none is a sign of life.
    Words(String),
    /// What it asks to be called; nothing comes after it.
    Calls(Vec<Asked>),
    /// What the server counted.
    Used(Tokens),
    /// It was stopped at the longest answer it may give.
    Cut,
}

/// An answer as it comes.
pub type Words = BoxStream<'static, Result<Piece, Failure>>;

/// Something that can be asked. Dropping the stream ends the request at once.
pub trait Model: Send + Sync {
    /// Asks, and returns the words as they come.
    fn ask(&self, prompt: Prompt) -> BoxFuture<'static, Result<Words, Failure>>;
}

/// How long a model may take and how much it may say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Until the first word, and between words.
    pub silence: Duration,
    /// For everything.
    pub total: Duration,
    /// Characters.
    pub chars: usize,
}

impl Limits {
    /// The stricter of both.
    pub(crate) fn within(self, other: Self) -> Self {
        Self { silence: self.silence.min(other.silence), total: self.total.min(other.total), chars: self.chars.min(other.chars) }
    }
}

/// Asks, with silence, time and length bounded; without the thoughts some models write before their answer.
pub(crate) async fn ask(model: &dyn Model, prompt: Prompt, limits: Limits) -> Result<Words, Failure> {
    let until = tokio::time::Instant::now() + limits.total;
    let asked = tokio::time::timeout(limits.silence.min(limits.total), model.ask(prompt)).await;
    Ok(limit::bounded(think::without_thoughts(asked.map_err(|_| Failure::Slow)??), limits, until))
}

/// All the words.
pub(crate) async fn whole(mut words: Words) -> Result<String, Failure> {
    let mut text = String::new();
    let mut cut = false;
    while let Some(piece) = words.next().await {
        match piece? {
            Piece::Words(piece) => text.push_str(&piece),
            Piece::Cut => cut = true,
            Piece::Calls(_) | Piece::Used(_) => {}
        }
    }
    match text.trim() {
        "" => Err(Failure::Empty),
        // Half a question, summary or reply is none.
        _ if cut => Err(Failure::TooLong),
        text => Ok(text.to_owned()),
    }
}
