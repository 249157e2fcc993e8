//! What the stand-in holds, and what each call does to it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::SeqCst},
    },
};

use ::qdrant_client::qdrant::{self as told, *};
use anyhow::Result as Outcome;
use parking_lot::Mutex;
use qdrant_edge::{
    CountRequest, CreateIndex, EdgeShard, FieldIndexOperations, NamedQuery, PayloadFieldSchema, PayloadOps, PayloadSchemaType,
    PointInsertOperations, PointOperations, QuantizationSearchParams, QueryEnum, ScrollRequest, SearchParams, SearchRequest, SetPayloadOp,
    UpdateOperation,
};
use tempfile::TempDir;
use tonic::{Status, metadata::MetadataMap};

use super::wire;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    /// As it should.
    Well,
    /// Takes requests and answers none.
    Silent,
    /// Fails every request.
    Broken,
}

pub(super) struct State {
    key: Option<String>,
    collections: Mutex<BTreeMap<String, Arc<EdgeShard>>>,
    /// Folders are never used twice.
    made: AtomicU64,
    written: AtomicU64,
    mood: AtomicU8,
    down: AtomicBool,
    /// Raised when connections are cut: requests of an earlier life are not answered.
    life: tokio::sync::watch::Sender<u64>,
    // Last: an engine flushes into its folder when it is dropped.
    home: TempDir,
}

type Answer<T> = Result<T, Status>;

impl State {
    pub(super) fn new(key: Option<&str>) -> Outcome<Self> {
        Ok(Self {
            home: tempfile::tempdir()?,
            key: key.map(str::to_owned),
            collections: Mutex::default(),
            made: AtomicU64::default(),
            written: AtomicU64::default(),
            mood: AtomicU8::default(),
            down: AtomicBool::default(),
            life: tokio::sync::watch::Sender::new(0),
        })
    }

    pub(super) fn behave(&self, mood: Mood) {
        self.mood.store(mood as u8, SeqCst);
    }

    /// Nobody is answered any more, on whatever connection.
    pub(super) fn cut(&self) {
        self.down.store(true, SeqCst);
        self.life.send_modify(|life| *life += 1);
    }

    pub(super) fn back(&self) {
        self.down.store(false, SeqCst);
    }

    pub(super) fn lose_all(&self) {
        self.collections.lock().clear();
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.collections.lock().keys().cloned().collect()
    }

    pub(super) fn written(&self) -> u64 {
        self.written.load(SeqCst)
    }

    /// Whether a request is answered at all.
    pub(super) async fn admit(&self, sent: &MetadataMap) -> Answer<()> {
        if self.down.load(SeqCst) {
            return Err(Status::unavailable("it is going down"));
        }
        let told = sent.get("api-key").and_then(|key| key.to_str().ok());
        if self.key.is_some() && told != self.key.as_deref() {
            return Err(Status::permission_denied("Invalid API key or JWT"));
        }
        match self.mood.load(SeqCst) {
            mood if mood == Mood::Silent as u8 => {
                let mut life = self.life.subscribe();
                drop(life.changed().await);
                Err(Status::unavailable("cut"))
            }
            mood if mood == Mood::Broken as u8 => Err(Status::internal("Service internal error: something broke")),
            _ => Ok(()),
        }
    }

    pub(super) fn unknown<A, B>(&self, _: A) -> Answer<B> {
        Err(Status::unimplemented("the stand-in does not know this call"))
    }

    pub(super) fn health_check(&self, _: HealthCheckRequest) -> Answer<HealthCheckReply> {
        Ok(HealthCheckReply { title: "stand-in".into(), version: "1.20.0".into(), commit: None })
    }

    pub(super) fn list(&self, _: ListCollectionsRequest) -> Answer<ListCollectionsResponse> {
        let collections = self.names().into_iter().map(|name| CollectionDescription { name }).collect();
        Ok(ListCollectionsResponse { collections, time: 0.0 })
    }

    pub(super) fn create(&self, asked: CreateCollection) -> Answer<CollectionOperationResponse> {
        let mut collections = self.collections.lock();
        if collections.contains_key(&asked.collection_name) {
            return Err(Status::already_exists(format!("Wrong input: Collection `{}` already exists!", asked.collection_name)));
        }
        let folder = self.home.path().join(self.made.fetch_add(1, SeqCst).to_string());
        std::fs::create_dir_all(&folder).map_err(|error| Status::internal(error.to_string()))?;
        let shard = EdgeShard::new(&folder, wire::definition(&asked)?).map_err(wire::broken)?;
        collections.insert(asked.collection_name, Arc::new(shard));
        Ok(CollectionOperationResponse { result: true, time: 0.0 })
    }

    pub(super) fn delete_collection(&self, asked: DeleteCollection) -> Answer<CollectionOperationResponse> {
        let result = self.collections.lock().remove(&asked.collection_name).is_some();
        Ok(CollectionOperationResponse { result, time: 0.0 })
    }

    pub(super) fn create_field_index(&self, asked: CreateFieldIndexCollection) -> Answer<PointsOperationResponse> {
        let schema = match asked.field_type() {
            FieldType::Keyword => PayloadSchemaType::Keyword,
            FieldType::Integer => PayloadSchemaType::Integer,
            other => return Err(Status::unimplemented(format!("an index of {other:?}"))),
        };
        let index = CreateIndex { field_name: wire::path(&asked.field_name), field_schema: Some(PayloadFieldSchema::FieldType(schema)) };
        self.change(&asked.collection_name, UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index)))
    }

    pub(super) fn upsert(&self, asked: UpsertPoints) -> Answer<PointsOperationResponse> {
        self.written.fetch_add(asked.points.len() as u64, SeqCst);
        let points = asked.points.into_iter().map(|point| Ok(wire::point(point)?.into())).collect::<Answer<Vec<_>>>()?;
        let insert = PointInsertOperations::PointsList(points);
        self.change(&asked.collection_name, UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert)))
    }

    pub(super) fn delete_points(&self, asked: DeletePoints) -> Answer<PointsOperationResponse> {
        let ids = wire::selected(asked.points)?;
        self.change(&asked.collection_name, UpdateOperation::PointOperation(PointOperations::DeletePoints { ids }))
    }

    pub(super) fn set_payload(&self, asked: SetPayloadPoints) -> Answer<PointsOperationResponse> {
        let set = SetPayloadOp {
            payload: wire::payload(asked.payload),
            points: Some(wire::selected(asked.points_selector)?),
            filter: None,
            key: None,
        };
        self.change(&asked.collection_name, UpdateOperation::PayloadOperation(PayloadOps::SetPayload(set)))
    }

    pub(super) fn get(&self, asked: GetPoints) -> Answer<GetResponse> {
        let ids = asked.ids.into_iter().map(wire::id).collect::<Answer<Vec<_>>>()?;
        let (fields, vectors) = (wire::with_payload(asked.with_payload), wire::with_vectors(asked.with_vectors));
        let records = self.collection(&asked.collection_name)?.retrieve(&ids, Some(fields), Some(vectors)).map_err(wire::broken)?;
        Ok(GetResponse { result: records.into_iter().map(wire::record).collect(), ..GetResponse::default() })
    }

    pub(super) fn scroll(&self, asked: ScrollPoints) -> Answer<ScrollResponse> {
        let request = ScrollRequest {
            offset: asked.offset.map(wire::id).transpose()?,
            limit: asked.limit.map(|limit| limit as usize),
            filter: asked.filter.map(wire::filter).transpose()?,
            with_payload: Some(wire::with_payload(asked.with_payload)),
            with_vector: wire::with_vectors(asked.with_vectors),
            ..ScrollRequest::default()
        };
        let (records, next) = self.collection(&asked.collection_name)?.scroll(request).map_err(wire::broken)?;
        let result = records.into_iter().map(wire::record).collect();
        Ok(ScrollResponse { result, next_page_offset: next.map(wire::told_id), ..ScrollResponse::default() })
    }

    pub(super) fn count(&self, asked: CountPoints) -> Answer<CountResponse> {
        let filter = asked.filter.map(wire::filter).transpose()?;
        let request = CountRequest { filter, exact: asked.exact.unwrap_or(true) };
        let count = self.collection(&asked.collection_name)?.count(request).map_err(wire::broken)?;
        Ok(CountResponse { result: Some(CountResult { count: count as u64 }), ..CountResponse::default() })
    }

    pub(super) fn query(&self, asked: QueryPoints) -> Answer<QueryResponse> {
        let using = asked.using.unwrap_or_default();
        let vector = wire::nearest(asked.query)?;
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::new(vector, using)),
            filter: asked.filter.map(wire::filter).transpose()?,
            params: asked.params.map(|params| SearchParams {
                exact: params.exact.unwrap_or(false),
                hnsw_ef: params.hnsw_ef.map(|width| width as usize),
                quantization: params.quantization.map(|bytes| QuantizationSearchParams {
                    ignore: bytes.ignore.unwrap_or(false),
                    rescore: bytes.rescore,
                    oversampling: None,
                }),
                ..SearchParams::default()
            }),
            limit: asked.limit.unwrap_or(10) as usize,
            offset: 0,
            with_payload: None,
            with_vector: None,
            score_threshold: asked.score_threshold,
        };
        let found = self.collection(&asked.collection_name)?.search(request).map_err(wire::broken)?;
        let answer = |point: qdrant_edge::ScoredPoint| told::ScoredPoint {
            id: Some(wire::told_id(point.id)),
            score: point.score,
            ..Default::default()
        };
        Ok(QueryResponse { result: found.into_iter().map(answer).collect(), ..QueryResponse::default() })
    }

    fn collection(&self, name: &str) -> Answer<Arc<EdgeShard>> {
        let found = self.collections.lock().get(name).cloned();
        found.ok_or_else(|| Status::not_found(format!("Not found: Collection `{name}` doesn't exist!")))
    }

    fn change(&self, collection: &str, operation: UpdateOperation) -> Answer<PointsOperationResponse> {
        self.collection(collection)?.update(operation).map_err(wire::broken)?;
        let result = UpdateResult { operation_id: None, status: UpdateStatus::Completed.into() };
        Ok(PointsOperationResponse { result: Some(result), ..PointsOperationResponse::default() })
    }
}
