//! Section `[knowledge]` of the configuration.

mod place;

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use self::place::Place;
use crate::{parse::Limits, split::SIZES};

/// What is taken in, how it is split, and which model makes vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Bytes of one file or page, at most.
    pub file_bytes: u64,
    /// Documents of one source, at most.
    pub documents: usize,
    /// About how long a passage is, in Latin characters; a Chinese character counts two and a half. Each source may have another.
    pub passage_size: usize,
    /// Seconds a page may take to arrive when knowledge is imported from an address.
    pub fetch_seconds: u64,
    /// Whether pages of private networks (an intranet, this machine) may be imported; link-local addresses never.
    pub fetch_private: bool,
    /// Folders of this machine that admins may make sources of, with all below them; none: they may not.
    pub folders: Vec<PathBuf>,
    /// Milliseconds between two fetches of one host in a crawl; a site may ask for more.
    pub crawl_gap_ms: u64,
    /// Where the search index is.
    pub index: Place,
    /// Meaning beside words; optional.
    pub embeddings: Embeddings,
    /// A second opinion on the order; optional.
    pub rerank: Rerank,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            documents: 200_000,
            passage_size: 1_200,
            fetch_seconds: 20,
            fetch_private: false,
            folders: Vec::new(),
            crawl_gap_ms: 500,
            index: Place::default(),
            embeddings: Embeddings::default(),
            rerank: Rerank::default(),
        }
    }
}

/// A model of meaning: in a folder, or behind an OpenAI-compatible `/embeddings` endpoint.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Embeddings {
    /// A folder with `config.json`, `tokenizer.json` and `model.safetensors`; this process runs the model itself.
    pub folder: String,
    /// Such as `http://127.0.0.1:11434/v1`; with neither this nor a folder the search is by words alone.
    pub base_url: String,
    /// Other addresses of the same model, asked in their order when those before them fail.
    pub spares: Vec<String>,
    /// The model's name.
    pub model: String,
    /// The key, if the endpoint wants one.
    pub key: String,
    /// Languages the model understands (`en`, `zh`, …; `*`); in others the vectors would harm, so words alone decide. Empty: what the
    /// vocabulary of a folder's model shows for each text, and English for an endpoint.
    pub languages: Vec<String>,
    /// What questions begin with for models that were taught so, such as `query: `; empty: what the folder says.
    pub question_prompt: String,
    /// The same of passages.
    pub passage_prompt: String,
    /// How much meaning counts beside words; 1 is what measured best.
    pub weight: f64,
    /// Texts of one request.
    pub batch: usize,
    /// Seconds a request may take.
    pub seconds: u64,
}

impl Default for Embeddings {
    fn default() -> Self {
        Self {
            folder: String::new(),
            base_url: String::new(),
            spares: Vec::new(),
            model: String::new(),
            key: String::new(),
            languages: Vec::new(),
            question_prompt: String::new(),
            passage_prompt: String::new(),
            weight: 1.0,
            batch: 32,
            seconds: 20,
        }
    }
}

impl Embeddings {
    /// The same settings without an endpoint.
    #[must_use]
    pub fn without_endpoint(self) -> Self {
        Self { base_url: String::new(), spares: Vec::new(), model: String::new(), key: String::new(), ..self }
    }

    /// Whether a model is configured.
    #[must_use]
    pub fn enabled(&self) -> bool {
        !self.folder.is_empty() || !self.base_url.is_empty() && !self.model.is_empty()
    }

    fn validate(&self) -> Result<(), String> {
        if !self.folder.is_empty() && !self.base_url.is_empty() {
            return Err("knowledge.embeddings takes a folder or a base_url, not both".into());
        }
        if self.base_url.is_empty() != self.model.is_empty() {
            return Err("knowledge.embeddings needs both base_url and model, or neither".into());
        }
        let strange = |url: &&String| !(url.starts_with("http://") || url.starts_with("https://"));
        if self.enabled() && self.folder.is_empty() && std::iter::once(&self.base_url).chain(&self.spares).any(|url| strange(&url)) {
            return Err("knowledge.embeddings.base_url and each of spares must begin with http:// or https://".into());
        }
        if self.enabled() && (self.batch == 0 || self.seconds == 0 || self.weight <= 0.0) {
            return Err("knowledge.embeddings.batch, seconds and weight must be above 0".into());
        }
        Ok(())
    }
}

impl fmt::Debug for Embeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embeddings")
            .field("folder", &self.folder)
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .field("key", &if self.key.is_empty() { "" } else { "***" })
            .field("languages", &self.languages)
            .finish_non_exhaustive()
    }
}

/// A `/rerank` endpoint as Jina, Cohere and vLLM serve it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rerank {
    /// Such as `http://127.0.0.1:8000/v1`; empty: the order stays what words and meaning say.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// The key, if the endpoint wants one.
    pub key: String,
    /// Passages that are judged, at most.
    pub top: usize,
    /// Milliseconds it may take; then the search goes on without it.
    pub ms: u64,
}

impl Default for Rerank {
    fn default() -> Self {
        Self { base_url: String::new(), model: String::new(), key: String::new(), top: 20, ms: 1_500 }
    }
}

impl Rerank {
    /// Whether an endpoint is configured.
    #[must_use]
    pub fn enabled(&self) -> bool {
        !self.base_url.is_empty() && !self.model.is_empty()
    }

    fn validate(&self) -> Result<(), String> {
        if self.base_url.is_empty() != self.model.is_empty() {
            return Err("knowledge.rerank needs both base_url and model, or neither".into());
        }
        if self.enabled() && !(self.base_url.starts_with("http://") || self.base_url.starts_with("https://")) {
            return Err("knowledge.rerank.base_url must begin with http:// or https://".into());
        }
        if self.enabled() && (!(2..=100).contains(&self.top) || self.ms == 0) {
            return Err("knowledge.rerank.top must be between 2 and 100, and ms above 0".into());
        }
        Ok(())
    }
}

impl fmt::Debug for Rerank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rerank")
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .field("key", &if self.key.is_empty() { "" } else { "***" })
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        if self.file_bytes == 0 || self.documents == 0 {
            return Err("knowledge.file_bytes and knowledge.documents must be at least 1".into());
        }
        if !SIZES.contains(&self.passage_size) {
            return Err(format!("knowledge.passage_size must be between {} and {} characters", SIZES.start(), SIZES.end()));
        }
        if self.fetch_seconds == 0 {
            return Err("knowledge.fetch_seconds must be at least 1".into());
        }
        if let Some(folder) = self.folders.iter().find(|folder| !folder.is_absolute() || folder.parent().is_none()) {
            return Err(format!("knowledge.folders: {} must be a full path, and not the root of everything", folder.display()));
        }
        self.index.validate()?;
        self.embeddings.validate()?;
        self.rerank.validate()?;
        Ok(())
    }

    /// What a parser may take in.
    #[must_use]
    pub(crate) fn limits(&self) -> Limits {
        Limits { file_bytes: self.file_bytes, documents: self.documents }
    }
}
