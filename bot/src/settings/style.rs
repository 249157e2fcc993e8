//! How the bot speaks, for its model.

use knowledge::Fault;
use serde::{Deserialize, Serialize};

/// Tone, length and words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Style {
    /// How it sounds.
    pub tone: Tone,
    /// How much it says.
    pub length: Length,
    /// Words it keeps to.
    pub terms: Vec<Term>,
}

/// How the bot sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As the sources do.
    #[default]
    Plain,
    /// Warm, as among people who know each other.
    Friendly,
    /// Polite and reserved.
    Formal,
}

/// How much the bot says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Two sentences, if that is enough.
    Short,
    /// What is needed.
    #[default]
    Normal,
    /// Everything the passages say about it.
    Long,
}

/// A word, and what is said instead or how it is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Term {
    /// The word.
    pub word: String,
    /// What is said instead, or how it is meant.
    pub use_as: String,
}

/// Words at most.
const TERMS: usize = 100;

impl Style {
    /// Checks values.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn validate(&self) -> Result<(), Fault> {
        let long = |text: &str| text.chars().count() > 200;
        if self.terms.len() > TERMS || self.terms.iter().any(|term| term.word.trim().is_empty() || long(&term.word) || long(&term.use_as)) {
            return Err(Fault::of("fault-terms"));
        }
        Ok(())
    }

    /// The longest answer of a model, in tokens; what it thinks before it answers counts too.
    pub(crate) fn tokens(&self) -> u32 {
        match self.length {
            Length::Short | Length::Normal => 1_000,
            Length::Long => 2_000,
        }
    }

    /// What a model is told of it, one line each.
    pub(crate) fn told(&self) -> Vec<String> {
        let tone = match self.tone {
            Tone::Plain => None,
            Tone::Friendly => Some("Sound warm and friendly, without exaggeration."),
            Tone::Formal => Some("Sound polite and formal; in Chinese say 您."),
        };
        let length = match self.length {
            Length::Short => Some("Answer in one or two sentences, unless steps are needed."),
            Length::Normal => None,
            Length::Long => Some("Answer fully: everything the passages say about the question, in a clear order."),
        };
        let terms = self.terms.iter().map(|term| format!("Word: {} → {}", term.word.trim(), term.use_as.trim()));
        tone.into_iter().chain(length).map(str::to_owned).chain(terms).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_told_what_differs() {
        assert!(Style::default().told().is_empty());
        let term = Term { word: "basket".into(), use_as: "cart".into() };
        let style = Style { tone: Tone::Friendly, length: Length::Short, terms: vec![term] };
        assert_eq!(style.told().len(), 3);
        assert_eq!(style.told()[2], "Word: basket → cart");
        assert!(Style { length: Length::Long, ..Style::default() }.tokens() > style.tokens(), "a long answer has room");
        assert!(Style { terms: vec![Term::default()], ..Style::default() }.validate().is_err());
    }
}
