//! Collections of articles: named in every language, for an audience, in an order.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::CollectionId;
use knowledge::article::collection::{self as shelves, LIBRARY, LONGEST_ABOUT, LONGEST_NAME};
use knowledge::article::{self, Collection, Name, Names};
use knowledge::{Audience, library, source};

use super::PAGE;
use super::text::CollectionText;
use crate::audience;
use crate::error::Error;
use crate::handle::Console;
use crate::sources::LibraryText;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 8] = ["name_en", "about_en", "name_zh", "about_zh", "library", "audience", "attribute", "attribute_value"];
/// Each language with the fields of its name.
const NAMED: [(&str, &str, &str); 2] = [("en", "name_en", "about_en"), ("zh", "name_zh", "about_zh")];

#[derive(Serialize)]
struct CollectionPage {
    /// `None`: it is new.
    collection: Option<CollectionText>,
    /// Articles it has: only an empty one can be removed.
    articles: i64,
    libraries: Vec<LibraryText>,
    form: FormText,
}

/// Where a collection is changed.
#[must_use]
pub fn href(id: CollectionId) -> String {
    format!("/console/collections/{id}")
}

/// The form for a new one.
pub async fn new(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let form = audience::filled(Form::empty(&FIELDS).with("library", LIBRARY), &Audience::All);
    page(&console, &seat, None, &form).await
}

/// Makes one.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = checked(&fields);
    form.length("library", 100);
    if let Some(audience) = audience::checked(&mut form).filter(|_| form.is_fine()) {
        let library = library::by_name(&console.chat, seat.workspace(), form.value("library")).await?;
        let id = shelves::create(&console.chat, seat.workspace(), library.id, names(&form), audience.clone()).await?;
        console.note(&seat, "collection.create", id.text(), json!({ "library": library.id, "audience": audience.text() })).await?;
        return Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-saved")));
    }
    let page = page(&console, &seat, None, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The page of one.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<CollectionId>) -> Result<Response, Error> {
    let known = shelves::find(console.chat.store(), seat.workspace(), id).await?;
    let mut form = audience::filled(Form::empty(&FIELDS), &known.audience);
    for (locale, name, about) in NAMED {
        if let Some(of) = known.names.get(locale) {
            form = form.with(name, &*of.name).with(about, &*of.about);
        }
    }
    page(&console, &seat, Some(known), &form).await
}

/// Keeps its names and who may read it.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<CollectionId>, fields: Fields) -> Result<Response, Error> {
    let known = shelves::find(console.chat.store(), seat.workspace(), id).await?;
    let mut form = checked(&fields);
    if form.value("audience").is_empty() {
        // What is not sent is not changed.
        form = audience::filled(form, &known.audience);
    }
    if let Some(audience) = audience::checked(&mut form).filter(|_| form.is_fine()) {
        shelves::rename(&console.chat, seat.workspace(), id, names(&form)).await?;
        if source::set_audience(&console.chat, seat.workspace(), known.source, &audience).await? {
            console.note(&seat, "collection.audience", id.text(), json!({ "audience": audience.text() })).await?;
        }
        console.note(&seat, "collection.save", id.text(), json!({})).await?;
        return Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-saved")));
    }
    let page = page(&console, &seat, Some(known), &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// One place further up or down.
pub async fn shift(State(console): State<Console>, seat: Seat, Id(id): Id<CollectionId>, fields: Fields) -> Result<Response, Error> {
    article::move_collection(&console.chat, seat.workspace(), id, fields.text("do") == "up").await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-order")))
}

/// Removes it, if it has no articles.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<CollectionId>) -> Result<Response, Error> {
    let known = shelves::find(console.chat.store(), seat.workspace(), id).await?;
    let name = known.name(seat.locale().tag()).name.clone();
    shelves::remove(&console.chat, seat.workspace(), id).await?;
    console.note(&seat, "collection.remove", id.text(), json!({ "name": name })).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-collection-removed").with("name", name)))
}

fn checked(fields: &Fields) -> Form {
    let mut form = Form::filled(&FIELDS, fields);
    let named = NAMED.iter().any(|(_, name, _)| !form.value(name).is_empty());
    form.check(named, NAMED[0].1, "fault-collection-name");
    for (_, name, about) in NAMED {
        let fits = |field: &str, most: usize| form.value(field).chars().count() <= most;
        let (short, brief) = (fits(name, LONGEST_NAME), fits(about, LONGEST_ABOUT));
        form.check(short, name, "fault-long");
        form.check(brief, about, "fault-long");
    }
    form
}

fn names(form: &Form) -> Names {
    let text = |field: &str| form.value(field).to_owned();
    NAMED.into_iter().map(|(locale, name, about)| (locale.to_owned(), Name { name: text(name), about: text(about) })).collect()
}

async fn page(console: &Console, seat: &Seat, known: Option<Collection>, form: &Form) -> Result<Response, Error> {
    let words = console.templates.words();
    let own = CollectionPage {
        articles: known.as_ref().map_or(0, |known| known.articles),
        collection: known.map(|known| CollectionText::of(words, seat.locale(), &known)),
        libraries: console.libraries(seat).await?,
        form: console.form(&seat.visit, form),
    };
    Ok(console.page(&seat.visit, "articles", "collection.html", own).await?.into_response())
}
