//! Search and turns over very many passages.

mod corpus;
mod endpoint;
mod search;
mod turn;

use std::path::Path;

use serde_json::{Value, json};

pub use self::{
    corpus::{Corpus, SHARE},
    endpoint::Endpoint,
    search::{Searches, import},
    turn::{Turns, numbered},
};

/// Times in microseconds, put in order.
#[derive(Debug, Default)]
pub struct Times(Vec<u64>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, took: std::time::Duration) {
        self.0.push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Median, the slowest of a hundred and the slowest of all, in milliseconds.
    #[must_use]
    pub fn told(mut self) -> Value {
        self.0.sort_unstable();
        let at = |share: usize| self.0.get((self.0.len() * share / 100).min(self.0.len().saturating_sub(1))).map(|us| *us as f64 / 1_000.0);
        json!({ "p50_ms": at(50), "p99_ms": at(99), "max_ms": at(100), "times": self.0.len() })
    }
}

/// Bytes of a file or folder with all that is in it.
#[must_use]
pub fn bytes(path: &Path) -> u64 {
    let own = path.symlink_metadata().map_or(0, |meta| if meta.is_dir() { 0 } else { meta.len() });
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| bytes(&entry.path()));
    own + inside.sum::<u64>()
}
