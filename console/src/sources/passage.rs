//! One passage: another text for it, or none; what people change survives the next import.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::PassageId;
use knowledge::Error as Refused;
use knowledge::edit::{self, Change};
use knowledge::passage;

use super::document::PassageRow;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 1] = ["text"];

#[derive(Serialize)]
struct PassagePage {
    passage: PassageRow,
    href: String,
    document: String,
    title: String,
    before: String,
    /// Whether visitors get the change with the next release only.
    waits: bool,
    form: FormText,
}

/// The form.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<PassageId>) -> Result<Response, Error> {
    let text = passage::find(console.chat.store(), seat.workspace(), id).await?.text;
    let form = Form::empty(&FIELDS).with("text", text);
    page(&console, &seat, id, &form).await
}

/// Keeps what somebody wants of it.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<PassageId>, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    let wish = fields.text("do");
    let change = match wish {
        "hide" => Change::Hide,
        "show" => Change::Show,
        "restore" => Change::Restore,
        _ => Change::Text(form.value("text").to_owned()),
    };
    let known = passage::find(console.chat.store(), seat.workspace(), id).await?;
    match edit::change(&console.chat, seat.workspace(), id, seat.agent.id, change).await {
        Ok(fresh) => {
            console.note(&seat, "passage.edit", fresh.text(), json!({ "change": wish })).await?;
            let to = console.document_href(&seat, known.document).await?.ok_or(Error::NotFound)?;
            let key = if console.waits(&seat).await? { "flash-passage-waits" } else { "flash-passage-saved" };
            Ok(console.said(&seat.visit, &format!("{to}#p-{fresh}"), &Flash::done(key)))
        }
        Err(Refused::Invalid(_)) => {
            form.fault("text", if form.value("text").is_empty() { "fault-required" } else { "fault-long" });
            let page = page(&console, &seat, id, &form).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(console: &Console, seat: &Seat, id: PassageId, form: &Form) -> Result<Response, Error> {
    let passage = passage::find(console.chat.store(), seat.workspace(), id).await?;
    let before = match passage.origin.as_str() {
        "" => String::new(),
        origin => {
            edit::find(console.chat.store(), seat.workspace(), passage.document, origin).await?.map(|edit| edit.before).unwrap_or_default()
        }
    };
    let own = PassagePage {
        href: format!("/console/passages/{id}"),
        document: console.document_href(seat, passage.document).await?.ok_or(Error::NotFound)?,
        title: passage.title.clone(),
        before,
        waits: console.waits(seat).await?,
        form: console.form(&seat.visit, form),
        passage: PassageRow::of(console.templates.words(), seat.locale(), passage),
    };
    let page = console.page(&seat.visit, "sources", "passage.html", own).await?;
    Ok(page.into_response())
}
