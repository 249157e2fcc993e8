//! Sources: what the bot knows, listed, added, synced, removed.

pub mod add;
pub mod check;
pub mod document;
pub mod library;
pub mod passage;
pub mod preview;
pub mod reason;
pub mod source;
pub mod split;
mod told;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use knowledge::library::{self as shelf, Library};
use knowledge::source as record;

use crate::audience::AudienceText;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::visit::Seat;
use crate::words::Words;

use source::SourceText;

/// Where sources are listed.
pub const PAGE: &str = "/console/sources";

#[derive(Serialize)]
struct SourcesPage {
    libraries: Vec<LibraryText>,
    sources: Vec<SourceText>,
    totals: Totals,
}

/// A library.
#[derive(Clone, Debug, Serialize)]
pub struct LibraryText {
    /// Its id.
    pub id: String,
    /// Where it is changed.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Who may be answered from it.
    pub audience: AudienceText,
}

#[derive(Serialize)]
struct Totals {
    documents: i64,
    passages: i64,
}

/// The list.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let (words, locale) = (console.templates.words(), seat.locale());
    let libraries = shelf::list(store, workspace).await?;
    let sources = record::list(store, workspace, None).await?;
    let own = SourcesPage {
        totals: Totals {
            documents: sources.iter().map(|source| source.documents).sum(),
            passages: sources.iter().map(|source| source.passages).sum(),
        },
        sources: sources.iter().map(|source| SourceText::of(words, locale, source, &libraries, console.chat.now())).collect(),
        libraries: libraries.into_iter().map(|library| LibraryText::of(words, locale, library)).collect(),
    };
    let page = console.page(&seat.visit, "sources", "sources.html", own).await?;
    Ok(page.into_response())
}

impl LibraryText {
    /// A library of the record.
    #[must_use]
    pub fn of(words: &Words, locale: Locale, library: Library) -> Self {
        let audience = AudienceText::of(words, locale, &library.audience);
        LibraryText { href: library::href(library.id), id: library.id.text(), name: library.name, audience }
    }
}

impl Console {
    /// Every library, for a choice.
    pub async fn libraries(&self, seat: &Seat) -> Result<Vec<LibraryText>, Error> {
        let list = shelf::list(self.chat.store(), seat.workspace()).await?;
        let (words, locale) = (self.templates.words(), seat.locale());
        Ok(list.into_iter().map(|library| LibraryText::of(words, locale, library)).collect())
    }
}
