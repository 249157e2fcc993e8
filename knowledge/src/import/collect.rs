//! What an upload is made of: one file, the files of a folder, or a page that is fetched.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Content, blocking, kind_of};
use crate::{
    Knowledge, crawl, folder,
    parse::{self, Body, Kind, Limits, Read, Reason, Skipped},
};

/// Files of one folder import, at most.
const MOST_FILES: usize = 50_000;

/// A file that was written within this time may be written again unnoticed, in ms.
const SETTLED_MS: i64 = 2_000;

/// A file that will be read.
#[derive(Clone)]
pub(crate) struct File {
    /// Its name within the source.
    pub(super) name: String,
    kind: Kind,
    bytes: Bytes,
    /// Where a reader can see it.
    url: String,
    /// Part of a folder: names of its records begin with the file's.
    part: bool,
}

#[derive(Clone)]
enum Bytes {
    Here(Arc<Vec<u8>>),
    File(PathBuf),
}

#[derive(Default)]
pub(super) struct Collected {
    pub files: Vec<File>,
    pub skipped: Vec<Skipped>,
}

impl Collected {
    /// Whether the upload is one file and no folder.
    pub(super) fn only_file(&self) -> bool {
        matches!(self.files.as_slice(), [file] if !file.part)
    }
}

/// Finds the files of an upload.
pub(super) async fn collect(knowledge: &Knowledge, content: Content, name: &str) -> Result<Collected, Reason> {
    match content {
        Content::Bytes(bytes) => one(name, kind_of(name, None)?, bytes, String::new()),
        Content::Path(path) => {
            let name = name.to_owned();
            blocking(move || at_path(&path, name)).await?
        }
        Content::Shared { path, patterns } => {
            let config = knowledge.config().clone();
            blocking(move || {
                let path = folder::resolve(&config, &path)
                    .map_err(|_| Reason::Unreadable { detail: "it is not among the shared folders".to_owned() })?;
                let mut collected = at_path(&path, String::new())?;
                collected.files.retain(|file| patterns.takes(&file.name));
                collected.skipped.retain(|skipped| patterns.takes(&skipped.name) || matches!(skipped.reason, Reason::Unreadable { .. }));
                if collected.files.is_empty() && collected.skipped.is_empty() { Err(Reason::Empty) } else { Ok(collected) }
            })
            .await?
        }
        Content::Url(url) => {
            let limits = knowledge.config().limits();
            let page = knowledge.outbound().get(&url, limits.file_bytes).await.map_err(|error| crawl::fetch(&error))?;
            let path = page.url.split(['?', '#']).next().unwrap_or_default();
            let file = path.splitn(4, '/').nth(3).and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            let kind = kind_of(file, page.content_type.as_deref())
                .or_else(|reason| if page.content_type.is_some() { Err(reason) } else { Ok(Kind::Html) })?;
            one(&url, kind, page.bytes, page.url)
        }
        // Its pages come one after the other.
        Content::Crawl { .. } => Err(Reason::Empty),
    }
}

fn one(name: &str, kind: Kind, bytes: Vec<u8>, url: String) -> Result<Collected, Reason> {
    let file = File { name: name.to_owned(), kind, bytes: Bytes::Here(Arc::new(bytes)), url, part: false };
    Ok(Collected { files: vec![file], skipped: Vec::new() })
}

fn at_path(path: &Path, name: String) -> Result<Collected, Reason> {
    let about = fs::metadata(path).map_err(|error| Reason::Unreadable { detail: error.to_string() })?;
    if about.is_file() {
        let file = File { kind: kind_of(&name, None)?, name, bytes: Bytes::File(path.to_owned()), url: String::new(), part: false };
        return Ok(Collected { files: vec![file], skipped: Vec::new() });
    }
    if !about.is_dir() {
        return Err(Reason::NotAFile);
    }
    let mut collected = Collected::default();
    walk(path, &mut collected);
    if collected.files.is_empty() && collected.skipped.is_empty() {
        return Err(Reason::Empty);
    }
    collected.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(collected)
}

/// Without recursion, hidden files or symbolic links: a link may lead anywhere, and round in circles.
fn walk(root: &Path, collected: &mut Collected) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                collected.skipped.push(Skipped { name: relative(root, &folder), reason: Reason::Unreadable { detail: error.to_string() } });
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = relative(root, &path);
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match file(&entry, &name, path) {
                Ok(Found::Folder(folder)) => folders.push(folder),
                Ok(Found::File(_)) if collected.files.len() >= MOST_FILES => {
                    collected.skipped.push(Skipped { name, reason: Reason::TooMany { limit: MOST_FILES as u64 } });
                }
                Ok(Found::File(file)) => collected.files.push(file),
                Err(reason) => collected.skipped.push(Skipped { name, reason }),
            }
        }
    }
}

enum Found {
    Folder(PathBuf),
    File(File),
}

fn file(entry: &fs::DirEntry, name: &str, path: PathBuf) -> Result<Found, Reason> {
    let kind = entry.file_type().map_err(|error| Reason::Unreadable { detail: error.to_string() })?;
    if kind.is_symlink() {
        Err(Reason::Link)
    } else if kind.is_dir() {
        Ok(Found::Folder(path))
    } else if kind.is_file() {
        Ok(Found::File(File {
            name: name.to_owned(),
            kind: kind_of(name, None)?,
            bytes: Bytes::File(path),
            url: String::new(),
            part: true,
        }))
    } else {
        Err(Reason::NotAFile)
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

impl File {
    /// A page of a crawl, known by its address.
    pub(crate) fn page(url: &str, kind: Kind, bytes: Vec<u8>) -> Self {
        Self { name: url.to_owned(), kind, bytes: Bytes::Here(Arc::new(bytes)), url: url.to_owned(), part: true }
    }

    /// What a program sent.
    pub(crate) fn sent(name: &str, kind: Kind, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), kind, bytes: Bytes::Here(Arc::new(bytes)), url: String::new(), part: false }
    }

    /// What it is like without reading it: times and size. `None` when it was written just now: it may be written again in the same
    /// tick of the clock.
    pub(super) fn stamp(&self, now: i64) -> Option<String> {
        let Bytes::File(path) = &self.bytes else { return None };
        let about = fs::metadata(path).ok()?;
        let modified = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let settled = i64::try_from(modified.as_millis()).ok()? + SETTLED_MS < now;
        #[cfg(unix)]
        let changed = std::os::unix::fs::MetadataExt::ctime_nsec(&about) + std::os::unix::fs::MetadataExt::ctime(&about) * 1_000_000_000;
        #[cfg(not(unix))]
        let changed = 0;
        settled.then(|| format!("{}-{changed}-{}", modified.as_nanos(), about.len()))
    }

    /// Reads and parses it. Blocks.
    pub(super) fn read(&self, limits: &Limits) -> Result<Read, Reason> {
        let read = match &self.bytes {
            Bytes::Here(bytes) => parse::read(&self.name, self.kind, bytes, limits),
            Bytes::File(path) => parse::read(&self.name, self.kind, &load(path, limits.file_bytes)?, limits),
        };
        let mut read = read?;
        for document in &mut read.documents {
            if document.url.is_empty() && matches!(document.body, Body::Prose(_)) {
                document.url = parse::safe_url(&self.url);
            }
            if self.part && document.external_id != self.name {
                document.external_id = format!("{}#{}", self.name, document.external_id);
            }
        }
        Ok(read)
    }
}

fn load(path: &Path, limit: u64) -> Result<Vec<u8>, Reason> {
    let unreadable = |error: std::io::Error| Reason::Unreadable { detail: error.to_string() };
    let file = fs::File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > limit {
        return Err(Reason::TooLarge { bytes: size, limit });
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
