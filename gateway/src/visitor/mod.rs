//! The visitor's wire: docs/PROTOCOL.md.

mod address;
mod answer;
mod arrivals;
mod challenge;
mod change;
mod code;
#[cfg(feature = "echo")]
mod echo;
mod flow;
mod frame;
mod gate;
mod identity;
mod inboxes;
mod key;
mod limits;
mod marks;
mod newcomer;
mod pace;
mod packet;
mod poll;
mod post;
mod present;
mod seldom;
mod session;
mod shell;
mod socket;
mod stream;
#[doc(hidden)]
pub mod testing;
mod upgrade;
mod view;
mod websocket;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

pub use self::gate::Config;
pub(crate) use self::{address::Address, gate::Gate, key::Keys, limits::Limits, pace::Pace};

/// The largest POST, in bytes.
const MAX_POST: usize = 256 * 1024;

/// Routes under `/v1/visitor`.
pub(crate) fn router(gate: Gate) -> Router {
    let routes = Router::new();
    #[cfg(feature = "echo")]
    let routes = routes.route("/echo", get(echo::open));
    routes
        .route("/socket", get(socket::open))
        .route("/stream", post(stream::open))
        .route("/poll", post(poll::ask))
        .route("/send", post(stream::send))
        .route("/inbox/{id}", get(shell::show))
        .layer(DefaultBodyLimit::max(MAX_POST))
        .layer(middleware::from_fn(any_origin))
        .with_state(gate)
}

/// Pages of other origins may ask; whether this one may is decided by its inbox. No cookie is ever involved.
async fn any_origin(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response = stream::refusal(StatusCode::PAYLOAD_TOO_LARGE, "bad_frame", "A POST carries at most 256 KiB.", None);
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
