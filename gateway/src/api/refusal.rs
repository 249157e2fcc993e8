//! What a request is refused with: a status, a key for programs, and a sentence in the caller's language for people.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use console::{Locale, sources::reason};
use knowledge::{Fault, Reason};
use serde_json::json;

use super::Api;
use crate::words::say;

/// Every key, for the description.
#[cfg(test)]
pub(super) const KEYS: [&str; 12] = [
    "token",
    "rights",
    "slow-down",
    "not-found",
    "method",
    "taken",
    "broken",
    "too-large",
    "too-many",
    "invalid",
    "unusable",
    "unavailable",
];

/// Why a request is not carried out.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// No token, or none that is good.
    Token,
    /// The token is for looking only.
    Rights,
    /// More requests than a token may send.
    SlowDown { wait_ms: i64 },
    /// No such thing in this workspace.
    NotFound,
    /// No such method at this address.
    Method,
    /// Such a thing exists already.
    Taken,
    /// The request cannot be read.
    Broken(String),
    /// More bytes than are taken.
    TooLarge,
    /// More items than are taken at once.
    TooMany(usize),
    /// It can be read and not be done.
    Invalid(Fault),
    /// A text that cannot be taken in.
    Unusable(Reason),
    /// Try again.
    Unavailable,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Rights => StatusCode::FORBIDDEN,
            Self::SlowDown { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Taken => StatusCode::CONFLICT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) | Self::Invalid(_) | Self::Unusable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// For programs; `openapi.json` names them all.
    fn key(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Rights => "rights",
            Self::SlowDown { .. } => "slow-down",
            Self::NotFound => "not-found",
            Self::Method => "method",
            Self::Taken => "taken",
            Self::Broken(_) => "broken",
            Self::TooLarge => "too-large",
            Self::TooMany(_) => "too-many",
            Self::Invalid(_) => "invalid",
            Self::Unusable(_) => "unusable",
            Self::Unavailable => "unavailable",
        }
    }

    fn text(&self, api: &Api, locale: Locale) -> String {
        let sentence = match self {
            Self::Invalid(fault) => return api.console.templates.words().fault(locale, fault),
            Self::Unusable(why) => return api.reason(locale, why),
            Self::Token => "api_token",
            Self::Rights => "api_rights",
            Self::SlowDown { .. } => "api_slow_down",
            Self::NotFound => "api_not_found",
            Self::Method => "api_method",
            Self::Taken => "api_taken",
            Self::Broken(_) => "api_broken",
            Self::TooLarge => "api_too_large",
            Self::TooMany(_) => "api_too_many",
            Self::Unavailable => "api_unavailable",
        };
        let detail = match self {
            Self::Broken(detail) => detail.clone(),
            Self::TooMany(most) => most.to_string(),
            Self::TooLarge => api.config.body_mib.to_string(),
            _ => String::new(),
        };
        say(locale.tag(), sentence).replace("{}", &detail)
    }
}

impl Api {
    /// Why a text was left out, in words.
    pub(super) fn reason(&self, locale: Locale, why: &Reason) -> String {
        reason::say(self.console.templates.words(), locale, why)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Says what was refused, in the caller's language.
pub(super) async fn explain(State(api): State<Api>, request: Request, next: Next) -> Response {
    let locale = locale(request.headers());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        let body = json!({ "error": { "key": refusal.key(), "text": refusal.text(&api, locale) } });
        response = (refusal.status(), Json(body)).into_response();
        let headers = response.headers_mut();
        if let Refusal::SlowDown { wait_ms } = refusal {
            headers.insert(header::RETRY_AFTER, HeaderValue::from((wait_ms.max(0).unsigned_abs()).div_ceil(1_000)));
        }
        if matches!(refusal, Refusal::Token) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The language of a caller.
pub(super) fn locale(headers: &axum::http::HeaderMap) -> Locale {
    Locale::accepted(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

impl From<knowledge::Error> for Refusal {
    fn from(error: knowledge::Error) -> Self {
        match error {
            knowledge::Error::Invalid(fault) => Self::Invalid(fault),
            knowledge::Error::NotFound => Self::NotFound,
            knowledge::Error::Taken => Self::Taken,
            knowledge::Error::Unusable { reason, .. } => Self::Unusable(reason),
            other => unavailable(&other),
        }
    }
}

impl From<chat::Error> for Refusal {
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::NotFound => Self::NotFound,
            chat::Error::Taken => Self::Taken,
            chat::Error::Invalid(fault) => Self::Invalid(fault),
            other => unavailable(&other),
        }
    }
}

fn unavailable(error: &dyn std::error::Error) -> Refusal {
    tracing::error!(%error, "a request of the open API failed");
    Refusal::Unavailable
}
