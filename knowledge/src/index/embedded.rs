//! The engine in this process: qdrant's segments in a folder.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use qdrant_edge::{
    AnyVariants, Condition, CreateIndex, Distance, EdgeConfig, EdgeConfigBuilder, EdgeShard, EdgeSparseVectorParamsBuilder,
    EdgeVectorParams, FieldCondition, FieldIndexOperations, Filter, JsonPath, Match, MatchAny, Modifier, NamedQuery, PayloadFieldSchema,
    PayloadSchemaType, PointId, PointInsertOperations, PointOperations, PointStruct, QuantizationSearchParams, QueryEnum, Range,
    ScalarQuantizationConfig, ScalarType, ScrollRequest, SearchParams, SearchRequest, SparseVector, UpdateOperation, Vector,
    VectorInternal, VectorStructInternal, Vectors, WalOptions, WithPayloadInterface, WithVector, external::ordered_float::OrderedFloat,
};
use uuid::Uuid;

use super::{
    engine::Engine,
    point::{BREADTH, Held, LINKS, MEANING, Must, Probe, QUANTILE, Row, Stored, WIDTH, WORDS},
    recipe::{Recipe, Seal},
};
use crate::{Error, Result};

/// Bytes that must be free before the engine may write: two segments of its log and one of its pages.
const ROOM: u64 = 64 << 20;

/// What the bytes found is put in order by the vectors themselves: bytes alone miss one more in ten of the nearest.
const RESCORE: QuantizationSearchParams = QuantizationSearchParams { ignore: false, rescore: Some(true), oversampling: None };
/// Below so many KiB of vectors the engine compares all of them: its own default.
const FULL_SCAN_KIB: usize = 10_000;

pub(super) struct Embedded {
    engine: EdgeShard,
    folder: PathBuf,
}

impl Embedded {
    /// Opens a folder that was sealed with a fitting recipe; `None` when it must be built anew.
    pub(super) fn open(folder: &Path, recipe: &Recipe) -> Option<(Self, Seal)> {
        let seal = sealed(folder)?;
        if !seal.recipe.fits(recipe) || room(folder).is_err() {
            return None;
        }
        let engine = EdgeShard::load(folder, Some(config(&seal.recipe).ok()?)).ok()?;
        Some((Self { engine, folder: folder.to_owned() }, seal))
    }

    /// An empty one in place of whatever is there.
    pub(super) fn create(folder: &Path, recipe: &Recipe) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        room(folder)?;
        let engine = EdgeShard::new(folder, config(recipe)?).map_err(broken)?;
        let keywords = Stored::KEYWORDS.map(|field| (field, PayloadSchemaType::Keyword));
        let numbers = Stored::NUMBERS.map(|field| (field, PayloadSchemaType::Integer));
        for (field, kind) in keywords.into_iter().chain(numbers) {
            let index = CreateIndex { field_name: path(field), field_schema: Some(PayloadFieldSchema::FieldType(kind)) };
            engine.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index))).map_err(broken)?;
        }
        Ok(Self { engine, folder: folder.to_owned() })
    }

    /// Before anything changes: without its seal the folder is not trusted.
    fn unseal(&self) -> Result<()> {
        room(&self.folder)?;
        match fs::remove_file(seal_path(&self.folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Engine for Embedded {
    fn put(&self, rows: Vec<Row>) -> Result<()> {
        self.unseal()?;
        let rows = rows.into_iter().map(|row| Ok(point(row)?.into())).collect::<Result<Vec<_>>>()?;
        let insert = PointInsertOperations::PointsList(rows);
        self.engine.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert))).map_err(broken)
    }

    fn remove(&self, ids: &[Uuid]) -> Result<()> {
        self.unseal()?;
        let ids = ids.iter().copied().map(PointId::Uuid).collect();
        self.engine.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids })).map_err(broken)
    }

    fn nearest(&self, probe: Probe, must: Vec<Must>, exact: bool, limit: usize) -> Result<Vec<(Uuid, f32)>> {
        let (vector, using) = match probe {
            Probe::Words(indices, values) => (VectorInternal::Sparse(SparseVector { indices, values }), WORDS),
            Probe::Meaning(vector) => (VectorInternal::Dense(vector), MEANING),
        };
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::new(vector, using)),
            filter: filter(must),
            params: Some(SearchParams { exact, hnsw_ef: Some(WIDTH), quantization: Some(RESCORE), ..SearchParams::default() }),
            limit,
            offset: 0,
            // What is needed of a point is in memory: the engine would read it from disk.
            with_payload: None,
            with_vector: None,
            score_threshold: None,
        };
        let found = self.engine.search(request).map_err(broken)?;
        Ok(found.into_iter().filter_map(|point| Some((uuid(point.id)?, point.score))).collect())
    }

    fn some(&self, ids: &[Uuid]) -> Result<Vec<Held>> {
        let ids: Vec<PointId> = ids.iter().copied().map(PointId::Uuid).collect();
        let with = WithVector::Selector(vec![WORDS.into()]);
        let records = self.engine.retrieve(&ids, Some(WithPayloadInterface::Bool(true)), Some(with)).map_err(broken)?;
        Ok(records.into_iter().filter_map(|record| held(record.id, record.payload, record.vector)).collect())
    }

    fn words(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<u32>>> {
        let ids: Vec<PointId> = ids.iter().copied().map(PointId::Uuid).collect();
        let with = WithVector::Selector(vec![WORDS.into()]);
        // Without the fields, which are on disk: every search comes here.
        let records = self.engine.retrieve(&ids, Some(WithPayloadInterface::Bool(false)), Some(with)).map_err(broken)?;
        Ok(records.into_iter().filter_map(|record| Some((uuid(record.id)?, sparse(record.vector)?))).collect())
    }

    fn read(&self, each: &mut dyn FnMut(Held)) -> Result<()> {
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
            records.into_iter().filter_map(|record| held(record.id, record.payload, record.vector)).for_each(&mut *each);
            match next {
                Some(next) => offset = Some(next),
                None => return Ok(()),
            }
        }
    }

    fn count(&self) -> Result<usize> {
        let mut points = 0;
        self.read(&mut |_| points += 1)?;
        Ok(points)
    }

    fn optimize(&self) -> Result<()> {
        self.engine.optimize().map_err(broken)?;
        Ok(())
    }

    fn seal(&self, seal: &Seal) -> Result<()> {
        self.engine.flush();
        let text = serde_json::to_vec(seal).map_err(|error| Error::Index(error.to_string()))?;
        let fresh = self.folder.join("seal.new");
        fs::write(&fresh, text)?;
        fs::rename(fresh, seal_path(&self.folder))?;
        Ok(())
    }

    fn is_shared(&self) -> bool {
        false
    }
}

/// The revision a sealed folder is in step with.
pub(super) fn sealed_revision(folder: &Path) -> Option<i64> {
    sealed(folder).map(|seal| seal.revision)
}

fn sealed(folder: &Path) -> Option<Seal> {
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

fn config(recipe: &Recipe) -> Result<EdgeConfig> {
    let wal = WalOptions { segment_capacity: 16 << 20, ..WalOptions::default() };
    let words = EdgeSparseVectorParamsBuilder::new().modifier(Modifier::Idf).on_disk(false).build();
    // In memory it would be 32 MiB of pages from the first passage on.
    let mut config = EdgeConfigBuilder::new().on_disk_payload(true).sparse_vector(WORDS, words).wal_options(wal);
    if let Some(size) = recipe.size() {
        let bytes = ScalarQuantizationConfig { r#type: ScalarType::Int8, quantile: Some(QUANTILE), always_ram: Some(true) };
        // The engine does not name the type of this part.
        let graph = serde_json::json!({ "m": LINKS, "ef_construct": BREADTH, "full_scan_threshold": FULL_SCAN_KIB });
        let graph = serde_json::from_value(graph).map_err(|error| Error::Index(error.to_string()))?;
        let meaning = EdgeVectorParams::builder(size, Distance::Cosine).hnsw_config(graph).quantization_config(bytes.into()).build();
        config = config.vector(MEANING, meaning);
    }
    Ok(config.build())
}

fn filter(must: Vec<Must>) -> Option<Filter> {
    let any = |field: &str, values: Vec<String>| {
        let any = MatchAny { any: AnyVariants::Strings(values.into_iter().collect()) };
        Condition::Field(FieldCondition::new_match(path(field), Match::Any(any)))
    };
    let condition = |must| match must {
        Must::BeOneOf(field, values) => any(field, values),
        Must::BeNoneOf(field, values) => {
            Condition::Filter(Filter { should: None, min_should: None, must: None, must_not: Some(vec![any(field, values)]) })
        }
        Must::Be(ids) => Condition::HasId(ids.into_iter().map(PointId::Uuid).collect()),
        Must::Lie(field, from, to) => {
            let number = |n: i64| OrderedFloat(n as f64);
            let range = Range { lt: None, gt: None, gte: from.map(number), lte: to.map(number) };
            Condition::Field(FieldCondition::new_range(path(field), range))
        }
    };
    let must: Vec<Condition> = must.into_iter().map(condition).collect();
    (!must.is_empty()).then(|| Filter { should: None, min_should: None, must: Some(must), must_not: None })
}

fn point(row: Row) -> Result<PointStruct> {
    let (indices, values) = row.words;
    let mut vectors: Vec<(&str, Vector)> = vec![(WORDS, Vector::new_sparse(indices, values).map_err(broken)?)];
    vectors.extend(row.meaning.map(|meaning| (MEANING, Vector::new_dense(meaning))));
    let payload = serde_json::to_value(row.stored).map_err(|error| Error::Index(error.to_string()))?;
    Ok(PointStruct::new(PointId::Uuid(row.id), Vectors::from(vectors), payload))
}

fn held(id: PointId, payload: Option<qdrant_edge::Payload>, vector: Option<VectorStructInternal>) -> Option<Held> {
    let stored: Stored = serde_json::from_value(serde_json::Value::Object(payload?.0)).ok()?;
    Some(Held { id: uuid(id)?, known: stored.known(), words: sparse(vector).unwrap_or_default() })
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
