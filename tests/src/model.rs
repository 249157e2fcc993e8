//! A scripted OpenAI-compatible server: answers from its prompt, or misbehaves as told.

mod behaviour;
mod embedding;
mod grab;
mod reply;
mod stats;
mod stream;
mod terms;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::Result;
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt as _,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use self::{
    behaviour::{Behaviour, Kind},
    stats::{Closed, Stats},
};

/// The server's state; cheap to clone, so that a test can turn it while it runs.
#[derive(Clone, Debug, Default)]
pub struct Model {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    behaviour: Behaviour,
    stats: Stats,
    times: Times,
}

/// When the model was asked and when it spoke, since they were last forgotten.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// Each chat request's arrival.
    pub asked: Vec<Instant>,
    /// Each piece of a stream's departure.
    pub said: Vec<Instant>,
}

/// Times that are kept, at most.
const TIMES: usize = 10_000;

impl Model {
    /// A model that behaves so.
    #[must_use]
    pub fn new(behaviour: Behaviour) -> Self {
        Self { inner: Arc::new(Mutex::new(Inner { behaviour, ..Inner::default() })) }
    }

    /// Starts on a free port of this machine; returns the base address for the product's settings.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(&self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}/v1", listener.local_addr()?);
        tokio::spawn(self.clone().serve(listener));
        Ok(address)
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener) -> Result<()> {
        // As real ones do: otherwise a word now and then waits 40 ms for an acknowledgement of the one before.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, self.router()).await?)
    }

    /// Its routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/embeddings", post(embed))
            .route("/v1/models", get(models))
            .route("/control/behaviour", post(behave).get(behaviour))
            .route("/control/stats", get(stats))
            .route("/control/reset", post(reset))
            .with_state(self)
    }

    /// Behaves otherwise from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.with(|inner| inner.behaviour = behaviour);
    }

    /// When it was asked and spoke.
    #[must_use]
    pub fn times(&self) -> Times {
        self.with(|inner| inner.times.clone())
    }

    /// Forgets when it was asked and spoke.
    pub fn forget_times(&self) {
        self.with(|inner| inner.times = Times::default());
    }

    fn spoke(&self) {
        self.with(|inner| {
            if inner.times.said.len() < TIMES {
                inner.times.said.push(Instant::now());
            }
        });
    }

    /// What it has seen so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.with(|inner| inner.stats.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn complete(State(model): State<Model>, Json(request): Json<Value>) -> Response {
    let behaviour = model.with(|inner| {
        inner.stats.chat += 1;
        if inner.times.asked.len() < TIMES {
            inner.times.asked.push(Instant::now());
        }
        inner.stats.last_prompt = request["messages"].clone();
        inner.behaviour.clone()
    });
    if behaviour.kind == Kind::Fail {
        let status = StatusCode::from_u16(behaviour.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return (status, Json(json!({ "error": { "message": "told to fail", "type": "scripted" } }))).into_response();
    }
    if behaviour.kind == Kind::Grab
        && let Some(calls) = grab::calls(&behaviour.text, &request)
    {
        let streams = request["stream"].as_bool() == Some(true);
        return if streams { grab::streamed(&calls).into_response() } else { Json(grab::whole(&calls)).into_response() };
    }
    let text = reply::text(&behaviour, &request["messages"]);
    match request["stream"].as_bool() {
        Some(true) => stream::respond(model, behaviour, text),
        _ => {
            let watch = stream::Watch::new(model);
            let answer = whole(&behaviour, &text).await;
            watch.end();
            answer
        }
    }
}

async fn whole(behaviour: &Behaviour, text: &str) -> Response {
    match behaviour.kind {
        Kind::StallFirst | Kind::StallMid => std::future::pending().await,
        Kind::Garbage => "<!doctype html><title>502</title>".into_response(),
        _ => {
            tokio::time::sleep(behaviour.first()).await;
            Json(json!({
                "id": "scripted", "object": "chat.completion", "created": 0, "model": "scripted",
                "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": text } }],
                "usage": { "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 },
            }))
            .into_response()
        }
    }
}

async fn embed(State(model): State<Model>, Json(request): Json<Value>) -> Response {
    let behaviour = model.with(|inner| {
        inner.stats.embeddings += 1;
        inner.behaviour.clone()
    });
    match behaviour.kind {
        Kind::Fail => StatusCode::from_u16(behaviour.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
        Kind::Garbage => "<!doctype html>".into_response(),
        Kind::StallFirst => std::future::pending().await,
        _ => Json(embedding::respond(&request)).into_response(),
    }
}

async fn models() -> Json<Value> {
    Json(json!({ "object": "list", "data": [{ "id": "scripted", "object": "model", "created": 0, "owned_by": "tests" }] }))
}

async fn behave(State(model): State<Model>, Json(behaviour): Json<Behaviour>) -> StatusCode {
    model.behave(behaviour);
    StatusCode::NO_CONTENT
}

async fn behaviour(State(model): State<Model>) -> Json<Behaviour> {
    Json(model.with(|inner| inner.behaviour.clone()))
}

async fn stats(State(model): State<Model>) -> Json<Stats> {
    Json(model.stats())
}

async fn reset(State(model): State<Model>) -> StatusCode {
    model.with(|inner| inner.stats = Stats { open: inner.stats.open, ..Stats::default() });
    StatusCode::NO_CONTENT
}
