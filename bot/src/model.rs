//! A language model, as the bot sees it: messages in, words out, or a failure. Behind a small trait, so that
//! the sad paths are tested with fakes that fail.

#[cfg(test)]
pub(crate) mod fake;
mod limit;
mod openai;
mod think;

use std::time::Duration;

use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use serde::Serialize;

pub use self::openai::OpenAi;

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
}

/// A message of a prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// Who.
    pub role: Role,
    /// What.
    pub content: String,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// In order.
    pub messages: Vec<Said>,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
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
    /// What it sent is not the protocol.
    #[error("the model sent something that is no answer")]
    Garbage,
    /// It sent nothing.
    #[error("the model sent an empty answer")]
    Empty,
    /// It sent more than anybody would read.
    #[error("the model sent too much")]
    TooLong,
    /// It said nothing for too long.
    #[error("the model was silent for too long")]
    Slow,
}

/// The words of an answer as they come.
pub type Words = BoxStream<'static, Result<String, Failure>>;

/// Something that can be asked. Dropping the stream ends the request at once.
pub trait Model: Send + Sync {
    /// Asks, and returns the words as they come.
    fn ask(&self, prompt: Prompt) -> BoxFuture<'static, Result<Words, Failure>>;
}

/// How long a model may take and how much it may say.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the first word, and between words.
    pub silence: Duration,
    /// For everything.
    pub total: Duration,
    /// Characters.
    pub chars: usize,
}

/// Asks, with silence and length bounded; without the thoughts some models write before their answer.
pub async fn ask(model: &dyn Model, prompt: Prompt, limits: Limits) -> Result<Words, Failure> {
    let asked = tokio::time::timeout(limits.silence.min(limits.total), model.ask(prompt)).await;
    Ok(limit::bounded(think::without_thoughts(asked.map_err(|_| Failure::Slow)??), limits))
}

/// Asks for a whole answer.
pub async fn complete(model: &dyn Model, prompt: Prompt, limits: Limits) -> Result<String, Failure> {
    let all = async {
        let mut words = ask(model, prompt, limits).await?;
        let mut text = String::new();
        while let Some(piece) = words.next().await {
            text.push_str(&piece?);
        }
        match text.trim() {
            "" => Err(Failure::Empty),
            text => Ok(text.to_owned()),
        }
    };
    tokio::time::timeout(limits.total, all).await.unwrap_or(Err(Failure::Slow))
}
