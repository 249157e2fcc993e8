//! One source: what the last import did, its documents; syncing and removing it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use chat::SourceId;
use knowledge::library::{self, Library};
use knowledge::parse::Reason;
use knowledge::source::{self, Kind, Source};
use knowledge::{document, import::Upload};

use super::PAGE;
use crate::conversation::context::web_address;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::sources::add;
use crate::templates::filters::urlencode;
use crate::web::flash::Flash;
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;
use crate::words::Words;

/// Documents of one page.
const DOCUMENTS: i64 = 100;

/// A source as pages show it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct SourceText {
    pub id: String,
    pub href: String,
    pub name: String,
    pub kind: &'static str,
    pub library: String,
    pub address: String,
    pub audience: &'static str,
    pub documents: i64,
    pub passages: i64,
    pub skipped: u64,
    pub created_at: i64,
    pub synced_at: Option<i64>,
    pub state: &'static str,
}

#[derive(Serialize)]
struct SourceDetail {
    #[serde(flatten)]
    source: SourceText,
    summary: SummaryText,
}

#[derive(Serialize)]
struct SummaryText {
    taken: u64,
    unchanged: u64,
    removed: u64,
    skipped: Vec<SkippedText>,
}

#[derive(Serialize)]
struct SkippedText {
    name: String,
    reason: String,
}

#[derive(Serialize)]
struct DocumentRow {
    id: String,
    href: String,
    title: String,
    url: String,
    language: String,
    passages: i64,
    updated_at: i64,
}

#[derive(Serialize)]
struct SourcePage {
    source: SourceDetail,
    documents: Vec<DocumentRow>,
    q: String,
    next: Option<String>,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The name the page before ended with.
    before: String,
}

impl SourceText {
    /// A source of the record.
    #[must_use]
    pub fn of(source: &Source, libraries: &[Library]) -> SourceText {
        SourceText {
            id: source.id.text(),
            href: format!("{PAGE}/{}", source.id),
            name: source.name.clone(),
            kind: source.kind.text(),
            library: libraries.iter().find(|library| library.id == source.library).map(|library| library.name.clone()).unwrap_or_default(),
            address: source.address.clone(),
            audience: source.audience.text(),
            documents: source.documents,
            passages: source.passages,
            skipped: source.summary.skipped_total(),
            created_at: source.created_at,
            synced_at: source.synced_at,
            state: if source.synced_at.is_some() { "ready" } else { "working" },
        }
    }
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let source = source::find(store, workspace, id).await?;
    let libraries = library::list(store, workspace).await?;
    let limit = DOCUMENTS + 1;
    let mut documents = document::list(store, workspace, id, &asked.before, limit).await?;
    let more = documents.len() as i64 > DOCUMENTS;
    documents.truncate(DOCUMENTS as usize);
    let next = documents.last().filter(|_| more).map(|last| {
        let before = urlencode(&last.external_id);
        format!("{PAGE}/{id}?before={before}")
    });
    let own = SourcePage {
        documents: documents
            .into_iter()
            .map(|document| DocumentRow {
                id: document.id.text(),
                href: format!("{PAGE}/{id}/documents/{}", document.id),
                title: document.title,
                url: web_address(&document.url),
                language: document.language,
                passages: document.passages,
                updated_at: document.updated_at,
            })
            .collect(),
        source: detail(&console, seat.locale(), &source, &libraries),
        q: String::new(),
        next,
    };
    let page = console.page(&seat.visit, "sources", "source.html", own).await?;
    Ok(page.into_response())
}

/// Reads the place again.
pub async fn sync(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>) -> Result<Response, Error> {
    let source = source::find(console.chat.store(), seat.workspace(), id).await?;
    let mut upload = match source.kind {
        Kind::Url => Upload::url(&source.address),
        Kind::Folder => Upload::path(&source.address),
        Kind::File | Kind::Written | Kind::Guides => return Err(Error::NotFound),
    };
    upload.name.clone_from(&source.name);
    let upload = upload.with_audience(source.audience);
    let to = format!("{PAGE}/{id}");
    let taken = add::take(&console, &seat, source.library, upload).await;
    let flash = match taken {
        Ok(Some(summary)) => add::flash(&summary),
        Ok(None) => Flash::done("flash-import-running"),
        Err(knowledge::Error::Unusable { reason, .. }) => {
            Flash::error("flash-import-failed").with("reason", say(console.templates.words(), seat.locale(), &reason))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(console.said(&seat.visit, &to, &flash))
}

/// Removes it with all that was made of it.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>) -> Result<Response, Error> {
    let name = source::find(console.chat.store(), seat.workspace(), id).await?.name;
    source::remove(&console.chat, seat.workspace(), id).await?;
    console.note(&seat, "source.remove", id.text(), json!({ "name": name })).await?;
    let flash = Flash::done("flash-source-removed").with("name", name);
    Ok(console.said(&seat.visit, PAGE, &flash))
}

fn detail(console: &Console, locale: Locale, source: &Source, libraries: &[Library]) -> SourceDetail {
    let words = console.templates.words();
    let summary = &source.summary;
    SourceDetail {
        source: SourceText::of(source, libraries),
        summary: SummaryText {
            taken: summary.taken,
            unchanged: summary.unchanged,
            removed: summary.removed,
            skipped: summary
                .skipped
                .iter()
                .map(|skipped| SkippedText { name: skipped.name.clone(), reason: say(words, locale, &skipped.reason) })
                .collect(),
        },
    }
}

/// Why something was left out, in words.
#[must_use]
pub fn say(words: &Words, locale: Locale, reason: &Reason) -> String {
    let key = format!("skip-{}", reason.key());
    let number = |n: &u64| n.to_string();
    let mega = |n: &u64| (n >> 20).to_string();
    let named: Vec<(&str, String)> = match reason {
        Reason::TooLarge { limit, .. } => vec![("limit", mega(limit))],
        Reason::TooMany { limit } => vec![("limit", number(limit))],
        Reason::WrongType { found } => vec![("found", found.clone())],
        Reason::Broken { line, detail } => {
            vec![("line", number(line)), ("detail", detail.clone())]
        }
        Reason::Missing { line, field } => vec![("line", number(line)), ("field", field.clone())],
        Reason::Duplicate { id } => vec![("id", id.clone())],
        Reason::Unreadable { detail } | Reason::Fetch { detail } => {
            vec![("detail", detail.clone())]
        }
        _ => Vec::new(),
    };
    let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.with(locale, &key, &named)
}
