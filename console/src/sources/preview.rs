//! How a source would be split, before anything of it is kept.

use axum::response::{IntoResponse, Response};
use serde::Serialize;

use knowledge::Error as Refused;
use knowledge::import::Upload;
use knowledge::split::Draft;

use super::reason::say;
use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

#[derive(Serialize)]
struct PreviewPage {
    files: Vec<FileText>,
    /// What is not shown here: `site`, `sitemap`, `folder`.
    notes: Vec<&'static str>,
}

#[derive(Serialize)]
struct FileText {
    name: String,
    /// Why nothing would be taken; empty: something would.
    failure: String,
    documents: Vec<DocumentText>,
    more: usize,
    skipped: Vec<String>,
}

#[derive(Serialize)]
struct DocumentText {
    title: String,
    passages: Vec<DraftText>,
}

#[derive(Serialize)]
struct DraftText {
    kind: &'static str,
    heading: String,
    text: String,
    spot: String,
}

/// Reads and splits what was sent, and keeps none of it.
pub async fn show(console: &Console, seat: &Seat, uploads: Vec<Upload>, notes: Vec<&'static str>) -> Result<Response, Error> {
    let mut files = Vec::new();
    for upload in uploads {
        let name = upload.name.clone();
        let words = console.templates.words();
        files.push(match console.knowledge.preview(upload).await {
            Ok(preview) => FileText {
                name,
                failure: String::new(),
                documents: preview
                    .documents
                    .into_iter()
                    .map(|(title, drafts)| DocumentText { title, passages: drafts.into_iter().map(draft).collect() })
                    .collect(),
                more: preview.more,
                skipped: preview.skipped.iter().map(|skipped| say(words, seat.locale(), &skipped.reason)).collect(),
            },
            Err(Refused::Unusable { reason, .. }) => {
                let failure = say(words, seat.locale(), &reason);
                FileText { name, failure, documents: Vec::new(), more: 0, skipped: Vec::new() }
            }
            Err(error) => return Err(error.into()),
        });
    }
    let page = console.page(&seat.visit, "sources", "source_preview.html", PreviewPage { files, notes }).await?;
    Ok(page.into_response())
}

fn draft(draft: Draft) -> DraftText {
    DraftText {
        kind: draft.kind.text(),
        heading: draft.heading,
        text: draft.text,
        spot: draft.spot.map(|spot| spot.to_string()).unwrap_or_default(),
    }
}
