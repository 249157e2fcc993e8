//! One document: the passages it was split into.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sqlx::Row;

use chat::{DocumentId, SourceId};
use knowledge::passage::{self, Passage};
use knowledge::source;

use super::PAGE;
use crate::conversation::context::web_address;
use crate::error::Error;
use crate::handle::Console;
use crate::web::params::Ids;
use crate::web::visit::Seat;

#[derive(Serialize)]
struct DocumentPage {
    document: DocumentText,
    passages: Vec<PassageRow>,
}

#[derive(Serialize)]
struct DocumentText {
    id: String,
    href: String,
    title: String,
    url: String,
    language: String,
    passages: i64,
    updated_at: i64,
    source: SourceLink,
}

#[derive(Serialize)]
struct SourceLink {
    name: String,
    href: String,
}

#[derive(Serialize)]
struct PassageRow {
    id: String,
    position: i64,
    kind: &'static str,
    heading: String,
    text: String,
    audience: &'static str,
    language: String,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ids(source, id): Ids<SourceId, DocumentId>) -> Result<Response, Error> {
    let passages = passages(&console, &seat, id).await?;
    let document = document(&console, &seat, source, id, passages.len()).await?;
    let own = DocumentPage { document, passages };
    let page = console.page(&seat.visit, "sources", "document.html", own).await?;
    Ok(page.into_response())
}

async fn document(console: &Console, seat: &Seat, source: SourceId, id: DocumentId, passages: usize) -> Result<DocumentText, Error> {
    let store = console.chat.store();
    let row = sqlx::query(
        "SELECT title, url, language, updated_at FROM document \
         WHERE workspace_id = $1 AND source_id = $2 AND id = $3",
    )
    .bind(seat.workspace().text())
    .bind(source.text())
    .bind(id.text())
    .fetch_optional(store.read())
    .await?
    .ok_or(Error::NotFound)?;
    let url: String = row.try_get("url")?;
    Ok(DocumentText {
        id: id.text(),
        href: format!("{PAGE}/{source}/documents/{id}"),
        title: row.try_get("title")?,
        url: web_address(&url),
        language: row.try_get("language")?,
        passages: passages as i64,
        updated_at: row.try_get("updated_at")?,
        source: SourceLink { name: source::find(store, seat.workspace(), source).await?.name, href: format!("{PAGE}/{source}") },
    })
}

async fn passages(console: &Console, seat: &Seat, id: DocumentId) -> Result<Vec<PassageRow>, Error> {
    let passages = passage::of_document(console.chat.store(), seat.workspace(), id).await?;
    let row = |passage: Passage| PassageRow {
        id: passage.id.text(),
        position: passage.position,
        kind: passage.kind.text(),
        heading: passage.heading,
        text: passage.text,
        audience: passage.audience.text(),
        language: passage.language,
    };
    Ok(passages.into_iter().map(row).collect())
}

impl Console {
    /// Where a document is shown; `None` when it is gone.
    pub async fn document_href(&self, seat: &Seat, id: DocumentId) -> Result<Option<String>, Error> {
        let row = sqlx::query("SELECT source_id FROM document WHERE workspace_id = $1 AND id = $2")
            .bind(seat.workspace().text())
            .bind(id.text())
            .fetch_optional(self.chat.store().read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let source: String = row.try_get("source_id")?;
        Ok(Some(format!("{PAGE}/{source}/documents/{id}")))
    }
}
