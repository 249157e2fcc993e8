//! How a source would be split, before anything of it is kept.

use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::LibraryId;
use knowledge::Error as Refused;
use knowledge::import::{Preview, Upload};
use knowledge::source;
use knowledge::split::{Draft, Settings};

use super::reason::say;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::visit::Seat;
use crate::words::Words;

/// Passages of a document that are shown.
const SHOWN: usize = 40;

#[derive(Serialize)]
struct PreviewPage {
    files: Vec<FileText>,
    /// What is not shown here: `site`, `sitemap`, `folder`.
    notes: Vec<&'static str>,
}

/// What would come of a file, or of a source.
#[derive(Serialize)]
pub struct FileText {
    name: String,
    /// Why nothing would be taken; empty: something would.
    failure: String,
    documents: Vec<DocumentText>,
    /// Documents that are not shown.
    more: usize,
    skipped: Vec<String>,
    /// Passages of those that are.
    passages: usize,
}

#[derive(Serialize)]
struct DocumentText {
    title: String,
    passages: Vec<DraftText>,
    /// Passages that are not shown.
    more: usize,
}

#[derive(Serialize)]
struct DraftText {
    kind: &'static str,
    heading: String,
    text: String,
    spot: String,
}

/// Reads and splits what was sent to a library, and keeps none of it.
pub async fn show(
    console: &Console,
    seat: &Seat,
    library: Option<LibraryId>,
    uploads: Vec<Upload>,
    notes: Vec<&'static str>,
) -> Result<Response, Error> {
    let mut files = Vec::new();
    for upload in uploads {
        let settings = match library {
            Some(library) => source::settings_at(console.chat.store(), seat.workspace(), library, &upload.address).await?,
            None => Settings::default(),
        };
        let name = upload.name.clone();
        let found = console.knowledge.preview(upload, settings).await;
        files.push(read(console.templates.words(), seat.locale(), name, found)?);
    }
    let page = console.page(&seat.visit, "sources", "source_preview.html", PreviewPage { files, notes }).await?;
    Ok(page.into_response())
}

/// What was found, or why nothing was.
pub fn read(words: &Words, locale: Locale, name: String, found: Result<Preview, Refused>) -> Result<FileText, Error> {
    let mut file = FileText { name, failure: String::new(), documents: Vec::new(), more: 0, skipped: Vec::new(), passages: 0 };
    match found {
        Ok(preview) => {
            file.passages = preview.documents.iter().map(|(_, drafts)| drafts.len()).sum();
            file.documents = preview.documents.into_iter().map(document).collect();
            file.more = preview.more;
            file.skipped = preview.skipped.iter().map(|skipped| say(words, locale, &skipped.reason)).collect();
        }
        Err(Refused::Unusable { reason, .. }) => file.failure = say(words, locale, &reason),
        Err(error) => return Err(error.into()),
    }
    Ok(file)
}

fn document((title, drafts): (String, Vec<Draft>)) -> DocumentText {
    let more = drafts.len().saturating_sub(SHOWN);
    DocumentText { title, passages: drafts.into_iter().take(SHOWN).map(draft).collect(), more }
}

fn draft(draft: Draft) -> DraftText {
    DraftText {
        kind: draft.kind.text(),
        heading: draft.heading,
        text: draft.text,
        spot: draft.spot.map(|spot| spot.to_string()).unwrap_or_default(),
    }
}
