//! What the scripted model has seen.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Counts since the start or the last reset.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Chat requests.
    pub chat: u64,
    /// Embedding requests.
    pub embeddings: u64,
    /// Streams that run now.
    pub open: u64,
    /// Streams that said all they had to say.
    pub completed: u64,
    /// Streams that the client closed before their end.
    pub closed_early: u64,
    /// The last of those.
    pub closed: Vec<Closed>,
    /// The messages of the last chat request.
    pub last_prompt: Value,
}

/// A stream that the client closed before its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Closed {
    /// When, unix milliseconds.
    pub at: i64,
    /// How many words had been sent.
    pub words: u64,
}

impl Stats {
    pub(super) fn close(&mut self, words: u64) {
        self.closed_early += 1;
        if self.closed.len() == 1_000 {
            self.closed.remove(0);
        }
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        self.closed.push(Closed { at, words });
    }
}
