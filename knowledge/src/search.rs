//! Search: a question in, passages out, best first, each with how sure it is to answer and why it was kept or not.

mod cluster;
mod confidence;
mod grams;
mod group;
mod opinion;
mod order;
mod reach;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chat::{DocumentId, LibraryId, WorkspaceId};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Error, Knowledge, Reader, Result,
    embed::Scale,
    index::{Counts, Scope, Slot, blocking},
    passage::{self, Kind, Passage},
    release::At,
    revision,
};
pub(crate) use cluster::clusters;
use confidence::{Evidence, SAME, sureness};
use group::{Group, Ranked};
use order::{AGAIN, Asked};
pub(crate) use reach::Limited;

/// What is asked, by whom, and where to look.
#[derive(Clone, Debug)]
pub struct Query {
    /// The question.
    pub text: String,
    /// Who asks: nothing that is not for them is found.
    pub reader: Reader,
    /// Libraries to look in; `None` means all.
    pub libraries: Option<Vec<LibraryId>>,
    /// Passages that are returned, at most.
    pub limit: usize,
    /// The asker's language.
    pub locale: String,
}

/// A way of searching that is not the usual one: for measuring.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// By what.
    pub legs: Legs,
    /// Compares every passage by meaning instead of following the graph of vectors.
    pub exact: bool,
    /// Passages of one document in a list; 0: as usual.
    pub per_document: usize,
}

/// By what passages are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legs {
    /// By words and, if there is a model, by meaning.
    #[default]
    Both,
    /// By words alone.
    Words,
    /// By meaning alone.
    Meaning,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Found {
    /// Kept and rejected, best first.
    pub hits: Vec<Hit>,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// The revision of the passages that was asked for.
    pub revision: i64,
}

/// A passage that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// The passage; for a question met in other words, the passage that answers it.
    pub passage: Passage,
    /// The other wording that was met, if it was one.
    pub matched: Option<String>,
    /// Score by words (BM25; an entry with several wordings adds them up).
    pub lexical: f64,
    /// Similarity by meaning, −1 to 1, when an embedding model was asked.
    pub vector: Option<f64>,
    /// Score of the order: words and meaning together.
    pub fused: f64,
    /// What the rerank endpoint said, in its own scale, when one was asked.
    pub reranked: Option<f64>,
    /// How likely the passage answers, 0 to 1, measured.
    pub confidence: f64,
    /// Whether an answer may rest on it.
    pub kept: bool,
    /// Why it was kept or not; the name of a translation.
    pub why: String,
}

/// Longest question that is searched with, in characters.
const LONGEST: usize = 2_000;
/// Below this confidence nothing may rest on a passage.
const FLOOR: f64 = 0.12;
/// A passage with less than this share of the best one's score is beside the point.
const NEAR: f64 = 0.45;
/// Passages of one document in a list.
const PER_DOCUMENT: usize = 3;
/// How long a question waits for passages that changed just now.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long it waits for an index that has to be built first.
const BUILDING: Duration = Duration::from_secs(20);

impl Knowledge {
    /// Finds the passages that may answer a question.
    ///
    /// # Errors
    /// [`crate::Error::Index`] or [`crate::Error::Record`]; then nothing is known, and an answer must not be made up.
    pub async fn search(&self, workspace: WorkspaceId, query: &Query) -> Result<Found> {
        self.search_at(workspace, query, At::Today).await
    }

    /// The same in the passages that a release was frozen with.
    ///
    /// # Errors
    /// As [`Knowledge::search`].
    pub async fn search_at(&self, workspace: WorkspaceId, query: &Query, at: At) -> Result<Found> {
        self.search_with(workspace, query, at, Way::default()).await
    }

    /// The same in another way.
    ///
    /// # Errors
    /// As [`Knowledge::search`].
    pub async fn search_with(&self, workspace: WorkspaceId, query: &Query, at: At, way: Way) -> Result<Found> {
        self.search_within(workspace, query, at, way, None).await
    }

    /// The same in some documents alone; `None`: in all.
    pub(crate) async fn search_within(
        &self,
        workspace: WorkspaceId,
        query: &Query,
        at: At,
        way: Way,
        documents: Option<Arc<HashSet<DocumentId>>>,
    ) -> Result<Found> {
        let (legs, per_document) = (way.legs, if way.per_document == 0 { PER_DOCUMENT } else { way.per_document });
        let started = std::time::Instant::now();
        let text: String = query.text.chars().take(LONGEST).collect();
        let slot = self.index().slot(workspace);
        // The model reads the question while the record is asked what holds.
        let (meaning, known) = tokio::join!(self.vector(&text, legs), self.known(workspace, &query.reader));
        let (revision, closed) = known?;
        if query.libraries.as_ref().is_some_and(|libraries| libraries.iter().all(|library| closed.contains(library))) {
            return Ok(Found { revision, ..Found::default() });
        }
        let (reader, libraries) = (query.reader.clone(), query.libraries.clone());
        let scope = Scope { reader, libraries, closed, documents, at, exact: way.exact };
        let asked = (text.as_str(), meaning.as_deref());
        let found = self.candidates(&slot, asked, &scope, (query.limit, legs, revision)).await;
        let (ranked, groups) = match found {
            Err(Error::Index(_)) if self.moved(workspace).await => {
                self.candidates(&slot, asked, &scope, (query.limit, legs, revision)).await?
            }
            found => found?,
        };
        let hits = if groups.is_empty() {
            Vec::new()
        } else {
            let passages = self.readable(workspace, &groups, &scope).await?;
            let most = self.reranker().map_or(query.limit, |reranker| reranker.top().max(query.limit));
            let hits = self.hits(workspace, &slot, &text, (Candidates { ranked, groups, passages, per_document }, &scope), most).await?;
            let mut hits = self.second_opinion(&text, hits).await;
            hits.truncate(query.limit);
            self.unlink(workspace, revision, &mut hits).await?;
            hits
        };
        Ok(Found { hits, took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX), revision })
    }

    /// The vector of a question, where it is searched by meaning and a model gives one.
    async fn vector(&self, text: &str, legs: Legs) -> Option<Vec<f32>> {
        self.embedder().filter(|_| legs != Legs::Words)?.question(text).await
    }

    /// The revision that is searched, and the libraries that are not for the reader then.
    async fn known(&self, workspace: WorkspaceId, reader: &Reader) -> Result<(i64, Vec<LibraryId>)> {
        let revision = self.freshen(workspace).await;
        Ok((revision, self.closed(workspace, reader, revision).await?))
    }

    /// Waits a little for changes to be indexed; what is not there by then is found a moment later.
    async fn freshen(&self, workspace: WorkspaceId) -> i64 {
        let Ok(revision) = revision::now(self.chat().store(), workspace).await else { return 0 };
        let known = self.index().slot(workspace).shard.try_read().map(|shard| shard.as_ref().map(|shard| shard.revision));
        if known == Some(Some(revision)) || revision == 0 {
            return revision;
        }
        let knowledge = self.clone();
        let keeping = tokio::spawn(async move { knowledge.ready(workspace).await });
        let patience = if known == Some(None) { BUILDING } else { PATIENCE };
        if let Ok(Ok(Err(error))) = tokio::time::timeout(patience, keeping).await
            // A server that is away was told of once.
            && self.index().server().is_none_or(|server| server.trouble().is_none())
        {
            tracing::warn!(workspace.id = %workspace, %error, "a search uses the index as it is");
        }
        revision
    }

    /// An index on a server may have been built anew by another node, or lost: whether there is another one to search in now.
    async fn moved(&self, workspace: WorkspaceId) -> bool {
        if self.index().server().is_none_or(|server| server.trouble().is_some()) {
            return false;
        }
        let knowledge = self.clone();
        let keeping = tokio::spawn(async move { knowledge.ready(workspace).await });
        matches!(tokio::time::timeout(BUILDING, keeping).await, Ok(Ok(Ok(()))))
    }

    /// What the index offers, before anything is read.
    async fn candidates(
        &self,
        slot: &Arc<Slot>,
        (text, meaning): (&str, Option<&[f32]>),
        scope: &Scope,
        (limit, legs, revision): (usize, Legs, i64),
    ) -> Result<(Ranked, Vec<Group>)> {
        // A server that cannot be read must not look like knowledge that holds nothing.
        if let Some(server) = self.index().server()
            && revision > 0
            && slot.shard.try_read().is_some_and(|shard| match shard.as_ref() {
                Some(shard) => shard.revision != revision && server.trouble().is_some(),
                None => true,
            })
        {
            return Err(unread());
        }
        let points = (limit * 30).clamp(200, 1_000);
        let by_words = async {
            let (slot, scope, text) = (slot.clone(), scope.clone(), text.to_owned());
            match legs {
                Legs::Meaning => Ok(Vec::new()),
                _ => {
                    blocking(move || match slot.shard.read().as_ref() {
                        Some(shard) => shard.by_words(&Counts::of(&text), &scope, points),
                        None => Ok(Vec::new()),
                    })
                    .await
                }
            }
        };
        let by_meaning = async {
            let Some(vector) = meaning.map(<[f32]>::to_vec) else { return Ok(Vec::new()) };
            let (slot, scope) = (slot.clone(), scope.clone());
            blocking(move || match slot.shard.read().as_ref() {
                Some(shard) if shard.has_vectors() => shard.by_meaning(vector, &scope, points.min(200)),
                _ => Ok(Vec::new()),
            })
            .await
        };
        let (by_words, by_meaning) = tokio::try_join!(by_words, by_meaning)?;
        let (weight, scale) = self.embedder().map_or((1.0, Scale::default()), |embedder| (embedder.weight(), embedder.scale()));
        let ranked = Ranked { by_words, by_meaning, weight, scale };
        let groups = group::candidates(&ranked, AGAIN.max(limit * 2));
        Ok((ranked, groups))
    }

    /// Reads the passages from the record: what was deleted or switched off a moment ago, or is not for this asker or of this
    /// release, is not shown.
    async fn readable(&self, workspace: WorkspaceId, groups: &[Group], scope: &Scope) -> Result<HashMap<Uuid, Passage>> {
        let ids: Vec<Uuid> = groups.iter().flat_map(|group| group.points.iter().map(|(id, _)| *id)).collect();
        let mut passages = passage::some(self.chat().store(), workspace, &ids).await?;
        passages.retain(|_, passage| scope.holds(passage) && passage.hidden_at.is_none());
        Ok(passages)
    }

    async fn hits(
        &self,
        workspace: WorkspaceId,
        slot: &Arc<Slot>,
        text: &str,
        (found, scope): (Candidates, &Scope),
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let reworded: Vec<DocumentId> =
            found.passages.values().filter(|passage| passage.kind == Kind::Variant).map(|passage| passage.document).collect();
        let mut answers = passage::answers(self.chat().store(), workspace, &reworded, scope.at).await?;
        answers.retain(|_, answer| scope.holds(answer));
        let (slot, text) = (slot.clone(), text.to_owned());
        blocking(move || {
            let shard = slot.shard.read();
            let Some(shard) = shard.as_ref() else { return Ok(Vec::new()) };
            let Candidates { ranked, mut groups, passages, per_document } = found;
            groups.retain(|group| group.points.iter().any(|(id, _)| passages.contains_key(id)));
            Asked::of(&text, &shard.stats).order(&mut groups, &passages);
            let groups = group::best(groups, &ranked, limit, per_document);
            let ids: Vec<Uuid> = groups.iter().flat_map(|group| group.points.iter().map(|(id, _)| *id)).collect();
            let dimensions = shard.dimensions(&ids)?;
            Ok(judged(&groups, &passages, &answers, |mut all, groups| {
                for (evidence, group) in all.iter_mut().zip(groups) {
                    evidence.dimensions = group.points.iter().filter_map(|(id, _)| dimensions.get(id)).flatten().copied().collect();
                    evidence.dimensions.sort_unstable();
                }
                sureness(&text, &shard.stats, &all)
            }))
        })
        .await
    }
}

fn unread() -> Error {
    Error::Index("it could not be read from the server yet; try again".into())
}

/// Entries that may answer, with their passages.
struct Candidates {
    ranked: Ranked,
    groups: Vec<Group>,
    passages: HashMap<Uuid, Passage>,
    per_document: usize,
}

/// Puts passages, evidence and judgement together.
fn judged(
    groups: &[Group],
    passages: &HashMap<Uuid, Passage>,
    answers: &HashMap<DocumentId, Passage>,
    sure: impl Fn(Vec<Evidence<'_>>, Vec<&Group>) -> Vec<f64>,
) -> Vec<Hit> {
    let shown: Vec<(&Group, &Passage)> =
        groups.iter().filter_map(|group| group.points.iter().find_map(|(id, _)| passages.get(id)).map(|best| (group, best))).collect();
    let evidence: Vec<Evidence<'_>> = shown.iter().map(|(group, best)| evidence(group, best, passages)).collect();
    let top = shown.iter().map(|(group, _)| group.words).fold(0.0, f64::max);
    let mut hits: Vec<Hit> = shown
        .iter()
        .zip(sure(evidence, shown.iter().map(|(group, _)| *group).collect()))
        .map(|((group, best), confidence)| {
            let answer = if best.kind == Kind::Variant { answers.get(&best.document) } else { None };
            let near = confidence >= SAME || group.words >= top * NEAR || group.meant_rank < 3;
            let (kept, why) = match (confidence >= FLOOR, near) {
                (true, true) if answer.is_some() => (true, "same_question"),
                (true, true) => (true, "answers"),
                (false, _) => (false, "unsure"),
                (true, false) => (false, "others_better"),
            };
            Hit {
                matched: answer.map(|_| best.text.clone()),
                passage: answer.unwrap_or(best).clone(),
                lexical: group.lexical,
                vector: group.vector(),
                fused: group.fused,
                reranked: None,
                confidence,
                kept,
                why: why.to_owned(),
            }
        })
        .collect();
    // What is asked word for word stands first, whatever else has the same words.
    hits.sort_by_key(|hit| hit.confidence < SAME);
    hits
}

/// What speaks for an entry: its wordings as questions, and how it stands among the others.
fn evidence<'a>(group: &Group, best: &'a Passage, passages: &'a HashMap<Uuid, Passage>) -> Evidence<'a> {
    Evidence {
        document: best.document,
        wordings: order::wordings(group, passages),
        dimensions: Vec::new(),
        best: group.points.first().map_or(0.0, |(_, score)| *score),
        words: group.words,
        alike: group.alike,
        vote: group.vote,
        meant: group.meant,
    }
}
