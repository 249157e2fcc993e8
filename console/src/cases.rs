//! The test set: cases that count, and cases that wait for somebody to look at them.

mod form;
mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use knowledge::case;

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Ask;
use crate::web::visit::Seat;

pub use form::{change, create, decline, edit};
use text::CaseText;

const PAGE: &str = "/console/cases";
/// Cases that are listed, the newest.
const LISTED: i64 = 200;

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
}

#[derive(Serialize)]
struct CasesPage {
    state: &'static str,
    cases: Vec<CaseText>,
    proposed: i64,
    accepted: i64,
    /// Lines of an import that were not taken.
    skipped: Vec<String>,
    form: FormText,
}

/// The list.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let proposed = case::count(console.chat.store(), seat.workspace(), Some(case::State::Proposed)).await?;
    let state = match asked.state.as_str() {
        "" if proposed == 0 => case::State::Accepted,
        state => case::State::parse(state),
    };
    list(&console, &seat, state, &Form::empty(&form::FIELDS).with("expect", "cite"), Vec::new()).await
}

/// Takes cases from JSON Lines.
pub async fn import(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let file = sent.files().first().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let text = file.unwrap_or_else(|| sent.text("lines").to_owned());
    let imported = case::import(&console.chat, seat.workspace(), &text).await?;
    console.note(&seat, "case.import", String::new(), json!({ "taken": imported.taken })).await?;
    if imported.skipped.is_empty() {
        let flash = Flash::done("flash-cases-imported").with("n", imported.taken.to_string());
        return Ok(console.said(&seat.visit, &format!("{PAGE}?state=accepted"), &flash));
    }
    let words = console.templates.words();
    let skipped = imported.skipped.iter().map(|(line, why)| format!("{line}: {}", words.fault(seat.locale(), why))).collect();
    list(&console, &seat, case::State::Accepted, &Form::empty(&form::FIELDS), skipped).await
}

async fn list(console: &Console, seat: &Seat, state: case::State, form: &Form, skipped: Vec<String>) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let mut cases = Vec::new();
    for case in case::list(store, workspace, state, LISTED).await? {
        cases.push(text::case(console, seat, case).await?);
    }
    let own = CasesPage {
        state: state.text(),
        cases,
        proposed: case::count(store, workspace, Some(case::State::Proposed)).await?,
        accepted: case::count(store, workspace, Some(case::State::Accepted)).await?,
        skipped,
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "cases", "cases.html", own).await?;
    Ok(page.into_response())
}
