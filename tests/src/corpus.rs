//! The retrieval sets beside the project: a corpus and questions about it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The first `limit` questions of a folder's `queries.jsonl`, evenly spread over the file.
pub fn questions(folder: &Path, limit: usize) -> Result<Vec<String>> {
    let path = folder.join("queries.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let query: Value = serde_json::from_str(line).with_context(|| path.display().to_string())?;
        all.push(query["text"].as_str().context("a query has no text")?.to_owned());
    }
    let step = (all.len() / limit.max(1)).max(1);
    Ok(all.into_iter().step_by(step).take(limit).collect())
}
