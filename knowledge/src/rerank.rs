//! A second opinion on the order of what was found: a `/rerank` endpoint as Jina, Cohere, vLLM and others serve it.
//! Its failure costs the opinion, never an answer.

use std::time::Duration;

use chat::Clock;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;

use crate::{config::Rerank, redact};

/// So many failures in a row, and the endpoint is left alone.
const FAILURES: u32 = 3;
/// For how long, in milliseconds.
const REST: i64 = 30_000;
/// Bytes of a reply, at most.
const REPLY: usize = 1 << 20;
/// Longest document that is sent, in characters.
const LONGEST: usize = 4_000;

pub(crate) struct Reranker {
    client: reqwest::Client,
    settings: Rerank,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// Not to be asked before, unix milliseconds.
    rests_until: i64,
}

#[derive(Deserialize)]
struct Reply {
    results: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    index: usize,
    relevance_score: f64,
}

impl Reranker {
    /// `None` when no endpoint is configured. Errors are sentences for the operator.
    pub(crate) fn new(settings: &Rerank, clock: Clock) -> Result<Option<Self>, String> {
        if !settings.enabled() {
            return Ok(None);
        }
        let wait = Duration::from_millis(settings.ms);
        let client = reqwest::Client::builder().timeout(wait).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| format!("knowledge.rerank cannot be used: {error}"))?;
        Ok(Some(Self { client, settings: settings.clone(), clock, state: Mutex::default() }))
    }

    /// How many passages are to be judged.
    pub(crate) fn top(&self) -> usize {
        self.settings.top
    }

    /// How well each passage answers the question, higher is better, in no scale of ours; `None` for those it left out.
    /// Nothing at all when it fails, is slow, or is left alone.
    pub(crate) async fn judge(&self, question: &str, passages: &[String]) -> Option<Vec<Option<f64>>> {
        if passages.len() < 2 || self.clock.now() < self.state.lock().rests_until {
            return None;
        }
        let judged = self.ask(question, passages).await;
        let mut state = self.state.lock();
        match judged {
            Ok(scores) => {
                state.failures = 0;
                Some(scores)
            }
            Err(problem) => {
                state.failures += 1;
                if state.failures >= FAILURES {
                    state.rests_until = self.clock.now() + REST;
                }
                tracing::warn!(rerank.model = %self.settings.model, rerank.failures = state.failures, problem, "the rerank endpoint failed; the order stays as it is");
                None
            }
        }
    }

    async fn ask(&self, question: &str, passages: &[String]) -> Result<Vec<Option<f64>>, String> {
        let passages: Vec<String> = passages.iter().map(|text| redact::without(text).chars().take(LONGEST).collect()).collect();
        let body = json!({
            "model": self.settings.model, "query": redact::without(question), "documents": passages,
            "top_n": passages.len(), "return_documents": false,
        });
        let mut request = self.client.post(format!("{}/rerank", self.settings.base_url.trim_end_matches('/'))).json(&body);
        if !self.settings.key.is_empty() {
            request = request.bearer_auth(&self.settings.key);
        }
        let mut response = request.send().await.map_err(told)?;
        if !response.status().is_success() {
            return Err(format!("it answered {}", response.status()));
        }
        let mut reply = Vec::new();
        while let Some(part) = response.chunk().await.map_err(told)? {
            reply.extend_from_slice(&part);
            if reply.len() > REPLY {
                return Err("its reply is far too long".into());
            }
        }
        let reply: Reply = serde_json::from_slice(&reply).map_err(|_| "its reply is not understood".to_owned())?;
        placed(reply, passages.len()).ok_or_else(|| "its reply is not about what was asked".to_owned())
    }
}

/// `None` when a place is named twice, does not exist, or has no number.
fn placed(reply: Reply, passages: usize) -> Option<Vec<Option<f64>>> {
    let mut scores = vec![None; passages];
    for place in reply.results {
        let score = scores.get_mut(place.index)?;
        if score.is_some() || !place.relevance_score.is_finite() {
            return None;
        }
        *score = Some(place.relevance_score);
    }
    scores.iter().any(Option::is_some).then_some(scores)
}

/// Without the address, which may hold a key.
fn told(error: reqwest::Error) -> String {
    if error.is_timeout() { "it did not answer in time".to_owned() } else { error.without_url().to_string() }
}
