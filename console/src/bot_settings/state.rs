//! The models: whether there is one, whether it answers, and how each is doing.

use serde::Serialize;

use bot::Settings;
use bot::model::{Failure, ModelState, Phase};
use chat::WorkspaceId;

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// What is known of the model.
#[derive(Clone, Debug, Serialize)]
pub struct ModelText {
    state: &'static str,
    text: String,
}

/// Whether a model is set: here, or by the operator for every workspace.
#[must_use]
pub fn configured(console: &Console, settings: &Settings) -> ModelText {
    let (state, text) = if !settings.model.url.is_empty() {
        ("set", settings.model.name.clone())
    } else {
        let config = console.bot.config();
        let listed = config.models.first().map(|listed| if listed.name.is_empty() { &listed.model } else { &listed.name });
        let first = if config.model_url.is_empty() { listed } else { Some(&config.model_name) };
        first.map_or(("off", String::new()), |name| ("config", name.clone()))
    };
    ModelText { state, text }
}

/// A model of the page's list.
#[derive(Clone, Debug, Serialize)]
pub struct ModelRow {
    name: String,
    host: String,
    tasks: Vec<&'static str>,
    /// `closed`, `open` or `half-open`.
    phase: &'static str,
    /// The last failure, in words; empty: none.
    failure: String,
    /// When it was, unix milliseconds.
    failed_at: Option<i64>,
    first_ms: Option<u64>,
    busy: usize,
    places: usize,
    calls: i64,
    failed: i64,
    tokens: u64,
    money: f64,
}

impl ModelRow {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The models of the workspace, in the order in which they are asked, with what they did today.
///
/// # Errors
/// The record's.
pub async fn rows(console: &Console, seat: &Seat, settings: &Settings) -> Result<Vec<ModelRow>, Error> {
    let today = console.bot.used_today(seat.workspace()).await?;
    let say = |failure| console.templates.words().plain(seat.locale(), failed(failure));
    let row = |state: ModelState| {
        let day = today.iter().find(|day| day.model == state.name);
        ModelRow {
            phase: match state.phase {
                Phase::Closed => "closed",
                Phase::Open => "open",
                Phase::HalfOpen => "half-open",
            },
            failure: state.failure.map(say).unwrap_or_default(),
            failed_at: state.failed_s.map(|s| console.chat.now() - i64::try_from(s).unwrap_or(0) * 1_000),
            tasks: state.tasks.iter().map(|task| task.name()).collect(),
            name: state.name,
            host: state.host,
            first_ms: state.first_ms,
            busy: state.busy,
            places: state.places,
            calls: day.map_or(0, |day| day.calls),
            failed: day.map_or(0, |day| day.failed),
            tokens: day.map_or(0, |day| day.amount.tokens),
            money: day.map_or(0.0, |day| day.amount.money()),
        }
    };
    Ok(console.bot.models(seat.workspace(), settings).into_iter().map(row).collect())
}

/// Asks the model of these settings for a word.
pub async fn tested(console: &Console, seat: &Seat, settings: &Settings) -> ModelText {
    match console.bot.check_model(seat.workspace(), settings).await {
        Ok(ms) => ModelText { state: "ok", text: format!("{ms} ms") },
        Err(failure) => ModelText { state: "failing", text: console.templates.words().plain(seat.locale(), failed(failure)) },
    }
}

/// Why a model did not answer, as texts know it.
pub fn failed(failure: Failure) -> &'static str {
    match failure {
        Failure::Unreachable => "model-failed-unreachable",
        Failure::Refused => "model-failed-refused",
        Failure::Garbage => "model-failed-garbage",
        Failure::Empty => "model-failed-empty",
        Failure::TooLong => "model-failed-too-long",
        Failure::Slow | Failure::Left => "model-failed-slow",
        Failure::Limited => "model-failed-limited",
        Failure::Busy => "model-failed-busy",
        Failure::Open => "model-failed-open",
    }
}

impl Console {
    /// Whether some model answers for this workspace.
    pub async fn has_model(&self, workspace: WorkspaceId) -> bool {
        let settings = Settings::get(&self.chat, workspace).await;
        let settings = settings.unwrap_or_default();
        configured(self, &settings).state != "off"
    }

    /// What the bot is called.
    pub async fn bot_name(&self, workspace: WorkspaceId) -> String {
        match self.bot.settings_published(workspace).await {
            Ok(settings) => settings.name,
            Err(_) => Settings::default().name,
        }
    }
}
