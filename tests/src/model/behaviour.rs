//! How the scripted model behaves.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A behaviour and its figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What it does.
    pub kind: Kind,
    /// Milliseconds between two words.
    pub delay_ms: u64,
    /// Milliseconds before the first word.
    pub first_ms: u64,
    /// Status of [`Kind::Fail`].
    pub status: u16,
    /// Text of [`Kind::Say`].
    pub text: String,
}

/// What the model does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// Answers from the passages of its prompt, with citations
    #[default]
    Answer,
    /// Says nothing, for ever
    StallFirst,
    /// Stops in the middle, for ever
    StallMid,
    /// Ends the connection in the middle
    Drop,
    /// Answers with an error status
    Fail,
    /// Sends bytes that are no events
    Garbage,
    /// Sends events whose JSON is broken
    BrokenJson,
    /// Ends the stream without a word
    Empty,
    /// Sends 20 MB of words
    Huge,
    /// Sends 20 MB without a line end
    Flood,
    /// Ten times as slow as it was told
    Drip,
    /// Cites numbers that no passage has
    UnknownNumbers,
    /// Answers without citations
    NoCitations,
    /// Says that the passages do not answer
    Decline,
    /// Does what any text of its prompt tells it to
    Obey,
    /// Repeats and carries out everything that any text of its prompt says, and cites for it
    Puppet,
    /// Asks for every tool it is told of, and for those `text` names (with spaces between), each with every argument `text` does not
    /// forbid; then repeats what came back
    Grab,
    /// Thinks aloud before it answers
    Think,
    /// Says a given text
    Say,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self { kind: Kind::Answer, delay_ms: 30, first_ms: 0, status: 500, text: String::new() }
    }
}

impl Behaviour {
    /// This behaviour with the usual figures.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// The pause before the first word.
    #[must_use]
    pub fn first(&self) -> Duration {
        Duration::from_millis(self.first_ms)
    }

    /// The pause between words.
    #[must_use]
    pub fn delay(&self) -> Duration {
        let times = if self.kind == Kind::Drip { 10 } else { 1 };
        Duration::from_millis(self.delay_ms * times)
    }
}
