//! How an upload would be split, without keeping any of it.

use super::{Content, Upload, blocking, collect};
use crate::{
    Error, Knowledge, Result,
    parse::{Reason, Skipped},
    split::{self, Draft},
};

/// Documents that are shown.
const SHOWN: usize = 30;

/// What an upload would become.
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
    /// Reads and splits an upload of one file or page.
    ///
    /// # Errors
    /// [`Error::Unusable`] with the reason when nothing could be taken.
    pub async fn preview(&self, upload: Upload) -> Result<Preview> {
        let name = upload.name.clone();
        let unusable = |reason| Error::Unusable { name: name.clone(), reason };
        if matches!(upload.content, Content::Crawl { .. }) {
            return Err(unusable(Reason::NotAFile));
        }
        let collected = collect::collect(self, upload.content, &upload.name).await.map_err(unusable)?;
        let mut preview = Preview { skipped: collected.skipped, ..Preview::default() };
        let size = self.config().passage_size;
        for file in collected.files {
            let mut read = self.parse(file).await.map_err(unusable)?;
            preview.skipped.append(&mut read.skipped);
            let room = SHOWN.saturating_sub(preview.documents.len());
            preview.more += read.documents.len().saturating_sub(room);
            read.documents.truncate(room);
            let split = move || {
                read.documents.into_iter().map(|document| (document.title.clone(), split::passages(&document, size))).collect::<Vec<_>>()
            };
            preview.documents.extend(blocking(split).await.map_err(unusable)?);
        }
        Ok(preview)
    }
}
