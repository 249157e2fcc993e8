//! What a form has sent: text fields and files, read within limits.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use std::sync::Arc;

use crate::error::Error;

/// Bytes of a form without files.
const PLAIN_BYTES: usize = 256 * 1024;
/// Fields of any form, files included.
const MOST_FIELDS: usize = 1_500;
/// Bytes of one text field of a form with files: a pasted document.
const TEXT_BYTES: usize = 4 * 1024 * 1024;

/// An uploaded file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name as the browser tells it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The fields of a form, read and checked before any handler sees them.
#[derive(Clone, Debug, Default)]
pub struct Fields(Arc<Content>);

#[derive(Debug, Default)]
struct Content {
    texts: Vec<(String, String)>,
    files: Vec<File>,
}

impl Fields {
    /// The first field of this name; empty if there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.texts.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every field of this name: checkboxes.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        let same = self.0.texts.iter().filter(|(known, _)| known == name);
        same.map(|(_, value)| value.as_str()).collect()
    }

    /// The uploaded files.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.0.files
    }

    /// Where to go after the form: its `back` field, if that stays in the console.
    #[must_use]
    pub fn back(&self, natural: &str) -> String {
        inside(self.text("back")).unwrap_or(natural).to_owned()
    }

    /// Reads the body of a request; `most` bytes if it carries files.
    pub async fn read(request: Request, most: usize) -> Result<Fields, Error> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let content = if kind.starts_with("multipart/form-data") {
            multipart(request, most).await?
        } else if kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded") {
            plain(request).await?
        } else {
            return Err(Error::Broken(format!("content type {kind}")));
        };
        Ok(Fields(Arc::new(content)))
    }
}

/// An address inside the console, or nothing: no other host, scheme or trick with slashes.
#[must_use]
pub fn inside(path: &str) -> Option<&str> {
    let plain = path.starts_with("/console") && !path.contains("//") && !path.contains(['\\', '\r', '\n', '\t']);
    let rest = path.strip_prefix("/console").unwrap_or_default();
    (plain && (rest.is_empty() || rest.starts_with(['/', '?']))).then_some(path)
}

async fn plain(request: Request) -> Result<Content, Error> {
    let bytes = to_bytes(request.into_body(), PLAIN_BYTES).await.map_err(|_| Error::TooLarge)?;
    let mut again = Request::new(Body::from(bytes));
    *again.method_mut() = axum::http::Method::POST;
    again.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/x-www-form-urlencoded"));
    let Form(texts) = Form::<Vec<(String, String)>>::from_request(again, &()).await.map_err(|error| Error::Broken(error.body_text()))?;
    if texts.len() > MOST_FIELDS {
        return Err(Error::TooLarge);
    }
    Ok(Content { texts, files: Vec::new() })
}

async fn multipart(request: Request, most: usize) -> Result<Content, Error> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| Error::Broken(error.body_text()))?;
    let mut content = Content::default();
    let mut total = 0;
    let broken = |error: axum::extract::multipart::MultipartError| {
        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { Error::TooLarge } else { Error::Broken(error.body_text()) }
    };
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let limit = if file.is_some() { most } else { TEXT_BYTES };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(broken)? {
            total += chunk.len();
            if total > most || bytes.len() + chunk.len() > limit {
                return Err(Error::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            // A browser sends an empty part for a file field that was left alone.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(name) => content.files.push(File { name, bytes }),
            None => content.texts.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
        if content.texts.len() + content.files.len() > MOST_FIELDS {
            return Err(Error::TooLarge);
        }
    }
    Ok(content)
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(parts.extensions.get::<Fields>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn the_way_back_stays_in_the_console() {
        for (path, fine) in [
            ("/console/inbox?view=mine", true),
            ("/console", true),
            ("/console/", true),
            ("/consolex", false),
            ("//elsewhere.example/console/", false),
            ("/console//elsewhere.example", false),
            ("/console/\\elsewhere", false),
            ("https://elsewhere.example/console/", false),
            ("/console/a\r\nSet-Cookie: x", false),
            ("", false),
        ] {
            assert_eq!(inside(path).is_some(), fine, "{path}");
        }
    }
}
