//! Passages taken in, and asked for in each way.

use std::{collections::HashSet, path::Path, time::Instant};

use anyhow::{Context as _, Result};
use chat::{Chat, DocumentId, LibraryId, WorkspaceId};
use knowledge::{Found, Knowledge, Legs, Query, Reader, Upload, Way, library, release::At};
use serde_json::{Value, json};

use super::{Corpus, Times};

/// Passages of a list.
const LIMIT: usize = 10;

/// Knowledge with a corpus in it.
#[derive(Debug)]
pub struct Searches<'a> {
    /// What was taken in.
    pub corpus: &'a Corpus,
    /// Where it was taken in.
    pub knowledge: &'a Knowledge,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The library with the few.
    pub few: LibraryId,
}

/// Takes the corpus in, in two libraries; returns the small one's id.
///
/// # Errors
/// Knowledge's.
pub async fn import(corpus: &Corpus, knowledge: &Knowledge, chat: &Chat, workspace: WorkspaceId, folder: &Path) -> Result<LibraryId> {
    let mut few = None;
    for (name, is_few) in [("Many", false), ("Few", true)] {
        let path = folder.join(format!("{name}.jsonl"));
        corpus.write(&path, is_few)?;
        let shelf = library::by_name(chat, workspace, name).await?;
        knowledge.import(workspace, shelf.id, Upload::path(&path), &|_| {}).await?;
        few = Some(shelf.id);
    }
    few.context("no library")
}

impl Searches<'_> {
    /// How fast each way is, over `count` questions: words, meaning, both, and both among the few.
    ///
    /// # Errors
    /// Knowledge's.
    pub async fn times(&self, count: usize, progress: &dyn Fn(u64)) -> Result<Value> {
        let mut told = serde_json::Map::new();
        for (name, legs, few) in [
            ("words", Legs::Words, false),
            ("meaning", Legs::Meaning, false),
            ("both", Legs::Both, false),
            ("both_of_2_percent", Legs::Both, true),
        ] {
            let mut times = Times::default();
            let mut first = 0;
            for n in 0..count {
                let passage = self.passage(n, few);
                let (text, started) = (self.corpus.question(passage), Instant::now());
                let found = self.ask(&text, Way { legs, ..Way::default() }, few).await?;
                times.add(started.elapsed());
                first += usize::from(found.hits.iter().take(LIMIT).any(|hit| hit.passage.title == format!("Passage {passage}")));
                progress(1);
            }
            let mut row = times.told();
            row["found"] = json!(round(first as f64 / count.max(1) as f64));
            told.insert(name.to_owned(), row);
        }
        Ok(told.into())
    }

    /// Share of the exact lists' passages that the usual ones have.
    ///
    /// # Errors
    /// Knowledge's.
    pub async fn recall(&self, count: usize, progress: &dyn Fn(u64)) -> Result<Value> {
        let mut told = serde_json::Map::new();
        for (name, legs, few) in [("meaning", Legs::Meaning, false), ("both", Legs::Both, false), ("both_of_2_percent", Legs::Both, true)] {
            let (mut met, mut all) = (0, 0);
            for n in 0..count {
                let text = self.corpus.question(self.passage(n, few));
                let usual = listed(&self.ask(&text, Way { legs, ..Way::default() }, few).await?);
                let exact = listed(&self.ask(&text, Way { legs, exact: true, ..Way::default() }, few).await?);
                (met, all) = (met + exact.intersection(&usual).count(), all + exact.len());
                progress(1);
            }
            told.insert(name.to_owned(), json!(round(met as f64 / all.max(1) as f64)));
        }
        Ok(told.into())
    }

    /// Spread over all passages, or over the few.
    fn passage(&self, n: usize, few: bool) -> usize {
        let passage = n * 7_919 % self.corpus.passages;
        if few { passage - passage % super::SHARE } else { passage }
    }

    async fn ask(&self, text: &str, way: Way, few: bool) -> Result<Found> {
        let libraries = few.then(|| vec![self.few]);
        let query = Query { text: text.to_owned(), reader: Reader::Anyone, libraries, limit: LIMIT, locale: "en".into() };
        Ok(self.knowledge.search_with(self.workspace, &query, At::Today, way).await?)
    }
}

fn listed(found: &Found) -> HashSet<DocumentId> {
    found.hits.iter().take(LIMIT).map(|hit| hit.passage.document).collect()
}

fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
