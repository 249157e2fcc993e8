//! One library: its name, and its end.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::LibraryId;
use knowledge::{Error as Refused, library, source};

use super::{LibraryText, PAGE};
use crate::audience;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 4] = ["name", "audience", "attribute", "attribute_value"];

#[derive(Serialize)]
struct LibraryPage {
    library: LibraryText,
    /// Sources it has: only an empty one can be removed.
    sources: usize,
    form: FormText,
}

/// Where a library is changed.
#[must_use]
pub fn href(id: LibraryId) -> String {
    format!("/console/libraries/{id}")
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<LibraryId>) -> Result<Response, Error> {
    let known = library::find(console.chat.store(), seat.workspace(), id).await?;
    page(&console, &seat, id, &audience::filled(Form::empty(&FIELDS).with("name", known.name), &known.audience)).await
}

/// Gives it another name, and says who may be answered from it.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<LibraryId>, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("name", 100);
    if form.value("audience").is_empty() {
        // What is not sent is not changed.
        form = audience::filled(form, &library::find(console.chat.store(), seat.workspace(), id).await?.audience);
    }
    let audience = audience::checked(&mut form).filter(|_| form.is_fine());
    if let Some(audience) = audience {
        match library::rename(console.chat.store(), seat.workspace(), id, form.value("name")).await {
            Ok(()) => {
                if library::set_audience(&console.chat, seat.workspace(), id, &audience).await? {
                    console.note(&seat, "library.audience", id.text(), json!({ "audience": audience })).await?;
                }
                console.note(&seat, "library.rename", id.text(), json!({ "name": form.value("name") })).await?;
                return Ok(console.said(&seat.visit, &href(id), &Flash::done("flash-saved")));
            }
            Err(Refused::Taken) => form.fault("name", "fault-taken"),
            Err(Refused::Invalid(_)) => form.fault("name", "fault-required"),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&console, &seat, id, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Removes it, if it has no sources.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<LibraryId>) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let name = library::find(store, workspace, id).await?.name;
    match library::remove(&console.chat, workspace, id).await {
        Ok(()) => {
            console.note(&seat, "library.remove", id.text(), json!({ "name": name })).await?;
            Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-library-removed").with("name", name)))
        }
        Err(Refused::Invalid(_)) => Ok(console.said(&seat.visit, &href(id), &Flash::error("flash-library-full"))),
        Err(error) => Err(error.into()),
    }
}

async fn page(console: &Console, seat: &Seat, id: LibraryId, form: &Form) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let own = LibraryPage {
        library: LibraryText::of(console.templates.words(), seat.locale(), library::find(store, workspace, id).await?),
        sources: source::list(store, workspace, Some(id)).await?.len(),
        form: console.form(&seat.visit, form),
    };
    Ok(console.page(&seat.visit, "sources", "library.html", own).await?.into_response())
}
