//! How documents would be split, without keeping any of it.

use chat::WorkspaceId;

use super::{Content, Upload, blocking, collect};
use crate::{
    Error, Fault, Knowledge, Result,
    document::{self, kept},
    parse::{Parsed, Reason, Skipped},
    source::{Kind, Source},
    split::{self, Draft, Settings},
    sync,
};

/// Documents that are shown.
const SHOWN: usize = 30;
/// Files of a folder that are read for it.
const FILES: usize = 5;

/// What documents would become.
#[derive(Debug, Default)]
pub struct Preview {
    /// The first documents: title and passages.
    pub documents: Vec<(String, Vec<Draft>)>,
    /// How many more there are.
    pub more: usize,
    /// What would be left out, and why.
    pub skipped: Vec<Skipped>,
}

impl Knowledge {
    /// Reads and splits an upload of one file or page, or the first files of a folder.
    ///
    /// # Errors
    /// [`Error::Unusable`] with the reason when nothing could be taken.
    pub async fn preview(&self, upload: Upload, settings: Settings) -> Result<Preview> {
        let name = upload.name.clone();
        let unusable = |reason| Error::Unusable { name: name.clone(), reason };
        if matches!(upload.content, Content::Crawl { .. }) {
            return Err(unusable(Reason::NotAFile));
        }
        let collected = collect::collect(self, upload.content, &upload.name).await.map_err(unusable)?;
        let (only, files) = (collected.only_file(), collected.files.len());
        let mut preview = Preview { skipped: collected.skipped, more: files.saturating_sub(FILES), ..Preview::default() };
        for file in collected.files.into_iter().take(FILES) {
            let name = file.name.clone();
            match self.parse(file).await {
                Ok(mut read) => {
                    preview.skipped.append(&mut read.skipped);
                    self.show(&mut preview, read.documents, settings).await?;
                }
                Err(reason) if only => return Err(unusable(reason)),
                Err(reason) => preview.skipped.push(Skipped { name, reason }),
            }
        }
        Ok(preview)
    }

    /// How the documents of a source would be split: those that are kept, or as they are where it is read from now.
    ///
    /// # Errors
    /// [`Error::Unusable`] with the reason when nothing can be read; [`Error::Invalid`] for settings that make no sense and for a source
    /// whose documents stay whole.
    pub async fn preview_source(&self, workspace: WorkspaceId, source: &Source, settings: Settings) -> Result<Preview> {
        let (settings, store) = (settings.checked()?, self.chat().store());
        let documents = match (source.kind, sync::upload(source)) {
            (Kind::Articles, _) => self.published_documents(workspace, source.id, SHOWN).await?,
            (kind, None) if kind.is_kept() => {
                let kept = kept::some(store, workspace, source.id, "", SHOWN as i64).await?;
                kept.map(|(kept, _)| kept.into_iter().map(|kept| kept.document).collect()).unwrap_or_default()
            }
            (Kind::Site | Kind::Sitemap, _) => {
                // A crawl takes its time: one page of it is shown.
                let first = document::list(store, workspace, source.id, "", 1).await?.pop().map(|document| document.external_id);
                let page = first.as_deref().and_then(|name| name.split('#').next()).unwrap_or(&source.address);
                return self.preview(Upload::url(page), settings).await;
            }
            (_, Some(upload)) => return self.preview(upload, settings).await,
            (_, None) => return Err(Error::Invalid(Fault::of("fault-split-whole"))),
        };
        let more = usize::try_from(source.documents).unwrap_or_default().saturating_sub(documents.len());
        let mut preview = Preview { more, ..Preview::default() };
        self.show(&mut preview, documents, settings).await?;
        Ok(preview)
    }

    async fn show(&self, preview: &mut Preview, mut documents: Vec<Parsed>, settings: Settings) -> Result<()> {
        let room = SHOWN.saturating_sub(preview.documents.len());
        preview.more += documents.len().saturating_sub(room);
        documents.truncate(room);
        let cut = settings.under(self.config().passage_size);
        let split =
            move || documents.into_iter().map(|document| (document.title.clone(), split::passages(&document, cut))).collect::<Vec<_>>();
        preview.documents.extend(blocking(split).await.map_err(|reason| Error::Unusable { name: String::new(), reason })?);
        Ok(())
    }
}
