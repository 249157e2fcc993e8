//! A language model, as the bot sees it: messages in, words out, or a failure. Behind a small trait, so that
//! the sad paths are tested with fakes that fail.

#[cfg(test)]
pub(crate) mod fake;
mod limit;
mod openai;
mod think;

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use serde::Serialize;

pub use self::openai::OpenAi;
use crate::{Config, Settings, settings::Endpoint};

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

/// The models of a process: one pool of connections, a client for each workspace's settings.
pub(crate) struct Models {
    http: openai::Http,
    #[cfg(test)]
    pub(crate) fake: Option<Arc<dyn Model>>,
}

impl Models {
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: openai::Http::new()?,
            #[cfg(test)]
            fake: None,
        })
    }

    /// The workspace's model, or the configuration's; `None`: the bot quotes.
    pub(crate) fn of(&self, settings: &Settings, config: &Config) -> Option<Arc<dyn Model>> {
        #[cfg(test)]
        if let Some(fake) = &self.fake {
            return Some(fake.clone());
        }
        let own = &settings.model;
        let common = Endpoint { url: config.model_url.clone(), name: config.model_name.clone(), key: config.model_key.clone() };
        let endpoint = if own.url.is_empty() { &common } else { own };
        (!endpoint.url.is_empty()).then(|| Arc::new(OpenAi::new(&self.http, endpoint)) as Arc<dyn Model>)
    }
}
