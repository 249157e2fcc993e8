//! The engine on a Qdrant server: one collection.

use std::{collections::HashMap, sync::Arc};

use qdrant_client::{
    Payload,
    qdrant::{
        Condition, CountPoints, CreateCollection, CreateFieldIndexCollection, DeletePoints, DenseVector, Distance, FieldType, Filter,
        GetPoints, HnswConfigDiff, Modifier, NamedVectors, PointId, PointStruct, QuantizationConfig, QuantizationSearchParams,
        QuantizationType, Query, QueryPoints, Range, RetrievedPoint, ScalarQuantization, ScrollPoints, SearchParams, SparseVector,
        SparseVectorConfig, SparseVectorParams, UpsertPoints, Value, Vector, VectorInput, VectorParams, VectorParamsMap, Vectors,
        VectorsConfig, point_id::PointIdOptions, quantization_config::Quantization, query, vector, vector_input, vector_output, vectors,
        vectors_config, vectors_output::VectorsOptions,
    },
};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::{
    engine::Engine,
    point::{BREADTH, Held, LINKS, MEANING, Must, Probe, QUANTILE, Row, Stored, WIDTH, WORDS},
    recipe::{Recipe, Seal},
    server::{Collection, SEAL, Server},
};
use crate::{Error, Result};

/// Points of one page when everything is read.
const PAGE: u32 = 1_000;

pub(super) struct Remote {
    server: Arc<Server>,
    collection: String,
    /// Every call comes from a thread that may block.
    runtime: Handle,
}

impl Remote {
    /// A collection that is there.
    pub(super) fn open(server: Arc<Server>, collection: &Collection) -> Self {
        Self { server, collection: collection.name.clone(), runtime: Handle::current() }
    }

    /// An empty one.
    pub(super) async fn create(server: Arc<Server>, collection: &Collection, recipe: &Recipe, now: i64) -> Result<Self> {
        server.ask(server.client.create_collection(definition(&collection.name, recipe))).await?;
        let keywords = Stored::KEYWORDS.map(|field| (field, FieldType::Keyword));
        let numbers = Stored::NUMBERS.map(|field| (field, FieldType::Integer));
        for (field, kind) in keywords.into_iter().chain(numbers) {
            let request = CreateFieldIndexCollection {
                collection_name: collection.name.clone(),
                wait: Some(true),
                field_name: field.to_owned(),
                field_type: Some(kind.into()),
                ..CreateFieldIndexCollection::default()
            };
            server.ask(server.client.create_field_index(request)).await?;
        }
        let remote = Self::open(server.clone(), collection);
        server.ask(server.client.upsert_points(remote.upsert(vec![point(SEAL, HashMap::new(), HashMap::new())]))).await?;
        server.touch(collection, now).await?;
        Ok(remote)
    }

    fn upsert(&self, points: Vec<PointStruct>) -> UpsertPoints {
        UpsertPoints { collection_name: self.collection.clone(), wait: Some(true), points, ..UpsertPoints::default() }
    }
}

impl Engine for Remote {
    fn put(&self, rows: Vec<Row>) -> Result<()> {
        let points = rows.into_iter().map(filled).collect::<Result<Vec<_>>>()?;
        let request = self.server.client.upsert_points(self.upsert(points));
        self.runtime.block_on(self.server.ask(request)).map(drop)
    }

    fn remove(&self, ids: &[Uuid]) -> Result<()> {
        let request = DeletePoints {
            collection_name: self.collection.clone(),
            wait: Some(true),
            points: Some(ids.iter().map(point_id).collect::<Vec<_>>().into()),
            ..DeletePoints::default()
        };
        self.runtime.block_on(self.server.ask(self.server.client.delete_points(request))).map(drop)
    }

    fn nearest(&self, probe: Probe, must: Vec<Must>, exact: bool, limit: usize) -> Result<Vec<(Uuid, f32)>> {
        let (vector, using) = match probe {
            Probe::Words(indices, values) => (vector_input::Variant::Sparse(SparseVector { values, indices }), WORDS),
            Probe::Meaning(data) => (vector_input::Variant::Dense(DenseVector { data }), MEANING),
        };
        let request = QueryPoints {
            collection_name: self.collection.clone(),
            query: Some(Query { variant: Some(query::Variant::Nearest(VectorInput { variant: Some(vector) })) }),
            using: Some(using.to_owned()),
            filter: filter(must),
            params: Some(SearchParams {
                exact: Some(exact),
                hnsw_ef: Some(WIDTH as u64),
                quantization: Some(QuantizationSearchParams { rescore: Some(true), ..QuantizationSearchParams::default() }),
                ..SearchParams::default()
            }),
            limit: Some(limit as u64),
            with_payload: Some(false.into()),
            with_vectors: Some(false.into()),
            ..QueryPoints::default()
        };
        let found = self.runtime.block_on(self.server.ask(self.server.client.query(request)))?.result;
        Ok(found.into_iter().filter_map(|point| Some((uuid(point.id?)?, point.score))).collect())
    }

    fn some(&self, ids: &[Uuid]) -> Result<Vec<Held>> {
        let request = GetPoints {
            collection_name: self.collection.clone(),
            ids: ids.iter().map(point_id).collect(),
            with_payload: Some(true.into()),
            with_vectors: Some(vec![WORDS].into()),
            ..GetPoints::default()
        };
        let found = self.runtime.block_on(self.server.ask(self.server.client.get_points(request)))?.result;
        Ok(found.into_iter().filter_map(held).collect())
    }

    fn read(&self, each: &mut dyn FnMut(Held)) -> Result<()> {
        let mut offset = None;
        loop {
            let request = ScrollPoints {
                collection_name: self.collection.clone(),
                offset,
                limit: Some(PAGE),
                with_payload: Some(true.into()),
                with_vectors: Some(vec![WORDS].into()),
                ..ScrollPoints::default()
            };
            let page = self.runtime.block_on(self.server.ask(self.server.client.scroll(request)))?;
            page.result.into_iter().filter_map(held).for_each(&mut *each);
            match page.next_page_offset {
                Some(next) => offset = Some(next),
                None => return Ok(()),
            }
        }
    }

    fn count(&self) -> Result<usize> {
        let request = CountPoints { collection_name: self.collection.clone(), exact: Some(true), ..CountPoints::default() };
        let counted = self.runtime.block_on(self.server.ask(self.server.client.count(request)))?.result;
        let points = counted.map_or(0, |counted| counted.count);
        // Without the one that holds the seal.
        Ok(usize::try_from(points).unwrap_or(usize::MAX).saturating_sub(1))
    }

    fn optimize(&self) -> Result<()> {
        // The server does it by itself.
        Ok(())
    }

    fn seal(&self, seal: &Seal) -> Result<()> {
        self.runtime.block_on(self.server.seal(&self.collection, seal))
    }

    fn is_shared(&self) -> bool {
        true
    }
}

fn definition(name: &str, recipe: &Recipe) -> CreateCollection {
    let words = SparseVectorParams { modifier: Some(Modifier::Idf.into()), ..SparseVectorParams::default() };
    let bytes = ScalarQuantization { r#type: QuantizationType::Int8.into(), quantile: Some(QUANTILE), ..ScalarQuantization::default() };
    let meaning = recipe.size().map(|size| VectorParams {
        size: size as u64,
        distance: Distance::Cosine.into(),
        hnsw_config: Some(HnswConfigDiff { m: Some(LINKS as u64), ef_construct: Some(BREADTH as u64), ..HnswConfigDiff::default() }),
        quantization_config: Some(QuantizationConfig { quantization: Some(Quantization::Scalar(bytes)) }),
        ..VectorParams::default()
    });
    let map = meaning.map(|meaning| (MEANING.to_owned(), meaning)).into_iter().collect();
    CreateCollection {
        collection_name: name.to_owned(),
        // How rare a word is, is counted within a shard: in one it is counted over all passages, as everywhere.
        shard_number: Some(1),
        vectors_config: Some(VectorsConfig { config: Some(vectors_config::Config::ParamsMap(VectorParamsMap { map })) }),
        sparse_vectors_config: Some(SparseVectorConfig { map: HashMap::from([(WORDS.to_owned(), words)]) }),
        ..CreateCollection::default()
    }
}

fn filter(must: Vec<Must>) -> Option<Filter> {
    let condition = |must| match must {
        Must::BeOneOf(field, values) => Condition::matches(field, values),
        Must::BeNoneOf(field, values) => Filter::must_not([Condition::matches(field, values)]).into(),
        Must::Be(ids) => Condition::has_id(ids.into_iter().map(|id| id.to_string())),
        Must::Lie(field, from, to) => {
            let number = |n: i64| n as f64;
            Condition::range(field, Range { lt: None, gt: None, gte: from.map(number), lte: to.map(number) })
        }
    };
    (!must.is_empty()).then(|| Filter::must(must.into_iter().map(condition)))
}

fn filled(row: Row) -> Result<PointStruct> {
    let (indices, values) = row.words;
    let named = |vector| Vector { vector: Some(vector), ..Vector::default() };
    let mut all = HashMap::from([(WORDS.to_owned(), named(vector::Vector::Sparse(SparseVector { values, indices })))]);
    all.extend(row.meaning.map(|data| (MEANING.to_owned(), named(vector::Vector::Dense(DenseVector { data })))));
    let stored = serde_json::to_value(row.stored).map_err(|error| Error::Index(error.to_string()))?;
    let payload = Payload::try_from(stored).map_err(|error| Error::Index(error.to_string()))?;
    Ok(point(row.id, all, payload.into()))
}

fn point(id: Uuid, vectors: HashMap<String, Vector>, payload: HashMap<String, Value>) -> PointStruct {
    let vectors = Vectors { vectors_options: Some(vectors::VectorsOptions::Vectors(NamedVectors { vectors })) };
    PointStruct { id: Some(point_id(&id)), payload, vectors: Some(vectors) }
}

/// `None` for the point that holds the seal, too.
fn held(point: RetrievedPoint) -> Option<Held> {
    let id = uuid(point.id?)?;
    let fields = serde_json::Value::from(Payload::from(point.payload));
    let stored: Stored = serde_json::from_value(fields).ok()?;
    // A passage may be without any word.
    let words = point.vectors.and_then(|vectors| vectors.vectors_options).and_then(sparse).unwrap_or_default();
    Some(Held { id, known: stored.known(), words })
}

fn sparse(vectors: VectorsOptions) -> Option<Vec<u32>> {
    let VectorsOptions::Vectors(mut named) = vectors else { return None };
    match named.vectors.remove(WORDS)?.into_vector() {
        vector_output::Vector::Sparse(words) => Some(words.indices),
        _ => None,
    }
}

fn point_id(id: &Uuid) -> PointId {
    PointId::from(id.to_string())
}

fn uuid(id: PointId) -> Option<Uuid> {
    match id.point_id_options? {
        PointIdOptions::Uuid(text) => Uuid::try_parse(&text).ok(),
        PointIdOptions::Num(_) => None,
    }
}
