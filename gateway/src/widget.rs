//! The widget's files, as `build.rs` made them: served as they are, to every origin, packed where the browser can unpack.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

static FILES: Dir<'_> = include_dir!("$OUT_DIR/widget");
static STYLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/pages");

/// `/widget.js`, `/widget/…` and the styles of our own pages.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/widget.js", get(|uri: Uri, headers: HeaderMap| async move { serve(&FILES, "widget.js", &uri, &headers) }))
        .route(
            "/widget/{*path}",
            get(|Path(path): Path<String>, uri: Uri, headers: HeaderMap| async move { serve(&FILES, &path, &uri, &headers) }),
        )
        .route(
            "/pages/{*path}",
            get(|Path(path): Path<String>, uri: Uri, headers: HeaderMap| async move { serve(&STYLES, &path, &uri, &headers) }),
        )
}

fn serve(files: &'static Dir<'_>, path: &str, uri: &Uri, headers: &HeaderMap) -> Response {
    let (Some(kind), Some(plain)) = (content_type(path), files.get_file(path)) else { return StatusCode::NOT_FOUND.into_response() };
    let packed = files.get_file(format!("{path}.br")).filter(|_| accepts_brotli(headers));
    let bytes = packed.unwrap_or(plain).contents();
    let tag = format!("\"{}\"", Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>());
    // A version in the address never changes its content; without one, browsers ask again soon.
    let cache = if uri.query().is_some_and(|query| query.starts_with("v=")) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let out = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| HeaderValue::from_str(value).map(|value| out.insert(name, value)).is_ok();
    let known = set(header::CONTENT_TYPE, kind)
        && set(header::CACHE_CONTROL, cache)
        && set(header::ETAG, &tag)
        && set(header::VARY, "accept-encoding")
        && set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        && set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    if packed.is_some() {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    debug_assert!(known, "every value is plain text");
    response
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim().starts_with("br")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The core and one language; everything else is loaded with the first message or later.
    #[test]
    fn a_page_loads_little_before_the_first_message() {
        let packed = |path: &str| FILES.get_file(format!("{path}.br")).map(|file| file.contents().len()).unwrap();
        for locale in ["en", "zh"] {
            let all = packed("widget.js") + packed(&format!("locales/{locale}.json"));
            assert!(all <= 14_000, "{all} bytes in {locale}");
        }
    }
}
