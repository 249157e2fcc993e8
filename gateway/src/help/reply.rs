//! Answers that browsers and caches in between may keep, and ask again about: what is withdrawn must be gone at once.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use sha2::{Digest, Sha256};

/// A page, or that it is as the browser has it.
pub(super) fn html(headers: &HeaderMap, page: String, updated_at: Option<i64>) -> Response {
    kept(headers, page, "text/html; charset=utf-8", updated_at)
}

pub(super) fn text(headers: &HeaderMap, text: String) -> Response {
    kept(headers, text, "text/plain; charset=utf-8", None)
}

pub(super) fn xml(headers: &HeaderMap, text: String) -> Response {
    kept(headers, text, "application/xml; charset=utf-8", None)
}

fn kept(asked: &HeaderMap, text: String, kind: &'static str, updated_at: Option<i64>) -> Response {
    // Weak: it is packed on the way out.
    let digest: String = Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{digest}\"");
    let same = is_known(asked, &tag, updated_at);
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.extend(HeaderValue::from_str(&tag).map(|tag| (header::ETAG, tag)));
    let modified = updated_at.and_then(DateTime::from_timestamp_millis).map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    headers.extend(modified.and_then(|at| HeaderValue::from_str(&at).ok()).map(|at| (header::LAST_MODIFIED, at)));
    response
}

/// Whether the browser has this; the time counts only for one that knows no tag.
fn is_known(asked: &HeaderMap, tag: &str, updated_at: Option<i64>) -> bool {
    let said = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match said(header::IF_NONE_MATCH) {
        Some(known) => known.split(',').any(|known| known.trim() == tag),
        None => {
            let since = said(header::IF_MODIFIED_SINCE).and_then(|since| DateTime::parse_from_rfc2822(since).ok());
            since.zip(updated_at).is_some_and(|(since, updated_at)| updated_at / 1_000 <= since.timestamp())
        }
    }
}
