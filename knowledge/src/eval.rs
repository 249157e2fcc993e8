//! How well search finds what is known to be right: a folder of `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`, through the
//! product's own import and search, in a workspace of its own; and how well labels are told.

mod labels;
mod metrics;
mod scope;

use std::{collections::HashMap, path::Path};

use chat::{Chat, DocumentId, LibraryId, WorkspaceId, workspace};
use serde::Deserialize;

pub use labels::{Labels, has_labels, labels};
pub use metrics::Report;
pub use scope::{Point, Scope};

use crate::{Config, Error, Found, Hit, Knowledge, Legs, Query, Reader, Result, Upload, Way, document, library, release::At, source};
use metrics::Tally;
use scope::Outcome;

/// Documents that count in a ranking.
const RANKS: usize = 10;

#[derive(Debug, Deserialize)]
struct Asked {
    id: String,
    text: String,
    /// The document that is the question itself.
    #[serde(rename = "self")]
    own: Option<String>,
    /// Whether the library answers it; unsaid: what judgements say.
    in_scope: Option<bool>,
}

/// The figures of one way of searching.
#[derive(Debug)]
pub struct Measured {
    /// By what was searched.
    pub legs: Legs,
    /// How good the lists are.
    pub report: Report,
    /// What confidence would have answered, over all questions, those out of scope too.
    pub scope: Scope,
}

/// Questions, and which documents answer them.
#[derive(Debug)]
pub struct Set {
    asked: Vec<Asked>,
    /// Question → document → grade.
    relevant: HashMap<String, HashMap<String, f64>>,
}

/// A set's documents in a library.
#[derive(Debug)]
pub struct Shelf {
    /// The library.
    pub library: LibraryId,
    /// What the documents are called in the set.
    pub names: HashMap<DocumentId, String>,
}

/// A way of searching while it is measured.
struct Measure {
    legs: Legs,
    tally: Tally,
    outcomes: Vec<Outcome>,
}

/// Measures each way of searching over the folder: by words, and with a model by meaning and by both. `chat` must be a record that may be thrown away; `progress` is told questions done and in all.
///
/// # Errors
/// [`Error::Invalid`] when a file is missing or broken.
pub async fn run(chat: &Chat, config: Config, dir: &Path, progress: &(dyn Fn(u64, u64) + Send + Sync)) -> Result<Vec<Measured>> {
    let set = Set::read(dir)?;
    let legs: &[Legs] = if config.embeddings.enabled() { &[Legs::Words, Legs::Meaning, Legs::Both] } else { &[Legs::Words] };
    let mut ways: Vec<Measure> = legs.iter().map(|legs| Measure { legs: *legs, tally: Tally::default(), outcomes: Vec::new() }).collect();
    let knowledge = Knowledge::throwaway(config, chat.clone()).await?;
    let place: WorkspaceId = chat.id();
    workspace::create(chat.store(), place, "Evaluation", chat.now()).await?;
    let shelf = Shelf::of(&knowledge, place, dir).await?;

    let all: Vec<&Asked> = set.asked.iter().filter(|asked| asked.in_scope == Some(false) || set.relevant.contains_key(&asked.id)).collect();
    for (n, asked) in all.iter().enumerate() {
        // One more: the question's own document is left out afterwards.
        let query = Query {
            text: asked.text.clone(),
            reader: Reader::Anyone,
            libraries: Some(vec![shelf.library]),
            limit: RANKS + 1,
            locale: String::new(),
        };
        for way in &mut ways {
            let found = knowledge.search_with(place, &query, At::Today, Way { legs: way.legs, per_document: 1, exact: false }).await?;
            way.add(asked, &found, &shelf.names, set.relevant.get(&asked.id));
        }
        progress(n as u64 + 1, all.len() as u64);
    }
    let measured = ways.into_iter().map(|way| Measured { legs: way.legs, report: way.tally.report(), scope: scope::scope(&way.outcomes) });
    Ok(measured.collect())
}

impl Set {
    /// The set in a folder.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a file is missing or broken.
    pub fn read(dir: &Path) -> Result<Self> {
        Ok(Self { asked: lines(&read(dir, "queries.jsonl")?)?, relevant: judgements(&read(dir, "qrels.tsv")?) })
    }

    /// The questions that documents answer and that are no document themselves; of each, these documents.
    pub fn questions(&self) -> impl Iterator<Item = (&str, &HashMap<String, f64>)> {
        self.asked.iter().filter(|asked| asked.own.is_none()).filter_map(|asked| Some((asked.text.as_str(), self.relevant.get(&asked.id)?)))
    }
}

impl Shelf {
    /// Takes a folder's documents into a library of their own.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the corpus is missing or broken.
    pub async fn of(knowledge: &Knowledge, place: WorkspaceId, dir: &Path) -> Result<Self> {
        let library = library::create(knowledge.chat(), place, "Evaluation").await?.id;
        knowledge.import(place, library, Upload::path(dir.join("corpus.jsonl")), &|_| {}).await?;
        knowledge.ready(place).await?;
        Ok(Self { library, names: names(knowledge, place).await? })
    }
}

impl Measure {
    /// Adds what was found for a question, given what would be right.
    fn add(&mut self, asked: &Asked, found: &Found, names: &HashMap<DocumentId, String>, grades: Option<&HashMap<String, f64>>) {
        let named = found.hits.iter().filter_map(|hit| Some((names.get(&hit.passage.document)?.as_str(), hit)));
        let named: Vec<(&str, &Hit)> = named.filter(|(name, _)| Some(*name) != asked.own.as_deref()).take(RANKS).collect();
        let sure = named.iter().filter(|(_, hit)| hit.kept).max_by(|(_, a), (_, b)| a.confidence.total_cmp(&b.confidence));
        self.outcomes.push(Outcome {
            in_scope: asked.in_scope.unwrap_or(grades.is_some()),
            confidence: sure.map_or(0.0, |(_, hit)| hit.confidence),
            right: sure.is_some_and(|(name, _)| grades.is_some_and(|grades| grades.contains_key(*name))),
        });
        if let Some(grades) = grades {
            let ranked: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
            self.tally.add(&ranked, grades, found.took_us);
        }
    }
}

async fn names(knowledge: &Knowledge, place: WorkspaceId) -> Result<HashMap<DocumentId, String>> {
    let mut names = HashMap::new();
    for source in source::list(knowledge.chat().store(), place, None).await? {
        let known = document::known(knowledge.chat().store(), place, source.id).await?;
        names.extend(known.into_iter().map(|(name, (id, _))| (id, name)));
    }
    Ok(names)
}

fn read(dir: &Path, name: &str) -> Result<String> {
    let path = dir.join(name);
    std::fs::read_to_string(&path).map_err(|error| Error::Invalid(format!("{} cannot be read: {error}", path.display()).into()))
}

fn lines(text: &str) -> Result<Vec<Asked>> {
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Error::Invalid(format!("queries.jsonl, line {}: {error}", n + 1).into()))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

/// Question → document → grade; the head row and grades of 0 are left out.
fn judgements(text: &str) -> HashMap<String, HashMap<String, f64>> {
    let mut all: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in text.lines() {
        let mut cells = line.split('\t');
        if let (Some(question), Some(document), Some(Ok(grade))) =
            (cells.next(), cells.next(), cells.next().map(|grade| grade.trim().parse::<f64>()))
            && grade > 0.0
        {
            all.entry(question.to_owned()).or_default().insert(document.to_owned(), grade);
        }
    }
    all
}
