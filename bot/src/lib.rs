//! The bot: one turn is history + passages → verdict → answer, question back, or handover.
//!
//! It knows nothing of HTTP, of HTML beyond safe rendering, or of who is connected. The model never decides who
//! speaks: [`verdict::decide`] does, over measured signals.

mod ask;
mod cite;
mod config;
mod draft;
mod error;
pub mod extract;
pub mod model;
mod prompt;
mod rating;
pub mod render;
mod report;
mod run;
mod settings;
pub mod speech;
mod think;
pub mod trace;
mod turn;
pub mod verdict;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chat::{Chat, ConversationId, WorkspaceId};
use knowledge::Knowledge;
use ticketing::Desk;

#[doc(hidden)]
pub use crate::turn::Steps;
pub use crate::{
    ask::Asked,
    config::Config,
    error::{Error, Result},
    report::Report,
    settings::{Endpoint, Offline, Rule, Secret, Settings, Words},
    trace::{Trace, Turn},
    verdict::Verdict,
};

/// The bot; cheap to clone.
#[derive(Clone)]
pub struct Bot {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    chat: Chat,
    knowledge: Knowledge,
    desk: Desk,
    models: model::Models,
    running: run::Running,
}

impl std::fmt::Debug for Bot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bot").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Bot {
    /// A bot over record, knowledge and desk. [`Bot::run`] must run in one process at least.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the configuration is wrong or TLS cannot be set up.
    pub fn new(config: Config, chat: Chat, knowledge: Knowledge, desk: Desk) -> Result<Self> {
        config.validate().map_err(Error::Invalid)?;
        let models = model::Models::new().map_err(|error| Error::Invalid(format!("The model's client cannot be set up: {error}.")))?;
        Ok(Self::with_models(config, chat, knowledge, desk, models))
    }

    fn with_models(config: Config, chat: Chat, knowledge: Knowledge, desk: Desk, models: model::Models) -> Self {
        let running = run::Running::new(config.turns);
        Self { inner: Arc::new(Inner { config, chat, knowledge, desk, models, running }) }
    }

    /// Its section of the configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// What the bot says first in an inbox that has no greeting of its own.
    pub fn greeting(&self, settings: &Settings, locale: &str) -> String {
        let own = if chat::locale_of(locale) == "zh" { &settings.greeting.zh } else { &settings.greeting.en };
        match own.trim() {
            "" => words::say(locale, "greeting", &[("name", &settings.name)]),
            own => own.to_owned(),
        }
    }

    /// The conversation's turns, newest first: what the bot saw and why it did what it did.
    ///
    /// # Errors
    /// The record's.
    pub async fn turns(&self, workspace: WorkspaceId, conversation: ConversationId, limit: i64) -> Result<Vec<Turn>> {
        trace::of_conversation(self.chat().store(), workspace, conversation, limit).await
    }

    /// Asks the model of these settings for a word; how long it took, in milliseconds.
    ///
    /// # Errors
    /// Why it did not answer.
    pub async fn check_model(&self, _workspace: WorkspaceId, settings: &Settings) -> Result<u64, model::Failure> {
        let Some(model) = self.inner.models.of(settings, &self.inner.config) else { return Err(model::Failure::Unreachable) };
        let started = std::time::Instant::now();
        let said = model::Said { role: model::Role::User, content: "Say OK.".into() };
        model::complete(&*model, model::Prompt { messages: vec![said], max_tokens: 50 }, self.limits()).await?;
        Ok(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn chat(&self) -> &Chat {
        &self.inner.chat
    }

    fn limits(&self) -> model::Limits {
        let ms = std::time::Duration::from_millis;
        let config = &self.inner.config;
        model::Limits { silence: ms(config.first_token_ms), total: ms(config.total_ms), chars: config.answer_chars }
    }
}
