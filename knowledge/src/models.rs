//! The models that knowledge is searched with, for pages: which they are, where, and a try.

use std::time::Instant;

use chat::WorkspaceId;
use serde::Serialize;

use crate::Knowledge;

/// A question to try a rerank endpoint with, and what may answer it.
const QUESTION: &str = "How long does a refund take?";
const ANSWERS: [&str; 2] = ["A refund takes five working days.", "We are open on Sundays."];

/// The model of meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// Its name, or its folder.
    pub name: String,
    /// Where it is asked, in order, without anything secret; none: this process runs it.
    pub hosts: Vec<String>,
    /// Languages it is used for; empty: what it shows itself.
    pub languages: Vec<String>,
    /// Passages in the index of this process.
    pub passages: usize,
    /// Those of them that wait for their vector.
    pub waiting: usize,
    /// It failed a moment ago and is left alone for a while.
    pub rests: bool,
}

/// The rerank endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Opinion {
    /// The model's name.
    pub name: String,
    /// Where.
    pub host: String,
    /// Passages it judges, at most.
    pub top: usize,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Milliseconds.
    pub ms: u64,
    /// Numbers of a vector; 0 for a rerank endpoint.
    pub size: usize,
}

impl Knowledge {
    /// The model of meaning, if one is configured.
    #[must_use]
    pub fn meaning(&self, workspace: WorkspaceId) -> Option<Meaning> {
        let (embedder, settings) = (self.embedder()?, &self.config().embeddings);
        let slot = self.index().slot(workspace);
        let waiting = slot.shard.try_read().and_then(|shard| shard.as_ref().map(|shard| shard.pending().len()));
        let local = !settings.folder.is_empty();
        let addresses = std::iter::once(&settings.base_url).chain(&settings.spares).filter(|_| !local);
        Some(Meaning {
            name: if local { settings.folder.clone() } else { settings.model.clone() },
            hosts: addresses.map(|url| host(url)).collect(),
            languages: settings.languages.clone(),
            passages: self.indexed(workspace),
            waiting: waiting.unwrap_or(0),
            rests: !embedder.may_try(),
        })
    }

    /// The rerank endpoint, if one is configured.
    #[must_use]
    pub fn opinion(&self) -> Option<Opinion> {
        let settings = &self.config().rerank;
        self.reranker().map(|reranker| Opinion { name: settings.model.clone(), host: host(&settings.base_url), top: reranker.top() })
    }

    /// Asks the model of meaning for a vector; `None` when there is none, or it gives none.
    pub async fn try_meaning(&self) -> Option<Tried> {
        let started = Instant::now();
        let size = self.embedder()?.try_out().await?;
        Some(Tried { ms: millis(started), size })
    }

    /// Asks the rerank endpoint for its opinion; `None` when there is none, or it gives none.
    pub async fn try_opinion(&self) -> Option<Tried> {
        let started = Instant::now();
        self.reranker()?.judge(QUESTION, &ANSWERS.map(str::to_owned)).await?;
        Some(Tried { ms: millis(started), size: 0 })
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An address without anything secret.
fn host(url: &str) -> String {
    let parsed = reqwest::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match parsed.and_then(|url| url.port()) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}
