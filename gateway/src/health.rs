//! For load balancers: is the process alive, and should it be sent visitors. For operators: how its memory serves.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use chat::{Chat, TailCounts};
use knowledge::{IndexState, Knowledge};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::panics;

/// What `/statusz` tells: figures since the start, nothing about anybody.
#[derive(Serialize)]
struct Status {
    version: &'static str,
    panics: u64,
    tails: TailCounts,
    index: IndexState,
}

/// `/healthz`: the process answers. `/readyz`: the record does too, and nobody asked it to stop. `/statusz`: its figures.
pub(crate) fn router(chat: Chat, knowledge: Knowledge, drain: CancellationToken) -> Router {
    let routes = Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state((chat.clone(), drain));
    routes.merge(Router::new().route("/statusz", get(status)).with_state((chat, knowledge)))
}

async fn status(State((chat, knowledge)): State<(Chat, Knowledge)>) -> Json<Status> {
    Json(Status { version: env!("CARGO_PKG_VERSION"), panics: panics::count(), tails: chat.tail_counts(), index: knowledge.index_state() })
}

async fn ready(State((chat, drain)): State<(Chat, CancellationToken)>) -> (StatusCode, &'static str) {
    if drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "going down\n");
    }
    if !chat.is_open() {
        return (StatusCode::SERVICE_UNAVAILABLE, "messages are not taken any more: restart this process\n");
    }
    match chat.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "the record does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the record does not answer\n")
        }
    }
}
