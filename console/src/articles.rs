//! Help-center articles: listed by collection, written, published, put in order.

pub mod acts;
pub mod collection;
pub mod edit;
pub mod new;
mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use knowledge::article::{self, collection as shelves};

use crate::error::Error;
use crate::handle::Console;
use crate::web::params::Ask;
use crate::web::visit::Seat;

pub use text::edit_href;
use text::{ArticleRow, CenterText, CollectionText, Staff};

/// Where articles are listed.
pub const PAGE: &str = "/console/articles";

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
}

#[derive(Serialize)]
struct ArticlesPage {
    /// `live` or `removed`.
    state: &'static str,
    collections: Vec<ShelfText>,
    removed: Vec<ArticleRow>,
    /// Where visitors read them.
    centers: Vec<CenterText>,
}

#[derive(Serialize)]
struct ShelfText {
    #[serde(flatten)]
    collection: CollectionText,
    articles: Vec<ArticleRow>,
}

/// The list, or what was removed.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let staff = Staff::of(&console, &seat).await?;
    let (locale, removed) = (seat.locale(), asked.state == "removed");
    let articles = if removed { article::removed(store, workspace).await? } else { article::list(store, workspace).await? };
    let mut own =
        ArticlesPage { state: "live", collections: Vec::new(), removed: Vec::new(), centers: text::centers(&console, &seat).await? };
    if removed {
        own.state = "removed";
        own.removed = articles.iter().map(|article| ArticleRow::of(article, locale, &staff)).collect();
    } else {
        for shelf in shelves::list(store, workspace).await? {
            let within = articles.iter().filter(|article| article.collection == shelf.id);
            let articles = within.map(|article| ArticleRow::of(article, locale, &staff)).collect();
            own.collections.push(ShelfText { collection: CollectionText::of(console.templates.words(), locale, &shelf), articles });
        }
    }
    Ok(console.page(&seat.visit, "articles", "articles.html", own).await?.into_response())
}
