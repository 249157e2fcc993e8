//! The bot: one turn is history + passages → verdict → answer, question back, or handover.
//!
//! It knows nothing of HTTP, of HTML beyond safe rendering, or of who is connected. The model never decides who
//! speaks: [`verdict::decide`] does, over measured signals.

mod ask;
mod beside;
mod budget;
mod cite;
mod config;
mod copies;
mod copilot;
mod draft;
mod dry_run;
mod error;
pub mod eval;
mod example;
pub mod extract;
mod gap;
mod intent;
mod learn;
mod memory;
pub mod model;
mod prompt;
mod rating;
mod release;
mod reliability;
pub mod render;
mod replay;
mod report;
mod rules;
mod run;
mod settings;
pub mod speech;
mod think;
pub mod tool;
pub mod trace;
mod triage;
mod trial;
mod turn;
pub mod usage;
pub mod verdict;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chat::{Chat, ConversationId, WorkspaceId};
use knowledge::{Knowledge, outbound::Outbound};
use ticketing::Desk;

#[doc(hidden)]
pub use crate::turn::Steps;
pub use crate::{
    ask::Asked,
    beside::{Agreement, Disagreement, Grade, Score, Silent, Which, Why},
    budget::{Budget, Level},
    config::{Config, Listed, Tasks},
    copilot::{Rewrite, Suggestion, plain as sendable},
    dry_run::{Change, DryRun},
    error::{Error, Result},
    example::{By, Measured, Missed, Proposal, Proposals, Told},
    intent::{Destination, Intent},
    learn::Lesson,
    release::settings_of_release,
    reliability::Reliability,
    report::Report,
    rules::{Rule, Then, When},
    settings::{Endpoint, Length, Mode, Offline, Secret, Settings, Style, Term, Tone, Voice, Words},
    think::Asker,
    tool::problem,
    trace::{Alternative, Seen, Times, ToolUse, Trace, Turn},
    triage::Suggested,
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
    memory: memory::Memory,
    trained: intent::Trained,
    running: run::Running,
    outbound: Outbound,
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
        config.validate().map_err(|text| Error::Invalid(text.into()))?;
        let models =
            model::Models::new(&config).map_err(|error| Error::Invalid(format!("The model's client cannot be set up: {error}.").into()))?;
        Ok(Self::with_models(config, chat, knowledge, desk, models))
    }

    fn with_models(config: Config, chat: Chat, knowledge: Knowledge, desk: Desk, models: model::Models) -> Self {
        let running = run::Running::new(config.turns);
        let memory = memory::Memory::new(config.remembered);
        let trained = intent::Trained::default();
        let outbound = Outbound::new(config.total_ms / 1_000 + 1, config.tools_private);
        Self { inner: Arc::new(Inner { config, chat, knowledge, desk, models, memory, trained, running, outbound }) }
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
    pub async fn check_model(&self, workspace: WorkspaceId, settings: &Settings) -> Result<u64, model::Failure> {
        let member = match settings.model.url.as_str() {
            "" => self.inner.models.of(workspace, settings, Arc::default()).of(model::Task::Answer).first().cloned(),
            _ => Some(self.inner.models.single(&settings.model)),
        };
        self.try_member(workspace, &member.ok_or(model::Failure::Unreachable)?, model::Task::Answer).await
    }

    /// Asks a task's model of that name for a word; how long it took, in milliseconds.
    ///
    /// # Errors
    /// Why it did not answer.
    pub async fn try_model(
        &self,
        workspace: WorkspaceId,
        settings: &Settings,
        task: model::Task,
        name: &str,
    ) -> Result<u64, model::Failure> {
        let member = self.inner.models.named(workspace, settings, task, name).ok_or(model::Failure::Unreachable)?;
        self.try_member(workspace, &member, task).await
    }

    /// The names of each task's models, in the order in which they are asked.
    pub fn lists(&self, workspace: WorkspaceId, settings: &Settings) -> Vec<(model::Task, Vec<String>)> {
        self.inner.models.lists(workspace, settings)
    }

    async fn try_member(&self, workspace: WorkspaceId, member: &Arc<model::Member>, task: model::Task) -> Result<u64, model::Failure> {
        let (started, ledger) = (std::time::Instant::now(), Arc::default());
        let said = model::Said::new(model::Role::User, "Say OK.");
        let prompt = model::Prompt { messages: vec![said], max_tokens: 50, tools: Vec::new() };
        let words = member.ask(task, prompt, self.limits(), &ledger, false).await?;
        match model::whole(words).await {
            // It speaks: that its words were cut here says nothing against it.
            Ok(_) | Err(model::Failure::TooLong) => {}
            Err(failure) => return Err(failure),
        }
        self.note_usage(workspace, None, &ledger.calls()).await;
        Ok(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// How the workspace's models are doing in this process, in the order in which they are asked.
    pub fn models(&self, workspace: WorkspaceId, settings: &Settings) -> Vec<model::ModelState> {
        self.inner.models.states(workspace, settings)
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
