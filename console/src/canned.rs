//! Canned replies: listed, written, removed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use chat::CannedId;
use ticketing::canned;

use crate::conversation::context::CannedText;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;

const FIELDS: [&str; 2] = ["shortcut", "body"];
const PAGE: &str = "/console/canned";

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The reply to change.
    edit: String,
}

#[derive(Serialize)]
struct CannedPage {
    canned: Vec<CannedText>,
    editing: Option<String>,
    form: FormText,
}

/// The list, with a form for a new one or for the one to change.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let list = canned::list(console.chat.store(), seat.workspace()).await?;
    let edited = list.iter().find(|reply| reply.id.text() == asked.edit);
    let form = match edited {
        Some(reply) => Form::empty(&FIELDS).with("shortcut", &*reply.shortcut).with("body", &*reply.body),
        None => Form::empty(&FIELDS),
    };
    let editing = edited.map(|reply| reply.id);
    page(&console, &seat, editing, &form).await
}

/// Writes a new one.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    save(&console, &seat, None, &fields).await
}

/// Changes one.
pub async fn change(State(console): State<Console>, seat: Seat, Id(id): Id<CannedId>, fields: Fields) -> Result<Response, Error> {
    save(&console, &seat, Some(id), &fields).await
}

/// Removes one.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<CannedId>) -> Result<Response, Error> {
    canned::remove(&console.desk, seat.workspace(), id).await?;
    let flash = Flash::done("flash-canned-removed");
    Ok(console.said(&seat.visit, PAGE, &flash))
}

async fn save(console: &Console, seat: &Seat, id: Option<CannedId>, fields: &Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, fields);
    form.length("shortcut", 40);
    form.length("body", 4_000);
    let spaced = form.value("shortcut").contains(char::is_whitespace);
    form.check(!spaced, "shortcut", "fault-shortcut-space");
    if form.is_fine() {
        let (shortcut, body) = (form.value("shortcut"), form.value("body"));
        match canned::save(&console.desk, seat.workspace(), id, shortcut, body).await {
            Ok(_) => {
                let flash = Flash::done("flash-canned-saved").with("name", shortcut);
                return Ok(console.said(&seat.visit, PAGE, &flash));
            }
            Err(ticketing::Error::Taken) => form.fault("shortcut", "fault-taken"),
            Err(ticketing::Error::Invalid(text)) => form.refuse_with(text),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(console, seat, id, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn plain(console: &Console, seat: &Seat) -> Result<Vec<CannedText>, Error> {
    let list = canned::list(console.chat.store(), seat.workspace()).await?;
    Ok(list.into_iter().map(|reply| CannedText { id: reply.id.text(), shortcut: reply.shortcut, body: reply.body }).collect())
}

async fn page(console: &Console, seat: &Seat, editing: Option<CannedId>, form: &Form) -> Result<Response, Error> {
    let own =
        CannedPage { canned: plain(console, seat).await?, editing: editing.map(|id| id.text()), form: console.form(&seat.visit, form) };
    let page = console.page(&seat.visit, "canned", "canned.html", own).await?;
    Ok(page.into_response())
}
