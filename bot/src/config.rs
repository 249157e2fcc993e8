//! How the bot works, for the operator. What it says and decides is set by admins: see [`crate::Settings`].

mod listed;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::listed::{Listed, Tasks};
use crate::{model::Limits, settings::Secret};

/// Section `[bot]` of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A model for workspaces that name none: the base address of an OpenAI-compatible server, such as
    /// `https://api.openai.com/v1`. Empty: the bot quotes its sources.
    pub model_url: String,
    /// That model's name.
    pub model_name: String,
    /// That server's key.
    pub model_key: Secret,
    /// What it costs, in money for a million tokens of prompts.
    pub model_input_price: f64,
    /// The same for answers.
    pub model_output_price: f64,
    /// More models. They are asked in this order, after the one above, each when those before it fail.
    pub models: Vec<Listed>,
    /// For each task the names of its models, in order; empty: all, in their order.
    pub tasks: Tasks,
    /// Requests at once to one model.
    pub concurrent: usize,
    /// After this many failures in a row a model is left alone; 0: never.
    pub breaker_failures: u32,
    /// For how long at first, in seconds; twice as long each further time, up to five minutes.
    pub breaker_s: u64,
    /// Answers that are remembered in this process, for questions that are asked again word by word; 0: none.
    pub remembered: usize,
    /// Whether tools may reach private networks (an order system, this machine); link-local addresses never.
    pub tools_private: bool,
    /// When every tab of a visitor has been closed for this long, the model is stopped, in milliseconds; 0: never.
    pub left_ms: u64,
    /// A model must say its first word within this time, and each next one too, in milliseconds.
    pub first_token_ms: u64,
    /// A turn's whole use of models ends after this time, in milliseconds.
    pub total_ms: u64,
    /// Messages of a visitor that follow each other within this time are one question, in milliseconds.
    pub burst_ms: u64,
    /// However fast somebody writes, the turn begins after this time, in milliseconds.
    pub burst_max_ms: u64,
    /// How long a turn belongs to a bot that has stopped renewing it, in seconds.
    pub lease_s: u64,
    /// Turns at once in this process.
    pub turns: usize,
    /// How often the record is searched for turns that news did not tell of, in milliseconds.
    pub sweep_ms: u64,
    /// The longest answer a model may write, in characters.
    pub answer_chars: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model_url: String::new(),
            model_name: String::new(),
            model_key: Secret::default(),
            model_input_price: 0.0,
            model_output_price: 0.0,
            models: Vec::new(),
            tasks: Tasks::default(),
            concurrent: 64,
            breaker_failures: 5,
            breaker_s: 10,
            remembered: 1_000,
            tools_private: false,
            left_ms: 10_000,
            first_token_ms: 10_000,
            total_ms: 45_000,
            burst_ms: 700,
            burst_max_ms: 4_000,
            lease_s: 10,
            turns: 64,
            sweep_ms: 1_000,
            answer_chars: 8_000,
        }
    }
}

impl Config {
    /// Checks values and combinations.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn validate(&self) -> Result<(), String> {
        let positive = [
            ("first_token_ms", self.first_token_ms),
            ("lease_s", self.lease_s),
            ("turns", self.turns as u64),
            ("sweep_ms", self.sweep_ms),
            ("answer_chars", self.answer_chars as u64),
            ("concurrent", self.concurrent as u64),
            ("breaker_s", self.breaker_s),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(format!("bot.{name} must be at least 1"));
        }
        if self.total_ms < self.first_token_ms {
            return Err("bot.total_ms must not be less than bot.first_token_ms".into());
        }
        if self.burst_max_ms < self.burst_ms {
            return Err("bot.burst_max_ms must not be less than bot.burst_ms".into());
        }
        if !self.model_url.is_empty() {
            crate::settings::check_url(&self.model_url).map_err(|error| format!("bot.model_url: {error}"))?;
            if self.model_name.trim().is_empty() {
                return Err("bot.model_url is set, so bot.model_name must be set too".into());
            }
        }
        listed::check(&self.listed(), &self.tasks)
    }

    /// Every model of the configuration, in order: the one at the top first.
    pub(crate) fn listed(&self) -> Vec<Listed> {
        let top = Listed {
            url: self.model_url.clone(),
            model: self.model_name.clone(),
            key: self.model_key.clone(),
            input_price: self.model_input_price,
            output_price: self.model_output_price,
            ..Listed::default()
        };
        let top = (!top.url.is_empty()).then_some(top);
        top.into_iter().chain(self.models.iter().cloned()).collect()
    }

    /// What a model may take, its own limits before the common ones.
    pub(crate) fn limits_of(&self, listed: &Listed) -> Limits {
        let own = |own: u64, common: u64| Duration::from_millis(if own == 0 { common } else { own });
        Limits {
            silence: own(listed.first_token_ms, self.first_token_ms),
            total: own(listed.total_ms, self.total_ms),
            chars: self.answer_chars,
        }
    }
}
