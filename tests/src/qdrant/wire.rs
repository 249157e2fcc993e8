//! The protocol's types and the engine's.

use std::collections::HashMap;

use qdrant_client::qdrant::{
    self as told, condition::ConditionOneOf, r#match::MatchValue, point_id::PointIdOptions, quantization_config::Quantization,
};
use qdrant_edge::{
    AnyVariants, Condition, Distance, EdgeConfig, EdgeConfigBuilder, EdgeSparseVectorParamsBuilder, EdgeVectorParams, FieldCondition,
    Filter, JsonPath, Match, MatchAny, Modifier, OperationError, Payload, PointId, PointStruct, Range, Record, ScalarQuantizationConfig,
    ScalarType, SparseVector, Vector, VectorInternal, VectorStructInternal, Vectors, WithPayloadInterface, WithVector,
    external::ordered_float::OrderedFloat,
};
use serde_json::json;
use tonic::Status;
use uuid::Uuid;

type Answer<T> = Result<T, Status>;

fn strange(what: &str) -> Status {
    Status::invalid_argument(format!("Wrong input: the stand-in does not take {what}"))
}

pub(super) fn broken(error: OperationError) -> Status {
    Status::invalid_argument(format!("Wrong input: {error}"))
}

pub(super) fn definition(asked: &told::CreateCollection) -> Answer<EdgeConfig> {
    let mut config = EdgeConfigBuilder::new().on_disk_payload(true);
    let dense = match asked.vectors_config.as_ref().and_then(|vectors| vectors.config.as_ref()) {
        Some(told::vectors_config::Config::ParamsMap(named)) => named.map.clone(),
        Some(told::vectors_config::Config::Params(_)) => return Err(strange("a vector without a name")),
        None => HashMap::new(),
    };
    for (name, params) in dense {
        if params.distance() != told::Distance::Cosine {
            return Err(strange("another distance than the cosine"));
        }
        let mut dense = EdgeVectorParams::builder(params.size as usize, Distance::Cosine);
        if let Some(graph) = params.hnsw_config {
            let graph = json!({ "m": graph.m, "ef_construct": graph.ef_construct, "full_scan_threshold": graph.full_scan_threshold.unwrap_or(10_000) });
            dense = dense.hnsw_config(serde_json::from_value(graph).map_err(|_| strange("a graph without its sizes"))?);
        }
        match params.quantization_config.and_then(|config| config.quantization) {
            Some(Quantization::Scalar(bytes)) => {
                let bytes = ScalarQuantizationConfig { r#type: ScalarType::Int8, quantile: bytes.quantile, always_ram: Some(true) };
                dense = dense.quantization_config(bytes.into());
            }
            Some(_) => return Err(strange("such a quantization")),
            None => {}
        }
        config = config.vector(name, dense.build());
    }
    for (name, params) in asked.sparse_vectors_config.clone().unwrap_or_default().map {
        let mut sparse = EdgeSparseVectorParamsBuilder::new().on_disk(false);
        if params.modifier() == told::Modifier::Idf {
            sparse = sparse.modifier(Modifier::Idf);
        }
        config = config.sparse_vector(name, sparse.build());
    }
    Ok(config.build())
}

pub(super) fn id(asked: told::PointId) -> Answer<PointId> {
    match asked.point_id_options {
        Some(PointIdOptions::Uuid(text)) => Ok(PointId::Uuid(Uuid::try_parse(&text).map_err(|_| strange("such an id"))?)),
        Some(PointIdOptions::Num(number)) => Ok(PointId::NumId(number)),
        None => Err(strange("a point without an id")),
    }
}

pub(super) fn told_id(id: PointId) -> told::PointId {
    match id {
        PointId::Uuid(id) => id.to_string().into(),
        PointId::NumId(number) => number.into(),
    }
}

pub(super) fn selected(asked: Option<told::PointsSelector>) -> Answer<Vec<PointId>> {
    match asked.and_then(|selector| selector.points_selector_one_of) {
        Some(told::points_selector::PointsSelectorOneOf::Points(list)) => list.ids.into_iter().map(id).collect(),
        _ => Err(strange("points that are not named")),
    }
}

pub(super) fn payload(fields: HashMap<String, told::Value>) -> Payload {
    Payload(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
}

pub(super) fn point(asked: told::PointStruct) -> Answer<PointStruct> {
    let Some(told::vectors::VectorsOptions::Vectors(named)) = asked.vectors.and_then(|vectors| vectors.vectors_options) else {
        return Err(strange("a point without named vectors"));
    };
    let mut vectors: Vec<(String, Vector)> = Vec::new();
    for (name, vector) in named.vectors {
        let vector = match vector.vector {
            Some(told::vector::Vector::Dense(dense)) => Vector::new_dense(dense.data),
            Some(told::vector::Vector::Sparse(sparse)) => Vector::new_sparse(sparse.indices, sparse.values).map_err(broken)?,
            _ => return Err(strange("such a vector")),
        };
        vectors.push((name, vector));
    }
    let id = id(asked.id.ok_or_else(|| strange("a point without an id"))?)?;
    let fields = serde_json::Value::Object(payload(asked.payload).0);
    Ok(PointStruct::new(id, Vectors::from(vectors), fields))
}

pub(super) fn nearest(asked: Option<told::Query>) -> Answer<VectorInternal> {
    let Some(told::query::Variant::Nearest(input)) = asked.and_then(|query| query.variant) else { return Err(strange("such a query")) };
    match input.variant {
        Some(told::vector_input::Variant::Dense(dense)) => Ok(VectorInternal::Dense(dense.data)),
        Some(told::vector_input::Variant::Sparse(sparse)) => {
            Ok(VectorInternal::Sparse(SparseVector { indices: sparse.indices, values: sparse.values }))
        }
        _ => Err(strange("such a query")),
    }
}

pub(super) fn with_payload(asked: Option<told::WithPayloadSelector>) -> WithPayloadInterface {
    let all = told::with_payload_selector::SelectorOptions::Enable(true);
    WithPayloadInterface::Bool(asked.and_then(|asked| asked.selector_options) == Some(all))
}

pub(super) fn with_vectors(asked: Option<told::WithVectorsSelector>) -> WithVector {
    match asked.and_then(|asked| asked.selector_options) {
        Some(told::with_vectors_selector::SelectorOptions::Include(named)) => WithVector::Selector(named.names),
        Some(told::with_vectors_selector::SelectorOptions::Enable(all)) => WithVector::Bool(all),
        None => WithVector::Bool(false),
    }
}

pub(super) fn record(record: Record) -> told::RetrievedPoint {
    let fields = record.payload.unwrap_or_default().0;
    let vectors = match record.vector {
        Some(VectorStructInternal::Named(named)) => {
            named.into_iter().filter_map(|(name, vector)| Some((name, told_vector(vector)?))).collect()
        }
        _ => HashMap::new(),
    };
    told::RetrievedPoint {
        id: Some(told_id(record.id)),
        payload: fields.into_iter().map(|(name, value)| (name, value.into())).collect(),
        vectors: Some(told::VectorsOutput {
            vectors_options: Some(told::vectors_output::VectorsOptions::Vectors(told::NamedVectorsOutput { vectors })),
        }),
        ..told::RetrievedPoint::default()
    }
}

fn told_vector(vector: VectorInternal) -> Option<told::VectorOutput> {
    let vector = match vector {
        VectorInternal::Dense(data) => told::vector_output::Vector::Dense(told::DenseVector { data }),
        VectorInternal::Sparse(sparse) => {
            told::vector_output::Vector::Sparse(told::SparseVector { values: sparse.values, indices: sparse.indices })
        }
        VectorInternal::MultiDense(_) => return None,
    };
    Some(told::VectorOutput { vector: Some(vector), ..told::VectorOutput::default() })
}

pub(super) fn filter(asked: told::Filter) -> Answer<Filter> {
    if !asked.should.is_empty() || asked.min_should.is_some() {
        return Err(strange("a filter of more than what must be and must not"));
    }
    let must = asked.must.into_iter().map(condition).collect::<Answer<Vec<_>>>()?;
    let must_not = asked.must_not.into_iter().map(condition).collect::<Answer<Vec<_>>>()?;
    Ok(Filter { should: None, min_should: None, must: Some(must), must_not: Some(must_not) })
}

fn condition(asked: told::Condition) -> Answer<Condition> {
    let field = match asked.condition_one_of {
        Some(ConditionOneOf::Field(field)) => field,
        Some(ConditionOneOf::Filter(inner)) => return Ok(Condition::Filter(filter(inner)?)),
        Some(ConditionOneOf::HasId(one)) => {
            return Ok(Condition::HasId(one.has_id.into_iter().map(id).collect::<Answer<Vec<_>>>()?.into_iter().collect()));
        }
        _ => return Err(strange("such a condition")),
    };
    let key = path(&field.key);
    if let Some(range) = field.range {
        let range = Range {
            lt: range.lt.map(OrderedFloat),
            gt: range.gt.map(OrderedFloat),
            gte: range.gte.map(OrderedFloat),
            lte: range.lte.map(OrderedFloat),
        };
        return Ok(Condition::Field(FieldCondition::new_range(key, range)));
    }
    let words = match field.r#match.and_then(|found| found.match_value) {
        Some(MatchValue::Keyword(word)) => vec![word],
        Some(MatchValue::Keywords(words)) => words.strings,
        _ => return Err(strange("such a condition")),
    };
    let any = MatchAny { any: AnyVariants::Strings(words.into_iter().collect()) };
    Ok(Condition::Field(FieldCondition::new_match(key, Match::Any(any))))
}

pub(super) fn path(key: &str) -> JsonPath {
    JsonPath { first_key: key.to_owned(), rest: Vec::new() }
}
