//! The model: whether there is one, and whether it answers.

use serde::Serialize;

use bot::Settings;
use bot::model::Failure;
use chat::WorkspaceId;

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
    } else if console.bot.config().model_url.is_empty() {
        ("off", String::new())
    } else {
        ("config", console.bot.config().model_name.clone())
    };
    ModelText { state, text }
}

/// Asks the model of these settings for a word.
pub async fn tested(console: &Console, seat: &Seat, settings: &Settings) -> ModelText {
    match console.bot.check_model(seat.workspace(), settings).await {
        Ok(ms) => ModelText { state: "ok", text: format!("{ms} ms") },
        Err(failure) => ModelText { state: "failing", text: console.templates.words().plain(seat.locale(), failed(failure)) },
    }
}

/// Why a model did not answer, as texts know it.
fn failed(failure: Failure) -> &'static str {
    match failure {
        Failure::Unreachable => "model-failed-unreachable",
        Failure::Refused => "model-failed-refused",
        Failure::Garbage => "model-failed-garbage",
        Failure::Empty => "model-failed-empty",
        Failure::TooLong => "model-failed-too-long",
        Failure::Slow => "model-failed-slow",
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
        match Settings::get(&self.chat, workspace).await {
            Ok(settings) => settings.name,
            Err(_) => Settings::default().name,
        }
    }
}
