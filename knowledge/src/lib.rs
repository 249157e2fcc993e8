//! Knowledge: sources in, passages out. It parses, splits, indexes and searches; it knows nothing of visitors, tickets or HTTP.
//!
//! The record holds the truth (library → source → document → passage); the search index is a cache of it.

pub mod article;
mod audience;
pub mod case;
pub mod classify;
mod config;
pub mod crawl;
pub mod document;
pub mod edit;
mod embed;
mod error;
pub mod eval;
pub mod folder;
pub mod gap;
pub mod guides;
pub mod import;
mod index;
pub mod json;
pub mod language;
pub mod library;
pub mod models;
pub mod outbound;
pub mod parse;
pub mod passage;
pub mod redact;
pub mod release;
mod rerank;
mod revision;
mod search;
mod sent;
pub mod sentence;
pub mod sentiment;
pub mod source;
pub mod split;
mod spot;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod twin;
pub mod words;
pub mod written;

use std::{collections::HashMap, path::Path, sync::Arc};

use chat::{Chat, WorkspaceId};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

pub use chat::Fault;

pub use crate::{
    audience::{Audience, Reader, Trait},
    config::{Config, Embeddings, Place, Rerank},
    error::{Error, Result},
    import::{Content, Progress, Summary, Upload},
    parse::{Reason, Skipped},
    passage::Passage,
    search::{Found, Hit, Legs, Query, Way},
    sent::{Format, LONGEST_NAME, Outcome, Sent},
    spot::Spot,
    written::{Answer, LONGEST_ANSWER, LONGEST_QUESTION},
};
use crate::{
    embed::Embedder,
    index::{Index, Server},
    outbound::Outbound,
    rerank::Reranker,
};

/// The handle of knowledge; cheap to clone.
#[derive(Clone)]
pub struct Knowledge {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    chat: Chat,
    index: Index,
    embedder: Option<Embedder>,
    reranker: Option<Reranker>,
    outbound: Outbound,
    pace: crawl::Pace,
    twins: KnownTwins,
    limits: KnownLimits,
    meanings: gap::Meanings,
}

/// Where the index is, and whether it can be searched.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct IndexState {
    /// Whether it can, as far as is known.
    pub serves: bool,
    /// In words.
    pub words: String,
}

/// The pairs that were found at a revision.
type KnownTwins = Mutex<HashMap<WorkspaceId, (i64, Arc<Vec<twin::Twins>>)>>;

/// The libraries that are not for everybody.
type KnownLimits = Mutex<HashMap<WorkspaceId, search::Limited>>;

impl Knowledge {
    /// Opens knowledge with its index where the configuration says: in `<data>/index/`, or on a server. When another process has
    /// that folder, this one makes an index of its own as it needs it, and throws it away at the end. A server is not asked yet.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder cannot be used; [`Error::Invalid`] for a wrong configuration.
    pub async fn open(config: Config, chat: Chat, data: &Path) -> Result<Self> {
        if let Some(server) = Server::new(&config.index).map_err(invalid)? {
            return Self::with(config, chat, Index::shared(server));
        }
        let home = data.join("index");
        let index = index::blocking(move || Index::open(&home)).await?;
        Self::with(config, chat, index)
    }

    /// Opens knowledge with an index that goes with it: for measuring and tests.
    ///
    /// # Errors
    /// As [`Knowledge::open`].
    pub async fn throwaway(config: Config, chat: Chat) -> Result<Self> {
        let index = index::blocking(Index::throwaway).await?;
        Self::with(config, chat, index)
    }

    fn with(config: Config, chat: Chat, index: Index) -> Result<Self> {
        config.validate().map_err(invalid)?;
        // Whoever was first has chosen; both would choose the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let embedder = Embedder::new(&config.embeddings, chat.clock().clone()).map_err(invalid)?;
        let reranker = Reranker::new(&config.rerank, chat.clock().clone()).map_err(invalid)?;
        let outbound = Outbound::new(config.fetch_seconds, config.fetch_private);
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                chat,
                index,
                embedder,
                reranker,
                outbound,
                pace: crawl::Pace::default(),
                twins: KnownTwins::default(),
                limits: KnownLimits::default(),
                meanings: gap::Meanings::default(),
            }),
        })
    }

    /// [`Knowledge::run`] of an own handle, to be spawned.
    pub async fn run_owned(self, cancel: CancellationToken) {
        self.run(cancel).await;
    }

    /// Whether this process owns the index folder.
    #[must_use]
    pub fn owns_index(&self) -> bool {
        self.inner.index.is_own()
    }

    /// Where the index is and whether it can be searched, in words for an operator.
    #[must_use]
    pub fn index_state(&self) -> IndexState {
        let trouble = self.inner.index.server().map(|server| server.trouble());
        let words = match &trouble {
            None => "embedded".to_owned(),
            Some(None) => "on a Qdrant server, which answers".to_owned(),
            Some(Some((reason, seconds))) => format!("on a Qdrant server that cannot be used for {seconds} s: {reason}"),
        };
        IndexState { serves: !matches!(trouble, Some(Some(_))), words }
    }

    /// Asks the server of the index for its version; `None` for an index in this process.
    ///
    /// # Errors
    /// [`Error::Index`] says why it cannot be used.
    pub async fn index_version(&self) -> Result<Option<String>> {
        match self.inner.index.server() {
            Some(server) => server.version().await.map(Some),
            None => Ok(None),
        }
    }

    /// How many passages the workspace's open index holds.
    #[must_use]
    pub fn indexed(&self, workspace: WorkspaceId) -> usize {
        self.inner.index.slot(workspace).shard.try_read().and_then(|shard| shard.as_ref().map(index::Shard::len)).unwrap_or(0)
    }

    /// The revision of a workspace's passages: another one whenever they change.
    ///
    /// # Errors
    /// The record's.
    pub async fn revision(&self, workspace: WorkspaceId) -> Result<i64> {
        revision::now(self.chat().store(), workspace).await
    }

    /// The revision that the workspace's index is in step with.
    #[must_use]
    pub fn searched(&self, workspace: WorkspaceId) -> Option<i64> {
        self.inner.index.revision(workspace)
    }

    /// Its configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    pub(crate) fn chat(&self) -> &Chat {
        &self.inner.chat
    }

    pub(crate) fn index(&self) -> &Index {
        &self.inner.index
    }

    pub(crate) fn embedder(&self) -> Option<&Embedder> {
        self.inner.embedder.as_ref()
    }

    pub(crate) fn reranker(&self) -> Option<&Reranker> {
        self.inner.reranker.as_ref()
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.inner.outbound
    }

    pub(crate) fn pace(&self) -> &crawl::Pace {
        &self.inner.pace
    }

    pub(crate) fn known_limits(&self) -> &KnownLimits {
        &self.inner.limits
    }

    pub(crate) fn known_twins(&self) -> &KnownTwins {
        &self.inner.twins
    }

    /// The model an index is made with; its size is 0 while it has not answered.
    pub(crate) async fn model(&self) -> Option<(String, usize)> {
        match self.embedder() {
            Some(embedder) => Some((embedder.name(), embedder.size().await)),
            None => None,
        }
    }
}

/// A sentence for the operator.
fn invalid(text: String) -> Error {
    Error::Invalid(text.into())
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Knowledge").field("own_index", &self.owns_index()).finish_non_exhaustive()
    }
}
