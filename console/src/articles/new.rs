//! A new article: its first language, in a collection; from a gap with what an agent has answered.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use chat::{CollectionId, GapId, LOCALES};
use knowledge::article::{Then, collection};

use super::PAGE;
use super::edit::{FIELDS as TEXT, checked, preview, typed};
use super::text::CollectionText;
use crate::error::Error;
use crate::gaps;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Ask;
use crate::web::visit::Seat;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    collection: String,
    gap: String,
}

#[derive(Serialize)]
struct NewPage {
    collections: Vec<CollectionText>,
    locales: [&'static str; 2],
    /// What an agent answered stands in the form.
    drafted: bool,
    form: FormText,
    preview: Option<String>,
}

/// The form.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let mut form = Form::empty(&TEXT).with("collection", asked.collection).with("lang", seat.locale().tag());
    let mut drafted = false;
    if let Some(gap) = GapId::parse(&asked.gap) {
        let (gap, draft) = gaps::drafted(&console, &seat, gap).await?;
        drafted = !draft.is_empty();
        form = form.with("title", gap.question).with("body", draft).with("lang", gap.locale);
    }
    page(&console, &seat, &form, drafted, None).await
}

/// Begins it, and publishes it if that is asked.
pub async fn save(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = checked(&fields).with("collection", fields.text("collection")).with("lang", fields.text("lang"));
    if fields.text("do") == "preview" {
        let shown = preview(&form);
        return page(&console, &seat, &form, false, Some(shown)).await;
    }
    let shelf = CollectionId::parse(form.value("collection"));
    form.check(shelf.is_some(), "collection", "fault-choose");
    if let Some(shelf) = shelf.filter(|_| form.is_fine()) {
        let (workspace, by, locale) = (seat.workspace(), seat.agent.id, form.value("lang"));
        let id = console.knowledge.begin_article(workspace, shelf, locale, typed(&form), by).await?;
        console.note(&seat, "article.begin", id.text(), json!({ "collection": shelf, "locale": locale })).await?;
        let to = format!("{PAGE}/{id}?lang={locale}");
        let name = form.value("title");
        if fields.text("do") != "publish" {
            return Ok(console.said(&seat.visit, &to, &Flash::done("flash-article-saved").with("name", name)));
        }
        let flash = match console.knowledge.save_article(workspace, (id, locale), typed(&form), (1, Then::Publish), by).await {
            Ok(_) => Flash::done("flash-article-published").with("name", name),
            // It is kept as a draft, which can be published when it says something.
            Err(knowledge::Error::Invalid(_)) => Flash::error("flash-article-draft").with("name", name),
            Err(error) => return Err(error.into()),
        };
        return Ok(console.said(&seat.visit, &to, &flash));
    }
    let page = page(&console, &seat, &form, false, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(console: &Console, seat: &Seat, form: &Form, drafted: bool, preview: Option<String>) -> Result<Response, Error> {
    let shelves = collection::list(console.chat.store(), seat.workspace()).await?;
    if shelves.is_empty() {
        // That page says what comes first.
        return Ok(Redirect::to(PAGE).into_response());
    }
    let words = console.templates.words();
    let own = NewPage {
        collections: shelves.iter().map(|shelf| CollectionText::of(words, seat.locale(), shelf)).collect(),
        locales: LOCALES,
        drafted,
        form: console.form(&seat.visit, form),
        preview,
    };
    Ok(console.page(&seat.visit, "articles", "article_new.html", own).await?.into_response())
}
