//! For load balancers: is the process alive, and should it be sent visitors.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use chat::Chat;
use tokio_util::sync::CancellationToken;

/// `/healthz`: the process answers. `/readyz`: the record does too, and nobody asked it to stop.
pub(crate) fn router(chat: Chat, drain: CancellationToken) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state((chat, drain))
}

async fn ready(State((chat, drain)): State<(Chat, CancellationToken)>) -> (StatusCode, &'static str) {
    if drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "going down\n");
    }
    match chat.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "the record does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the record does not answer\n")
        }
    }
}
