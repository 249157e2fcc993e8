//! What a widget draws before anybody writes: no visitor is made, no connection stays open.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chat::{InboxId, locale_of};
use serde::Deserialize;

use super::{
    gate::Gate,
    stream::{refusal, status_of},
    view,
};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    locale: String,
}

/// `GET /v1/visitor/inbox/{id}`
pub(crate) async fn show(State(gate): State<Gate>, Path(id): Path<String>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let locale = locale_of(&asked.locale);
    let refuse = |code: &'static str| refusal(status_of(code), code, crate::words::say(locale, code), None);
    let Some(id) = InboxId::parse(&id) else { return refuse("unknown_inbox") };
    match gate.inbox(id).await {
        Ok(inbox) if inbox.allows(headers.get("origin").and_then(|origin| origin.to_str().ok())) => {
            let mut response = Json(view::shell(&gate, &inbox, locale).await).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=30"));
            response
        }
        Ok(_) => refuse("origin"),
        Err(chat::Error::NotFound) => refuse("unknown_inbox"),
        Err(_) => refuse("unavailable"),
    }
}
