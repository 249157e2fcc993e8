//! Import: from a place to documents in the record, touching only what changed.

mod collect;
mod preview;
mod reconcile;
mod recut;

use std::{collections::HashMap, path::PathBuf};

use chat::{LibraryId, SourceId, WorkspaceId};
use serde::{Deserialize, Serialize};

pub use crate::source::Summary;
use crate::{
    Audience, Error, Knowledge, Result,
    crawl::{self, Crawl, Reach, Way, page},
    folder::Patterns,
    parse::{Kind, Read, Reason, Skipped},
    source::{self, Kind as Place, Manner},
};
pub(crate) use collect::File;
pub use preview::Preview;
pub(crate) use reconcile::{Documents, Given, Split, digest, put};

/// Something to import.
#[derive(Debug)]
pub struct Upload {
    /// What people call it.
    pub name: String,
    /// Where it came from: the same address in a library is the same source.
    pub address: String,
    /// Who may be answered from it, if it makes a new source; one that is there keeps its own.
    pub audience: Audience,
    /// Where its bytes are.
    pub content: Content,
}

/// Where the bytes of an upload are.
#[derive(Debug)]
pub enum Content {
    /// Here.
    Bytes(Vec<u8>),
    /// In a file, or a folder of files.
    Path(PathBuf),
    /// A folder the operator shares: it is looked for among those each time.
    Shared {
        /// Where.
        path: String,
        /// Which files.
        patterns: Patterns,
    },
    /// A page of the web.
    Url(String),
    /// Many pages of a site.
    Crawl {
        /// The first page, or the sitemap.
        url: String,
        /// How pages are found.
        way: Way,
        /// How far it goes.
        reach: Reach,
    },
}

impl Upload {
    /// A file or folder of this machine.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let full = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let name = full.file_name().map_or_else(|| full.display().to_string(), |name| name.to_string_lossy().into_owned());
        Self { name, address: full.display().to_string(), audience: Audience::All, content: Content::Path(full) }
    }

    /// A folder the operator shares with admins.
    #[must_use]
    pub fn shared(path: &str, patterns: &str) -> Self {
        let content = Content::Shared { path: path.to_owned(), patterns: Patterns::parse(patterns).unwrap_or_default() };
        Self { name: path.to_owned(), address: path.to_owned(), audience: Audience::All, content }
    }

    /// A file that somebody sent; only the last part of its name counts.
    #[must_use]
    pub fn bytes(name: &str, bytes: Vec<u8>) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let name: String = crate::parse::one_line(&crate::parse::clean(name)).chars().take(200).collect();
        Self { address: format!("upload:{name}"), name, audience: Audience::All, content: Content::Bytes(bytes) }
    }

    /// A page of the web.
    #[must_use]
    pub fn url(url: &str) -> Self {
        let url = url.trim().to_owned();
        Self { name: url.clone(), address: url.clone(), audience: Audience::All, content: Content::Url(url) }
    }

    /// The pages of a site.
    #[must_use]
    pub fn crawl(url: &str, way: Way, reach: Reach) -> Self {
        let url = url.trim().to_owned();
        Self { name: url.clone(), address: url.clone(), audience: Audience::All, content: Content::Crawl { url, way, reach } }
    }

    /// For this audience, if it makes a new source.
    #[must_use]
    pub fn with_audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }
}

/// How far an import has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The file that is being taken in.
    pub file: String,
    /// Files that are done.
    pub files: u64,
    /// Files there are.
    pub files_total: u64,
    /// Documents of this file that are done.
    pub documents: u64,
    /// Documents this file has.
    pub documents_total: u64,
}

/// Told how far an import has come.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Send + Sync);

impl Knowledge {
    /// Takes a file, folder or page into a library: new and changed documents are written, unchanged ones left alone, and those
    /// that are gone removed. What cannot be taken is named in the summary, and the rest is taken.
    ///
    /// # Errors
    /// [`Error::Unusable`] with the reason when nothing can be taken; then nothing is removed either.
    pub async fn import(&self, workspace: WorkspaceId, library: LibraryId, upload: Upload, progress: Watch<'_>) -> Result<Summary> {
        let started = std::time::Instant::now();
        let unusable = |reason| Error::Unusable { name: upload.name.clone(), reason };
        let (kind, address) = (place(&upload.content), upload.address.clone());
        if let Content::Crawl { url, way, reach } = upload.content {
            let (crawl, first) = Crawl::begin(self, &url, way, reach, progress).await.map_err(unusable)?;
            let place = crawl::Place { workspace, library, kind, name: &upload.name, address: &address, audience: upload.audience.clone() };
            let summary = crawl.run(&place, first).await?;
            tell(&upload.name, &summary, started);
            return Ok(summary);
        }
        let collected = collect::collect(self, upload.content, &upload.name).await.map_err(unusable)?;
        // One file that cannot be read is an error, not an empty source.
        let first = collected.only_file().then(|| collected.files.first().cloned()).flatten();
        let mut parsed_first = match &first {
            Some(file) => Some(self.parse(file.clone()).await.map_err(unusable)?),
            None => None,
        };
        let new = source::New { kind, name: &upload.name, address: &address, audience: upload.audience.clone() };
        let source = source::open(self.chat(), workspace, library, &new).await?;
        let mut reconciler = Documents::open(self, workspace, library, source).await?;
        // What a folder's file was like when it was read last: one that is as it was is not read again.
        let is_folder = matches!(kind, Place::Folder | Place::Shared);
        let known = if is_folder { page::known(self.chat().store(), workspace, source).await? } else { HashMap::new() };
        let (recipe, mut fresh) = (reconciler.recipe(), Vec::new());
        let gone: Vec<String> = known.keys().filter(|name| !collected.files.iter().any(|file| file.name == **name)).cloned().collect();
        for skipped in collected.skipped {
            reconciler.keep(&skipped.name);
            reconciler.summary.skip(skipped);
        }
        let total = collected.files.len() as u64;
        for (n, file) in collected.files.into_iter().enumerate() {
            let name = file.name.clone();
            let stamp = if is_folder { file.stamp(self.chat().now()) } else { None };
            let same = |page: &page::Page| Some(&page.etag) == stamp.as_ref() && page.recipe == recipe;
            if known.get(&name).is_some_and(same) && reconciler.holds(&name) {
                reconciler.unchanged(&name);
                continue;
            }
            let read = match parsed_first.take() {
                Some(read) => Ok(read),
                None => self.parse(file).await,
            };
            let tell = |documents, documents_total| {
                progress(Progress { file: name.clone(), files: n as u64, files_total: total, documents, documents_total })
            };
            match read {
                Ok(read) => {
                    reconciler.take(read, &tell).await?;
                    fresh.extend(stamp.map(|stamp| page::Page::file(&name, stamp, &recipe)));
                }
                Err(reason) => {
                    reconciler.keep(&name);
                    reconciler.summary.skip(Skipped { name, reason });
                }
            }
        }
        let summary = reconciler.finish().await?;
        page::keep(self.chat(), workspace, source, &fresh).await?;
        page::forget(self.chat(), workspace, source, &gone).await?;
        progress(Progress { files: total, files_total: total, ..Progress::default() });
        tell(&upload.name, &summary, started);
        Ok(summary)
    }

    /// [`Knowledge::import`] by a reader that may be left alone: when it fails and nobody `waits` for its answer any more, the failure
    /// stands with the source, which is made for it if it is not there.
    ///
    /// # Errors
    /// Those of the import.
    pub async fn import_attended(
        &self,
        workspace: WorkspaceId,
        library: LibraryId,
        upload: Upload,
        waits: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Summary> {
        let (kind, name, address, audience) =
            (place(&upload.content), upload.name.clone(), upload.address.clone(), upload.audience.clone());
        let done = self.import(workspace, library, upload, &|_| {}).await;
        if let Err(error) = &done
            && !waits()
        {
            let new = source::New { kind, name: &name, address: &address, audience };
            let reason = match error {
                Error::Unusable { reason, .. } => reason.clone(),
                other => Reason::Unreadable { detail: other.to_string() },
            };
            source::failed(self.chat(), workspace, library, &new, &reason).await?;
        }
        done
    }

    /// How documents of a source are taken in.
    pub(crate) async fn manner(&self, workspace: WorkspaceId, source: SourceId) -> Result<Manner> {
        Manner::of(self.chat().store(), workspace, source, self.config().passage_size).await
    }

    pub(crate) async fn parse(&self, file: File) -> Result<Read, Reason> {
        let limits = self.config().limits();
        blocking(move || file.read(&limits)).await?
    }
}

fn tell(name: &str, summary: &Summary, started: std::time::Instant) {
    tracing::info!(
        source.name = name,
        source.taken = summary.taken,
        source.unchanged = summary.unchanged,
        source.removed = summary.removed,
        source.skipped = summary.skipped_total(),
        import.ms = started.elapsed().as_millis() as u64,
        "a source was imported"
    );
}

fn place(content: &Content) -> Place {
    match content {
        Content::Bytes(_) => Place::File,
        Content::Path(path) if path.is_dir() => Place::Folder,
        Content::Path(_) => Place::File,
        Content::Shared { .. } => Place::Shared,
        Content::Url(_) => Place::Url,
        Content::Crawl { way: Way::Links, .. } => Place::Site,
        Content::Crawl { way: Way::Sitemap, .. } => Place::Sitemap,
    }
}

/// Runs work that computes or reads files; a panic in it is the file's fault, not the server's.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Reason> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Reason::damaged("the parser gave up"))
}

/// Which parser reads a file of that name and content type.
pub(crate) fn kind_of(name: &str, content_type: Option<&str>) -> Result<Kind, Reason> {
    match content_type.map(Kind::of_content_type).transpose()?.flatten() {
        Some(kind) => Ok(kind),
        None => Kind::of_name(name),
    }
}
