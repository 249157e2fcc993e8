//! One document: the passages it was split into.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use chat::{AgentId, DocumentId, SourceId};
use knowledge::passage::{self, Passage};
use knowledge::release::Frozen;
use knowledge::{Spot, document as record, source, sync};

use super::PAGE;
use crate::articles::edit_href;
use crate::audience::AudienceText;
use crate::conversation::context::web_address;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Ids;
use crate::web::visit::Seat;
use crate::words::Words;

#[derive(Serialize)]
struct DocumentPage {
    document: DocumentText,
    passages: Vec<PassageRow>,
    /// Whether releases go on answering from what is removed.
    waits: bool,
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
    admin: bool,
    /// Where it is written, if it is an article: then it is not removed here.
    article: Option<String>,
    source: SourceLink,
}

#[derive(Serialize)]
struct SourceLink {
    name: String,
    href: String,
    owner: String,
    synced_at: Option<i64>,
    /// Whether it can be read again, which brings a removed document back.
    again: bool,
}

/// A passage as pages show it.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct PassageRow {
    pub id: String,
    pub position: i64,
    pub kind: &'static str,
    pub heading: String,
    pub text: String,
    pub audience: AudienceText,
    pub language: String,
    /// Page, or sheet and row.
    pub page: Option<u32>,
    pub sheet: String,
    pub row: Option<u32>,
    pub edited: bool,
    pub hidden: bool,
}

impl PassageRow {
    /// A passage of the record.
    #[must_use]
    pub fn of(words: &Words, locale: Locale, passage: Passage) -> PassageRow {
        let (page, sheet, row) = match passage.spot {
            Some(Spot::Page { page }) => (Some(page), String::new(), None),
            Some(Spot::Row { sheet, row }) => (None, sheet, Some(row)),
            None => (None, String::new(), None),
        };
        PassageRow {
            id: passage.id.text(),
            position: passage.position,
            kind: passage.kind.text(),
            heading: passage.heading,
            text: passage.text,
            audience: AudienceText::of(words, locale, &passage.audience),
            language: passage.language,
            page,
            sheet,
            row,
            edited: !passage.origin.is_empty(),
            hidden: passage.hidden_at.is_some(),
        }
    }
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ids(source, id): Ids<SourceId, DocumentId>) -> Result<Response, Error> {
    let passages = passages(&console, &seat, id).await?;
    let document = document(&console, &seat, source, id, passages.len()).await?;
    let own = DocumentPage { document, passages, waits: console.waits(&seat).await? };
    let page = console.page(&seat.visit, "sources", "document.html", own).await?;
    Ok(page.into_response())
}

/// Removes it with its passages; what releases have of it stays with them, unless that is to go, too.
pub async fn remove(
    State(console): State<Console>,
    seat: Seat,
    Ids(source, id): Ids<SourceId, DocumentId>,
    fields: Fields,
) -> Result<Response, Error> {
    let document = document(&console, &seat, source, id, 0).await?;
    let frozen = super::source::frozen(&fields);
    record::remove(&console.chat, seat.workspace(), id, frozen).await?;
    let detail = json!({ "source": source, "from_releases": frozen == Frozen::Forgotten });
    console.note(&seat, "document.remove", id.text(), detail).await?;
    let waits = frozen == Frozen::Kept && console.waits(&seat).await?;
    let flash = Flash::done(if waits { "flash-source-removed-waits" } else { "flash-source-removed" }).with("name", document.title);
    Ok(console.said(&seat.visit, &document.source.href, &flash))
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
    let known = source::find(store, seat.workspace(), source).await?;
    Ok(DocumentText {
        id: id.text(),
        href: format!("{PAGE}/{source}/documents/{id}"),
        title: row.try_get("title")?,
        article: edit_href(&url),
        url: web_address(&url),
        language: row.try_get("language")?,
        passages: passages as i64,
        updated_at: row.try_get("updated_at")?,
        admin: seat.is(chat::agent::Role::Admin),
        source: SourceLink {
            owner: owner(console, seat, known.owner).await?,
            synced_at: known.synced_at,
            again: sync::upload(&known).is_some(),
            name: known.name,
            href: format!("{PAGE}/{source}"),
        },
    })
}

/// The name of who answers for it; empty: nobody.
async fn owner(console: &Console, seat: &Seat, owner: Option<AgentId>) -> Result<String, Error> {
    let Some(owner) = owner else { return Ok(String::new()) };
    match chat::agent::find(console.chat.store(), seat.workspace(), owner).await {
        Ok(agent) => Ok(agent.name),
        Err(chat::Error::NotFound) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

async fn passages(console: &Console, seat: &Seat, id: DocumentId) -> Result<Vec<PassageRow>, Error> {
    let passages = passage::of_document(console.chat.store(), seat.workspace(), id).await?;
    let (words, locale) = (console.templates.words(), seat.locale());
    Ok(passages.into_iter().map(|passage| PassageRow::of(words, locale, passage)).collect())
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
