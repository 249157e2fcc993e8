//! One workspace's index: qdrant's segment engine in a folder. Every call blocks.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use chat::{Audience, LibraryId};
use qdrant_edge::{
    AnyVariants, Condition, CreateIndex, Distance, EdgeConfig, EdgeConfigBuilder, EdgeShard, EdgeSparseVectorParamsBuilder,
    EdgeVectorParams, FieldCondition, FieldIndexOperations, Filter, JsonPath, Match, MatchAny, Modifier, NamedQuery, PayloadFieldSchema,
    PayloadSchemaType, PointId, PointInsertOperations, PointOperations, PointStruct, QueryEnum, Range, ScalarQuantizationConfig,
    ScalarType, ScrollRequest, SearchParams, SearchRequest, SparseVector, UpdateOperation, Vector, VectorInternal, VectorStructInternal,
    Vectors, WalOptions, WithPayloadInterface, WithVector, external::ordered_float::OrderedFloat,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    stats::{Known, Stats},
    weights::Counts,
};
use crate::{
    Error, Result,
    passage::Kind,
    release::{At, Span},
    words,
};

/// Bytes that must be free before the engine may write: two segments of its log and one of its pages.
const ROOM: u64 = 64 << 20;

const WORDS: &str = "words";
const MEANING: &str = "meaning";

/// Points that may be taken out before an index is worth building anew, beside as many as it holds.
const SPARE: usize = 5_000;

/// What an index is made with; one made with another recipe is rebuilt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    words: u32,
    layout: u32,
    /// Model of the vectors and their size; `None` without vectors, size 0 while the model has not answered yet.
    pub(crate) model: Option<(String, usize)>,
}

impl Recipe {
    /// For this version of Warbler.
    pub(crate) fn new(model: Option<(String, usize)>) -> Self {
        Self { words: words::VERSION, layout: LAYOUT, model }
    }

    /// Whether an index made with this recipe can be used where `wanted` is asked for.
    fn fits(&self, wanted: &Self) -> bool {
        let model = match (&self.model, &wanted.model) {
            (Some((ours, _)), Some((theirs, 0))) => ours == theirs,
            (ours, theirs) => ours == theirs,
        };
        self.words == wanted.words && self.layout == wanted.layout && model
    }
}

/// The last release of a passage that is knowledge of today: more than there will ever be, and exact as a float.
const TODAY: i64 = 1 << 40;

/// Raised whenever what is stored with a passage changes.
const LAYOUT: u32 = 6;

/// Vectors that are looked at on the way through their graph: among 100,000 fewer miss more than one in fifty of the nearest.
const WIDTH: usize = 400;

/// Written when everything is on disk, removed before anything changes: without it the index is rebuilt.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    recipe: Recipe,
    average_length: f32,
    revision: i64,
    points: usize,
    removed: usize,
}

/// A passage as the index holds it.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub id: Uuid,
    pub document: Uuid,
    pub library: LibraryId,
    pub audience: Audience,
    pub span: Span,
    pub kind: Kind,
    pub counts: Counts,
    pub meaning: Option<Vec<f32>>,
    /// It should have a vector, but the model did not answer.
    pub pending: bool,
}

/// A passage that was found.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    pub id: Uuid,
    pub document: Uuid,
    pub kind: Kind,
    pub score: f64,
}

/// Who asks, and where to look: applied before anything is ranked.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub audience: Audience,
    pub libraries: Vec<LibraryId>,
    /// Knowledge of today, or of a release.
    pub at: At,
    /// Every passage is compared; for measuring what the graph of vectors misses.
    pub exact: bool,
}

impl Scope {
    /// Of a question.
    pub(crate) fn of(query: &crate::Query, at: At, exact: bool) -> Self {
        Self { audience: query.audience, libraries: query.libraries.clone(), at, exact }
    }
}

pub(crate) struct Shard {
    engine: EdgeShard,
    folder: PathBuf,
    recipe: Recipe,
    average_length: f32,
    pub(crate) revision: i64,
    pub(crate) stats: Stats,
    /// Points that were taken out since it was built; the engine keeps their room.
    removed: usize,
}

impl Shard {
    /// Opens an index that was sealed with a fitting recipe; `None` when it must be built anew.
    pub(crate) fn open(folder: &Path, recipe: &Recipe) -> Option<Self> {
        let seal = seal(folder)?;
        if !seal.recipe.fits(recipe) || room(folder).is_err() {
            return None;
        }
        let engine = EdgeShard::load(folder, Some(config(&seal.recipe))).ok()?;
        let mut shard = Self {
            engine,
            folder: folder.to_owned(),
            recipe: seal.recipe,
            average_length: seal.average_length,
            revision: seal.revision,
            stats: Stats::default(),
            removed: seal.removed,
        };
        shard.read_stats().ok()?;
        // Fewer than were sealed: a segment is gone.
        (shard.len() == seal.points).then_some(shard)
    }

    /// Whether it can be used where this recipe is asked for.
    pub(crate) fn fits(&self, recipe: &Recipe) -> bool {
        self.recipe.fits(recipe)
    }

    /// An empty index in place of whatever is there.
    pub(crate) fn create(folder: &Path, recipe: Recipe, average_length: f32) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        room(folder)?;
        let engine = EdgeShard::new(folder, config(&recipe)).map_err(broken)?;
        for field in ["library", "audience"] {
            let schema = PayloadFieldSchema::FieldType(PayloadSchemaType::Keyword);
            let index = CreateIndex { field_name: path(field), field_schema: Some(schema) };
            engine.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index))).map_err(broken)?;
        }
        for field in ["since", "last"] {
            let schema = PayloadFieldSchema::FieldType(PayloadSchemaType::Integer);
            let index = CreateIndex { field_name: path(field), field_schema: Some(schema) };
            engine.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index))).map_err(broken)?;
        }
        Ok(Self { engine, folder: folder.to_owned(), recipe, average_length, revision: -1, stats: Stats::default(), removed: 0 })
    }

    /// Whether it should be built anew: passages have become so much longer or shorter that their weights are wrong, or more
    /// was taken out than is in it.
    pub(crate) fn is_worn(&self) -> bool {
        let now = self.stats.average_length();
        if self.removed > self.len() + SPARE {
            return true;
        }
        !self.stats.points.is_empty() && (now > self.average_length * 1.15 || now < self.average_length / 1.15)
    }

    /// Adds passages, or replaces those of the same id.
    pub(crate) fn put(&mut self, points: &[Point]) -> Result<()> {
        room(&self.folder)?;
        self.unseal()?;
        let known: Vec<Uuid> = points.iter().map(|point| point.id).filter(|id| self.stats.points.contains_key(id)).collect();
        self.forget(&known)?;
        let rows = points.iter().map(|point| self.row(point)).collect::<Result<Vec<_>>>()?;
        let insert = PointInsertOperations::PointsList(rows.into_iter().map(Into::into).collect());
        self.engine.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert))).map_err(broken)?;
        for point in points {
            let known = Known {
                document: point.document,
                kind: point.kind,
                audience: point.audience,
                span: point.span,
                length: point.counts.length,
                pending: point.pending,
            };
            self.stats.add(point.id, known, point.counts.terms.iter().map(|(dimension, _)| *dimension));
        }
        Ok(())
    }

    /// Removes passages.
    pub(crate) fn remove(&mut self, ids: &[Uuid]) -> Result<()> {
        room(&self.folder)?;
        self.unseal()?;
        self.forget(ids)?;
        let ids = ids.iter().copied().map(PointId::Uuid).collect();
        self.engine.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids })).map_err(broken)
    }

    /// Everything is on disk and in step with the record's `revision`.
    pub(crate) fn seal(&mut self, revision: i64) -> Result<()> {
        self.engine.flush();
        self.revision = revision;
        let seal =
            Seal { recipe: self.recipe.clone(), average_length: self.average_length, revision, points: self.len(), removed: self.removed };
        let text = serde_json::to_vec(&seal).map_err(|error| Error::Index(error.to_string()))?;
        let fresh = self.folder.join("seal.new");
        fs::write(&fresh, text)?;
        fs::rename(fresh, seal_path(&self.folder))?;
        Ok(())
    }

    /// Whether it has vectors of meaning.
    pub(crate) fn has_vectors(&self) -> bool {
        self.recipe.model.as_ref().is_some_and(|(_, size)| *size > 0)
    }

    /// Merges small segments and builds the graph of vectors; worth it after large changes.
    pub(crate) fn optimize(&self) -> Result<()> {
        self.engine.optimize().map_err(broken)?;
        Ok(())
    }

    /// Ids that are here and should not be, or have another audience or other releases; and those that should be and are not.
    pub(crate) fn difference(&self, wanted: &HashMap<Uuid, (Audience, Span)>) -> (Vec<Uuid>, Vec<Uuid>) {
        let here = |id: &Uuid| self.stats.points.get(id).map(|known| (known.audience, known.span));
        let stale = self.stats.points.keys().filter(|id| here(id).as_ref() != wanted.get(id)).copied().collect();
        let missing = wanted.iter().filter(|(id, right)| here(id).as_ref() != Some(right)).map(|(id, _)| *id).collect();
        (stale, missing)
    }

    /// Passages that wait for their vector.
    pub(crate) fn pending(&self) -> Vec<Uuid> {
        self.stats.points.iter().filter(|(_, known)| known.pending).map(|(id, _)| *id).collect()
    }

    /// How many passages it holds.
    pub(crate) fn len(&self) -> usize {
        self.stats.points.len()
    }

    /// The best passages by words. `query` holds each word once, with how often it was asked.
    pub(crate) fn by_words(&self, query: &Counts, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        let (indices, values): (Vec<u32>, Vec<f32>) =
            query.terms.iter().filter(|(dimension, _)| self.stats.knows(*dimension)).copied().unzip();
        if indices.is_empty() {
            return Ok(Vec::new());
        }
        self.search(VectorInternal::Sparse(SparseVector { indices, values }), WORDS, scope, limit)
    }

    /// The nearest passages by meaning.
    pub(crate) fn by_meaning(&self, query: Vec<f32>, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        self.search(VectorInternal::Dense(query), MEANING, scope, limit)
    }

    /// The words of passages, as dimensions.
    pub(crate) fn dimensions(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<u32>>> {
        let ids: Vec<PointId> = ids.iter().copied().map(PointId::Uuid).collect();
        let records = self
            .engine
            .retrieve(&ids, Some(WithPayloadInterface::Bool(false)), Some(WithVector::Selector(vec![WORDS.into()])))
            .map_err(broken)?;
        Ok(records.into_iter().filter_map(|record| Some((uuid(record.id)?, sparse(record.vector)?))).collect())
    }

    fn search(&self, vector: VectorInternal, using: &str, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::new(vector, using)),
            filter: filter(scope, self.stats.is_of_today()),
            params: Some(SearchParams { exact: scope.exact, hnsw_ef: Some(WIDTH), ..SearchParams::default() }),
            limit,
            offset: 0,
            // What is needed of a point is in memory: the engine would read it from disk.
            with_payload: None,
            with_vector: None,
            score_threshold: None,
        };
        let found = self.engine.search(request).map_err(broken)?;
        let scored = found.into_iter().filter_map(|point| {
            let id = uuid(point.id)?;
            let known = self.stats.points.get(&id)?;
            Some(Scored { id, document: known.document, kind: known.kind, score: f64::from(point.score) })
        });
        Ok(scored.collect())
    }

    fn row(&self, point: &Point) -> Result<PointStruct> {
        let (indices, values) = point.counts.weights(self.average_length);
        let mut vectors: Vec<(&str, Vector)> = vec![(WORDS, Vector::new_sparse(indices, values).map_err(broken)?)];
        if let (Some(meaning), Some((_, size))) = (&point.meaning, &self.recipe.model)
            && meaning.len() == *size
            && *size > 0
        {
            vectors.push((MEANING, Vector::new_dense(meaning.clone())));
        }
        let payload = json!({
            "document": point.document.to_string(), "library": point.library.text(), "audience": point.audience.text(),
            "kind": point.kind.text(), "length": point.counts.length, "pending": point.pending,
            "since": point.span.since, "last": point.span.last.unwrap_or(TODAY),
        });
        Ok(PointStruct::new(PointId::Uuid(point.id), Vectors::from(vectors), payload))
    }

    fn forget(&mut self, ids: &[Uuid]) -> Result<()> {
        self.removed += ids.len();
        for (id, dimensions) in self.dimensions(ids)? {
            self.stats.subtract(id, &dimensions);
        }
        Ok(())
    }

    fn unseal(&self) -> Result<()> {
        match fs::remove_file(seal_path(&self.folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn read_stats(&mut self) -> Result<()> {
        let mut offset = None;
        loop {
            let request = ScrollRequest {
                offset,
                limit: Some(2_000),
                with_payload: Some(WithPayloadInterface::Bool(true)),
                with_vector: WithVector::Selector(vec![WORDS.into()]),
                ..ScrollRequest::default()
            };
            let (records, next) = self.engine.scroll(request).map_err(broken)?;
            for record in records {
                let payload = record.payload.unwrap_or_default().0;
                let text = |key: &str| payload.get(key).and_then(|value| value.as_str()).unwrap_or_default();
                let (Some(id), Ok(document)) = (uuid(record.id), Uuid::try_parse(text("document"))) else { continue };
                let known = Known {
                    document,
                    kind: Kind::parse(text("kind")),
                    audience: crate::passage::audience(text("audience")),
                    length: payload
                        .get("length")
                        .and_then(serde_json::Value::as_u64)
                        .and_then(|length| u32::try_from(length).ok())
                        .unwrap_or(0),
                    pending: payload.get("pending").and_then(serde_json::Value::as_bool).unwrap_or(false),
                    span: Span {
                        since: payload.get("since").and_then(serde_json::Value::as_i64).unwrap_or(1),
                        last: payload.get("last").and_then(serde_json::Value::as_i64).filter(|last| *last != TODAY),
                    },
                };
                self.stats.add(id, known, sparse(record.vector).unwrap_or_default().into_iter());
            }
            match next {
                Some(next) => offset = Some(next),
                None => return Ok(()),
            }
        }
    }
}

/// The revision a sealed folder is in step with.
pub(crate) fn sealed_revision(folder: &Path) -> Option<i64> {
    seal(folder).map(|seal| seal.revision)
}

fn seal(folder: &Path) -> Option<Seal> {
    serde_json::from_slice(&fs::read(seal_path(folder)).ok()?).ok()
}

fn seal_path(folder: &Path) -> PathBuf {
    folder.join("seal.json")
}

/// The engine writes through mapped files: where the disk is full, that would end the process.
fn room(folder: &Path) -> Result<()> {
    let free = fs4::available_space(folder)?;
    match free < ROOM {
        true => Err(Error::Index(format!("its disk has only {} MiB left, make room for {} MiB", free >> 20, ROOM >> 20))),
        false => Ok(()),
    }
}

fn config(recipe: &Recipe) -> EdgeConfig {
    let wal = WalOptions { segment_capacity: 16 << 20, ..WalOptions::default() };
    let words = EdgeSparseVectorParamsBuilder::new().modifier(Modifier::Idf).on_disk(false).build();
    // In memory it would be 32 MiB of pages from the first passage on.
    let mut config = EdgeConfigBuilder::new().on_disk_payload(true).sparse_vector(WORDS, words).wal_options(wal);
    if let Some((_, size @ 1..)) = &recipe.model {
        // The way through the graph is walked on bytes, a quarter of the memory; what it finds is compared as it is.
        let bytes = ScalarQuantizationConfig { r#type: ScalarType::Int8, quantile: Some(0.99), always_ram: Some(true) };
        let meaning = EdgeVectorParams::builder(*size, Distance::Cosine).quantization_config(bytes.into()).build();
        config = config.vector(MEANING, meaning);
    }
    config.build()
}

fn filter(scope: &Scope, all_of_today: bool) -> Option<Filter> {
    let between = |key: &str, from: Option<i64>, to: Option<i64>| {
        let number = |n: i64| OrderedFloat(n as f64);
        let range = Range { lt: None, gt: None, gte: from.map(number), lte: to.map(number) };
        Condition::Field(FieldCondition::new_range(path(key), range))
    };
    let is = |key: &str, values: Vec<String>| {
        let any = MatchAny { any: AnyVariants::Strings(values.into_iter().collect()) };
        Condition::Field(FieldCondition::new_match(path(key), Match::Any(any)))
    };
    let mut must = Vec::new();
    if scope.audience == Audience::All {
        must.push(is("audience", vec![Audience::All.text().to_owned()]));
    }
    if !scope.libraries.is_empty() {
        must.push(is("library", scope.libraries.iter().map(LibraryId::text).collect()));
    }
    match scope.at {
        At::Today if all_of_today => {}
        At::Today => must.push(between("last", Some(TODAY), None)),
        At::Release(number) => {
            must.push(between("since", None, Some(number)));
            must.push(between("last", Some(number), None));
        }
    }
    (!must.is_empty()).then(|| Filter { should: None, min_should: None, must: Some(must), must_not: None })
}

fn path(key: &str) -> JsonPath {
    JsonPath { first_key: key.to_owned(), rest: Vec::new() }
}

fn uuid(id: PointId) -> Option<Uuid> {
    match id {
        PointId::Uuid(uuid) => Some(uuid),
        PointId::NumId(_) => None,
    }
}

fn sparse(vector: Option<VectorStructInternal>) -> Option<Vec<u32>> {
    let VectorStructInternal::Named(mut named) = vector? else { return None };
    match named.remove(WORDS)? {
        VectorInternal::Sparse(sparse) => Some(sparse.indices),
        _ => None,
    }
}

fn broken(error: qdrant_edge::OperationError) -> Error {
    Error::Index(error.to_string())
}
