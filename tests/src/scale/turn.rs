//! What Warbler adds before a model is asked, and to each word that it says.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Corpus, Times};
use crate::{model::Model, server::Server, visitor::Visitor};

/// How long a question may take to reach the model.
const PATIENCE: Duration = Duration::from_secs(60);

/// Visitors who ask one after the other.
#[derive(Debug)]
pub struct Turns<'a> {
    /// Where their questions come from.
    pub corpus: &'a Corpus,
    /// The server they ask.
    pub server: &'a Server,
    /// The model it asks; it says numbered words.
    pub model: &'a Model,
}

impl Turns<'_> {
    /// From the visitor's message to the request at the model, and from each word of the model to the visitor; `count` questions.
    ///
    /// # Errors
    /// When a question does not reach the model.
    pub async fn times(&self, count: usize, progress: &dyn Fn(u64)) -> Result<(Value, Value)> {
        let (mut before, mut words) = (Times::default(), Times::default());
        // The first question opens the index.
        for n in 0..=count {
            let mut visitor = Visitor::of(self.server).await?;
            let conversation = Visitor::conversation();
            self.model.forget_times();
            let question = self.corpus.question(n * 6_007 % self.corpus.passages);
            let sent = Instant::now();
            visitor.post(&conversation, &question).await?;
            let seen = self.listen(&mut visitor, &conversation).await?;
            let times = self.model.times();
            let asked = times.asked.first().context("the model was not asked")?;
            if n > 0 {
                before.add(asked.saturating_duration_since(sent));
                for (word, at) in seen {
                    if let Some(said) = times.said.get(word) {
                        words.add(at.saturating_duration_since(*said));
                    }
                }
            }
            progress(1);
        }
        Ok((before.told(), words.told()))
    }

    /// When each numbered word arrived, until the answer is there.
    async fn listen(&self, visitor: &mut Visitor, conversation: &str) -> Result<Vec<(usize, Instant)>> {
        let (begun, mut seen) = (Instant::now(), Vec::new());
        while begun.elapsed() < PATIENCE {
            let Some(frame) = visitor.next(Duration::from_secs(5)).await? else { continue };
            let at = Instant::now();
            match frame["t"].as_str() {
                Some("draft") => {
                    let text = frame["text"].as_str().unwrap_or_default();
                    seen.extend(text.split_whitespace().filter_map(|word| Some((word.strip_prefix('w')?.parse().ok()?, at))));
                }
                Some("message") if frame["author"]["kind"] == "bot" && frame["conversation"] == conversation => return Ok(seen),
                _ => {}
            }
        }
        anyhow::bail!("no answer within {PATIENCE:?}: {}", json!(visitor.frames.last()))
    }
}

/// What the model says: `w1`, `w2` and so on, each in a piece of its own after the first.
#[must_use]
pub fn numbered(words: usize) -> String {
    let words: Vec<String> = (1..=words).map(|n| format!("w{n}")).collect();
    format!("[1]\n{} [1]", words.join(" "))
}
