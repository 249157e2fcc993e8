//! The search, with scores and reasons as the console's search test shows them.

use axum::{Json, extract::State, http::HeaderMap};
use chat::LibraryId;
use knowledge::{Fault, Passage, Query, Reader};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    body::Ask,
    door::Caller,
    refusal::{Refusal, locale},
};

/// Longest question, in characters.
const LONGEST: usize = 1_000;
/// Passages, when nothing is said, and at most.
const LIMIT: (usize, usize) = (10, 50);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    q: String,
    /// Ids with commas between.
    #[serde(default)]
    libraries: String,
    audience: Option<String>,
    /// What is proven of a verified visitor: `name=value`, with commas between.
    #[serde(default)]
    proven: String,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Found {
    hits: Vec<Hit>,
    took_us: u64,
}

#[derive(Serialize)]
struct Hit {
    passage: Passage,
    matched: Option<String>,
    lexical: f64,
    vector: Option<f64>,
    fused: f64,
    reranked: Option<f64>,
    confidence: f64,
    kept: bool,
    why: Why,
}

#[derive(Serialize)]
struct Why {
    key: String,
    text: String,
}

pub(super) async fn search(
    State(api): State<Api>,
    caller: Caller,
    Ask(asked): Ask<Asked>,
    headers: HeaderMap,
) -> Result<Json<Found>, Refusal> {
    if asked.q.trim().is_empty() || asked.q.chars().count() > LONGEST {
        return Err(Refusal::Invalid(Fault::of("fault-sent-question").with("n", LONGEST)));
    }
    let named = asked.libraries.split(',').map(str::trim).filter(|id| !id.is_empty());
    let libraries = named.map(|id| LibraryId::parse(id).ok_or(Refusal::NotFound)).collect::<Result<Vec<_>, _>>()?;
    let locale = locale(&headers);
    let query = Query {
        text: asked.q,
        reader: Reader::read(asked.audience.as_deref().unwrap_or("all"), &asked.proven).map_err(Refusal::Invalid)?,
        libraries: (!libraries.is_empty()).then_some(libraries),
        limit: asked.limit.unwrap_or(LIMIT.0).clamp(1, LIMIT.1),
        locale: locale.tag().to_owned(),
    };
    let found = api.knowledge.search(caller.workspace(), &query).await?;
    let words = api.console.templates.words();
    let hits = found.hits.into_iter().map(|hit| Hit {
        passage: hit.passage,
        matched: hit.matched,
        lexical: hit.lexical,
        vector: hit.vector,
        fused: hit.fused,
        reranked: hit.reranked,
        confidence: hit.confidence,
        kept: hit.kept,
        why: Why { text: words.plain(locale, &format!("why-{}", hit.why)), key: hit.why },
    });
    Ok(Json(Found { hits: hits.collect(), took_us: found.took_us }))
}
