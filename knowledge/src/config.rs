//! Section `[knowledge]` of the configuration.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::parse::Limits;

/// What is taken in, how it is split, and which model makes vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Bytes of one file or page, at most.
    pub file_bytes: u64,
    /// Documents of one source, at most.
    pub documents: usize,
    /// About how long a passage is, in Latin characters; a Chinese character counts two and a half.
    pub passage_size: usize,
    /// Seconds a page may take to arrive when knowledge is imported from an address.
    pub fetch_seconds: u64,
    /// Whether pages of private networks (an intranet, this machine) may be imported; link-local addresses never.
    pub fetch_private: bool,
    /// Folders of this machine that admins may make sources of, with all below them; none: they may not.
    pub folders: Vec<PathBuf>,
    /// Milliseconds between two fetches of one host in a crawl; a site may ask for more.
    pub crawl_gap_ms: u64,
    /// Meaning beside words; optional.
    pub embeddings: Embeddings,
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
            embeddings: Embeddings::default(),
        }
    }
}

/// An OpenAI-compatible `/embeddings` endpoint.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Embeddings {
    /// Such as `http://127.0.0.1:11434/v1`; empty: search by words alone.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// The key, if the endpoint wants one.
    pub key: String,
    /// Languages the model understands (`en`, `zh`, …); in others the vectors would harm, so words alone decide.
    pub languages: Vec<String>,
    /// How much the order by vector counts against the order by words when questions are compared with questions.
    pub weight: f64,
    /// Texts of one request.
    pub batch: usize,
    /// Seconds a request may take.
    pub seconds: u64,
}

impl Default for Embeddings {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            model: String::new(),
            key: String::new(),
            languages: vec!["en".into()],
            weight: 2.0,
            batch: 32,
            seconds: 20,
        }
    }
}

impl Embeddings {
    /// Whether an endpoint is configured.
    #[must_use]
    pub fn enabled(&self) -> bool {
        !self.base_url.is_empty() && !self.model.is_empty()
    }

    /// Whether the model is to be asked about texts in this language.
    #[must_use]
    pub fn speaks(&self, language: &str) -> bool {
        self.enabled() && self.languages.iter().any(|spoken| spoken == language || spoken == "*")
    }
}

impl fmt::Debug for Embeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embeddings")
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .field("key", &if self.key.is_empty() { "" } else { "***" })
            .field("languages", &self.languages)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        if self.file_bytes == 0 || self.documents == 0 {
            return Err("knowledge.file_bytes and knowledge.documents must be at least 1".into());
        }
        if !(200..=8_000).contains(&self.passage_size) {
            return Err("knowledge.passage_size must be between 200 and 8000 characters".into());
        }
        if self.fetch_seconds == 0 {
            return Err("knowledge.fetch_seconds must be at least 1".into());
        }
        if let Some(folder) = self.folders.iter().find(|folder| !folder.is_absolute() || folder.parent().is_none()) {
            return Err(format!("knowledge.folders: {} must be a full path, and not the root of everything", folder.display()));
        }
        let embeddings = &self.embeddings;
        if embeddings.base_url.is_empty() != embeddings.model.is_empty() {
            return Err("knowledge.embeddings needs both base_url and model, or neither".into());
        }
        if embeddings.enabled() && !(embeddings.base_url.starts_with("http://") || embeddings.base_url.starts_with("https://")) {
            return Err("knowledge.embeddings.base_url must begin with http:// or https://".into());
        }
        if embeddings.enabled() && (embeddings.batch == 0 || embeddings.seconds == 0 || embeddings.weight <= 0.0) {
            return Err("knowledge.embeddings.batch, seconds and weight must be above 0".into());
        }
        Ok(())
    }

    /// What a parser may take in.
    #[must_use]
    pub(crate) fn limits(&self) -> Limits {
        Limits { file_bytes: self.file_bytes, documents: self.documents }
    }
}
