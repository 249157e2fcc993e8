//! Style sheets, scripts and icons: embedded, compressed once, addressed by the hash of all of them.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use sha2::{Digest, Sha256};

/// One file as it is sent.
pub struct Asset {
    /// Its bytes.
    pub plain: Vec<u8>,
    /// The same in brotli.
    pub brotli: Vec<u8>,
    /// Its media type.
    pub kind: &'static str,
}

/// Every asset under one address that changes when any of them does, so relative
/// imports between them keep working and browsers may keep them for ever.
pub struct Assets {
    base: String,
    hash: String,
    files: BTreeMap<String, Asset>,
}

impl Assets {
    /// Takes files as (path, bytes); `base` is the address they are served under.
    #[must_use]
    pub fn new(base: &str, files: Vec<(String, Vec<u8>)>) -> Assets {
        let mut sorted: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
        sorted.insert("app.css".to_owned(), style_sheet(&sorted));
        let mut hash = Sha256::new();
        for (path, bytes) in &sorted {
            hash.update(path.as_bytes());
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        let hash: String = hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Assets {
            base: base.trim_end_matches('/').to_owned(),
            hash,
            files: sorted.into_iter().map(|(path, plain)| (path.clone(), asset(&path, plain))).collect(),
        }
    }

    /// Where `path` is served; `None` if there is no such file.
    #[must_use]
    pub fn address(&self, path: &str) -> Option<String> {
        self.files.contains_key(path).then(|| format!("{}/{}/{path}", self.base, self.hash))
    }

    /// The file of an address that was given out, with its hash.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }

    /// The hash all files are addressed by.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every file, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.files.iter().map(|(path, asset)| (path.as_str(), asset))
    }
}

/// Whether the browser takes brotli.
#[must_use]
pub fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim().starts_with("br")))
}

/// Every file of `css/`, sorted by name, as the one sheet a page links to.
fn style_sheet(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut sheet = Vec::new();
    for (path, bytes) in files {
        if path.starts_with("css/") && path.ends_with(".css") {
            sheet.extend_from_slice(bytes);
            sheet.push(b'\n');
        }
    }
    sheet
}

fn asset(path: &str, plain: Vec<u8>) -> Asset {
    let mut brotli = Vec::new();
    let mut input = plain.as_slice();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    // Writing to memory cannot fail; an empty result would be served as it is.
    let compressed = brotli::BrotliCompress(&mut input, &mut brotli, &params).is_ok();
    if !compressed || brotli.len() >= plain.len() {
        brotli = Vec::new();
    }
    Asset { kind: kind(path), plain, brotli }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
