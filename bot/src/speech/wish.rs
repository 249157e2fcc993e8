//! Does a message ask for a person? Always honoured, so rather once too often than once too seldom;
//! but a question *about* handing over is a question.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use serde::Deserialize;

use super::{compile, fold};

#[derive(Deserialize)]
struct File {
    words: BTreeMap<String, String>,
    en: Patterns,
    zh: Patterns,
}

#[derive(Deserialize)]
struct Patterns {
    erase: Vec<String>,
    ask: Vec<String>,
    unless: Vec<String>,
}

struct Rules {
    erase: Vec<String>,
    ask: Vec<Regex>,
    unless: Vec<Regex>,
}

pub(super) const TEXT: &str = include_str!("../../rules/wish.toml");

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| match toml::from_str::<File>(TEXT) {
    Ok(file) => [file.en, file.zh].into_iter().map(|patterns| rules(patterns, &file.words)).collect(),
    Err(error) => {
        tracing::error!(%error, "rules/wish.toml cannot be read");
        Vec::new()
    }
});

fn rules(patterns: Patterns, words: &BTreeMap<String, String>) -> Rules {
    let all = |list: Vec<String>| list.iter().filter_map(|pattern| compile(pattern, words)).collect();
    Rules { erase: patterns.erase, ask: all(patterns.ask), unless: all(patterns.unless) }
}

/// Whether the message asks for a person, in English or Chinese.
pub fn wants_person(message: &str) -> bool {
    let clauses = fold::clauses(&fold::fold(message));
    clauses.iter().any(|clause| RULES.iter().any(|rules| rules.matches(clause)))
}

impl Rules {
    fn matches(&self, clause: &str) -> bool {
        let clause = self.erase.iter().fold(clause.to_owned(), |text, word| text.replace(word.as_str(), ""));
        self.ask.iter().any(|ask| ask.is_match(&clause)) && !self.unless.iter().any(|unless| unless.is_match(&clause))
    }
}
