//! The outermost layer of every page: reads who visits, renders failures, sets headers and cookies.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{Error, Failure};
use crate::handle::Console;
use crate::web::cookies::{self, Kind};
use crate::web::visit::Visit;

/// Nothing but our own files, and no inline script or style.
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; font-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; \
frame-ancestors 'none'";

/// A day: how long the form token of a browser that is not signed in is kept, in seconds.
const FORM_SECONDS: i64 = 86_400;

#[derive(Serialize)]
struct ErrorPage {
    status: u16,
    key: &'static str,
    detail: String,
}

/// Wraps every page.
pub async fn enter(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&console, &parts).await;
    let is_get = parts.method == Method::GET;
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = explain(&console, &visit, response, failure).await;
    }
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if visit.csrf_is_new && is_get {
        let cookie = cookies::write(Kind::Form, visit.https, &visit.csrf, FORM_SECONDS);
        add_cookie(headers, &cookie);
    }
    for (shown, kind) in [(visit.flash.is_some(), Kind::Flash), (visit.link.is_some(), Kind::Link)] {
        if shown && is_get && is_page {
            add_cookie(headers, &cookies::write(kind, visit.https, "", 0));
        }
    }
    secure(headers);
    response
}

/// Adds a `Set-Cookie` header.
pub fn add_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(SET_COOKIE, value);
    }
}

/// The headers of every answer of the console.
pub fn secure(headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, CSP);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    set(opener, "same-origin");
    let features = HeaderName::from_static("permissions-policy");
    set(features, "camera=(), microphone=(), geolocation=(), browsing-topics=()");
}

/// A failure as a page, or as JSON for a script, in the person's language.
async fn explain(console: &Console, visit: &Visit, bare: Response, failure: Failure) -> Response {
    let status = bare.status();
    let detail = console.templates.words().fault(visit.locale, &failure.detail);
    if visit.wants_json {
        let key = format!("error-{}-text", failure.key);
        let words = console.templates.words();
        let text = words.with(visit.locale, &key, &[("detail", &detail)]);
        let body = serde_json::json!({ "key": failure.key, "text": text });
        return (status, Json(body)).into_response();
    }
    let own = ErrorPage { status: status.as_u16(), key: failure.key, detail };
    match console.page(visit, "", "error.html", own).await {
        Ok(page) => (status, page).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page cannot be rendered");
            status.into_response()
        }
    }
}

/// A panic in a handler: a 500 like any other, and the process goes on.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Error::Unavailable("a handler panicked".to_owned()).into_response()
}
