//! Writing a case, and deciding about one that was proposed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use chat::CaseId;
use knowledge::case::{self, Case, Expect, New, Origin};

use super::{PAGE, list, text, text::CaseText};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

/// The fields of a case.
pub const FIELDS: [&str; 3] = ["question", "expect", "target"];

#[derive(Serialize)]
struct CasePage {
    case: CaseText,
    form: FormText,
}

/// Writes a case; it counts at once.
pub async fn create(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &sent);
    if let Some((expect, target)) = read(&console, &seat, &mut form, None).await? {
        let new = New {
            question: form.value("question").to_owned(),
            history: Vec::new(),
            locale: knowledge::language::of(form.value("question")).to_owned(),
            expect,
            target,
            state: case::State::Accepted,
            origin: Origin::Written,
            place: None,
        };
        match case::add(&console.chat, seat.workspace(), new).await {
            Ok(Some(id)) => {
                console.note(&seat, "case.add", id.text(), Value::Null).await?;
                return Ok(console.said(&seat.visit, &format!("{PAGE}?state=accepted"), &Flash::done("flash-case-added")));
            }
            Ok(None) => form.fault("question", "fault-case-known"),
            Err(knowledge::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    let page = list(&console, &seat, case::State::Accepted, &form, Vec::new()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The form of one case.
pub async fn edit(State(console): State<Console>, seat: Seat, Id(id): Id<CaseId>) -> Result<Response, Error> {
    let case = case::find(console.chat.store(), seat.workspace(), id).await?;
    let case = text::case(&console, &seat, case).await?;
    let form = Form::empty(&FIELDS);
    let form = form.with("question", &*case.question).with("expect", case.expect).with("target", &*case.target);
    page(&console, &seat, case, &form).await
}

/// Saves a case: it counts from now on.
pub async fn change(State(console): State<Console>, seat: Seat, Id(id): Id<CaseId>, sent: Fields) -> Result<Response, Error> {
    let old = case::find(console.chat.store(), seat.workspace(), id).await?;
    let mut form = Form::filled(&FIELDS, &sent);
    if let Some((expect, target)) = read(&console, &seat, &mut form, Some(&old)).await? {
        let (chat, workspace) = (&console.chat, seat.workspace());
        match case::change(chat, workspace, id, form.value("question"), expect, &target, case::State::Accepted).await {
            Ok(()) => {
                console.note(&seat, "case.accept", id.text(), Value::Null).await?;
                let to = format!("{PAGE}?state={}", old.state.text());
                return Ok(console.said(&seat.visit, &to, &Flash::done("flash-case-accepted")));
            }
            Err(knowledge::Error::Taken) => form.fault("question", "fault-case-known"),
            Err(knowledge::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    let case = text::case(&console, &seat, old).await?;
    let page = page(&console, &seat, case, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Declines a proposal, or takes a case out of the test set.
pub async fn decline(State(console): State<Console>, seat: Seat, Id(id): Id<CaseId>) -> Result<Response, Error> {
    case::decline(&console.chat, seat.workspace(), id).await?;
    console.note(&seat, "case.decline", id.text(), Value::Null).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-case-declined")))
}

/// What must come of it, with the document's id for its name; `None` when the form is wrong.
async fn read(console: &Console, seat: &Seat, form: &mut Form, old: Option<&Case>) -> Result<Option<(Expect, String)>, Error> {
    form.length("question", 1_000);
    let Some(expect) = Expect::parse(form.value("expect")) else {
        form.fault("expect", "fault-required");
        return Ok(None);
    };
    let written = form.value("target").to_owned();
    let target = match expect {
        Expect::Fact => {
            form.length("target", 1_000);
            written
        }
        Expect::Cite => {
            let (store, workspace) = (console.chat.store(), seat.workspace());
            // Two documents may have one title: the one that was meant stays.
            let kept = match old.filter(|old| old.expect == Expect::Cite).and_then(|old| chat::DocumentId::parse(&old.target)) {
                Some(id) => knowledge::document::title(store, workspace, id).await?.filter(|title| *title == written).map(|_| id),
                None => None,
            };
            let named = match kept {
                Some(id) => Some(id),
                None => knowledge::document::named(store, workspace, &written).await?,
            };
            form.check(named.is_some(), "target", "fault-document");
            named.map(|id| id.text()).unwrap_or_default()
        }
        Expect::Refuse | Expect::HandOver => String::new(),
    };
    Ok(form.is_fine().then_some((expect, target)))
}

async fn page(console: &Console, seat: &Seat, case: CaseText, form: &Form) -> Result<Response, Error> {
    let own = CasePage { case, form: console.form(&seat.visit, form) };
    let page = console.page(&seat.visit, "cases", "case.html", own).await?;
    Ok(page.into_response())
}
