//! What models are asked for.

use serde::{Deserialize, Serialize};

/// What a model is asked for. Each task has its own list of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// The answer to a visitor.
    Answer,
    /// A follow-up as a question of its own.
    Condense,
    /// The summary of a handover.
    Summary,
    /// Help for agents.
    Copilot,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Answer, Self::Condense, Self::Summary, Self::Copilot];

    /// As configuration, traces and pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Condense => "condense",
            Self::Summary => "summary",
            Self::Copilot => "copilot",
        }
    }
}
