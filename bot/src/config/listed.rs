//! One model of the configuration, and which task it is for.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Price, Task},
    settings::{Endpoint, Secret, check_url},
};

/// A model: `[[bot.models]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listed {
    /// What lists and pages call it; empty: the model's own name.
    pub name: String,
    /// The base address of an OpenAI-compatible server.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The server's key.
    pub key: Secret,
    /// Until its first word and between words, in milliseconds; 0: as for all.
    pub first_token_ms: u64,
    /// For a whole answer, in milliseconds; 0: as for all.
    pub total_ms: u64,
    /// Requests at once; 0: as for all.
    pub concurrent: usize,
    /// Whether it answers word by word; otherwise in one piece.
    pub stream: bool,
    /// Money for a million tokens of prompts.
    pub input_price: f64,
    /// Money for a million tokens of answers.
    pub output_price: f64,
}

impl Default for Listed {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            model: String::new(),
            key: Secret::default(),
            first_token_ms: 0,
            total_ms: 0,
            concurrent: 0,
            stream: true,
            input_price: 0.0,
            output_price: 0.0,
        }
    }
}

impl Listed {
    /// A workspace's own.
    pub(crate) fn of(endpoint: &Endpoint) -> Self {
        Self {
            url: endpoint.url.clone(),
            model: endpoint.name.clone(),
            key: endpoint.key.clone(),
            input_price: endpoint.input_price,
            output_price: endpoint.output_price,
            ..Self::default()
        }
    }

    /// What it is called.
    pub(crate) fn title(&self) -> &str {
        if self.name.is_empty() { &self.model } else { &self.name }
    }

    pub(crate) fn price(&self) -> Price {
        Price { input: self.input_price, output: self.output_price }
    }
}

/// The models of each task, by name: `[bot.tasks]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tasks {
    /// Answers to visitors.
    pub answer: Vec<String>,
    /// Follow-ups as questions of their own.
    pub condense: Vec<String>,
    /// Summaries of handovers.
    pub summary: Vec<String>,
    /// Help for agents.
    pub copilot: Vec<String>,
}

impl Tasks {
    /// The names for a task; none: all models.
    pub(crate) fn of(&self, task: Task) -> &[String] {
        match task {
            Task::Answer => &self.answer,
            Task::Condense => &self.condense,
            Task::Summary => &self.summary,
            Task::Copilot => &self.copilot,
        }
    }
}

/// Checks a list and who is named for what.
pub(super) fn check(listed: &[Listed], tasks: &Tasks) -> Result<(), String> {
    for (at, model) in listed.iter().enumerate() {
        let title = model.title();
        if model.model.trim().is_empty() {
            return Err(format!("number {} of bot.models needs the model's name: model = \"…\"", at + 1));
        }
        check_url(&model.url).map_err(|error| format!("bot.models \"{title}\": {error}"))?;
        if !model.price().is_fine() {
            return Err(format!("bot.models \"{title}\": a price is money for a million tokens, 0 or more"));
        }
        if listed[..at].iter().any(|other| other.title() == title) {
            return Err(format!("two of bot.models are called \"{title}\": give each a name of its own"));
        }
    }
    for task in Task::ALL {
        if let Some(name) = tasks.of(task).iter().find(|name| !listed.iter().any(|model| model.title() == *name)) {
            return Err(format!("bot.tasks.{} names \"{name}\", which is none of bot.models", task.name()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn listed(name: &str) -> Listed {
        Listed { name: name.into(), url: "http://127.0.0.1:1/v1".into(), model: "m".into(), ..Listed::default() }
    }

    #[test]
    fn lists_are_checked() {
        let good = Config { models: vec![listed("a"), listed("b")], ..Config::default() };
        assert_eq!(good.validate(), Ok(()));
        for (word, spoil) in [
            ("called \"a\"", Config { models: vec![listed("a"), listed("a")], ..Config::default() }),
            ("none of bot.models", Config { tasks: Tasks { answer: vec!["c".into()], ..Tasks::default() }, ..good.clone() }),
            ("needs the model's name", Config { models: vec![Listed::default()], ..Config::default() }),
            ("http://", Config { models: vec![Listed { url: "x".into(), ..listed("a") }], ..Config::default() }),
            ("a price", Config { models: vec![Listed { input_price: -1.0, ..listed("a") }], ..Config::default() }),
        ] {
            let sentence = spoil.validate().expect_err(word);
            assert!(sentence.contains(word), "{sentence}");
        }
    }

    #[test]
    fn the_one_model_of_old_comes_first() {
        let config =
            Config { model_url: "http://127.0.0.1:1/v1".into(), model_name: "old".into(), models: vec![listed("b")], ..Config::default() };
        assert_eq!(config.listed().iter().map(Listed::title).collect::<Vec<_>>(), ["old", "b"]);
        assert_eq!(config.validate(), Ok(()));
    }
}
