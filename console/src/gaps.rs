//! Gaps: questions knowledge could not answer, and the answers people write for them.

mod list;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use chat::GapId;
use knowledge::{LONGEST_ANSWER, LONGEST_QUESTION, gap, library};

use crate::conversation::context::PassageText;
use crate::error::Error;
use crate::handle::Console;
use crate::sources::LibraryText;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;

use list::GapText;

const FIELDS: [&str; 3] = ["question", "answer", "library"];
const PAGE: &str = "/console/gaps";
/// Questions that one answer is written for.
const ALSO: usize = 50;
/// Conversations in which an agent's answer is looked for.
const ASKED: usize = 10;
/// Passages shown beside the form: what was nearly an answer.
const NEAREST: usize = 4;

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
}

#[derive(Serialize)]
struct GapsPage {
    state: &'static str,
    gaps: Vec<GapText>,
    next: Option<String>,
    /// Whether visitors get an answer with the next release only.
    waits: bool,
}

#[derive(Serialize)]
struct GapPage {
    gap: GapText,
    /// What an agent answered, if somebody did.
    drafted: bool,
    libraries: Vec<LibraryText>,
    nearest: Vec<PassageText>,
    form: FormText,
}

/// The list.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let closed = asked.state == "closed";
    let gaps = list::page(&console, &seat, closed).await?;
    let own = GapsPage { state: if closed { "closed" } else { "open" }, gaps, next: None, waits: console.waits(&seat).await? };
    let page = console.page(&seat.visit, "gaps", "gaps.html", own).await?;
    Ok(page.into_response())
}

/// The form for its answer.
pub async fn form(State(console): State<Console>, seat: Seat, Id(id): Id<GapId>) -> Result<Response, Error> {
    let gap = list::one(&console, &seat, id).await?;
    let libraries = console.libraries(&seat).await?;
    let first = libraries.last().map(|library| library.name.clone()).unwrap_or_default();
    let draft = draft(&console, &seat, &gap).await?;
    let form = Form::empty(&FIELDS).with("question", &*gap.question).with("library", first).with("answer", &*draft);
    page(&console, &seat, gap, &form, !draft.is_empty()).await
}

/// Writes the answer: it is knowledge from now on, and the gap is closed.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<GapId>, fields: Fields) -> Result<Response, Error> {
    let gap = list::one(&console, &seat, id).await?;
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("question", LONGEST_QUESTION);
    form.length("answer", LONGEST_ANSWER);
    form.length("library", 100);
    if form.is_fine() {
        match answer(&console, &seat, id, &form, &fields).await {
            Ok(()) => {
                let flash = Flash::done(if console.waits(&seat).await? { "flash-gap-waits" } else { "flash-gap-answered" });
                return Ok(console.said(&seat.visit, PAGE, &flash));
            }
            // What was typed is not lost: somebody else may have been quicker.
            Err(Error::Refused(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error),
        }
    }
    let page = page(&console, &seat, gap, &form, false).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn answer(console: &Console, seat: &Seat, id: GapId, form: &Form, fields: &Fields) -> Result<(), Error> {
    let workspace = seat.workspace();
    let library = library::by_name(&console.chat, workspace, form.value("library")).await?;
    let (question, answer) = (form.value("question"), form.value("answer"));
    let also = fields.all("also").into_iter().filter_map(GapId::parse).filter(|also| *also != id);
    let all: Vec<GapId> = std::iter::once(id).chain(also).take(ALSO).collect();
    gap::answer_all(&console.knowledge, workspace, &all, library.id, question, answer).await?;
    console.note(seat, "gap.answer", id.text(), json!({ "library": library.id })).await
}

/// Closes it without an answer.
pub async fn close(State(console): State<Console>, seat: Seat, Id(id): Id<GapId>) -> Result<Response, Error> {
    gap::close(&console.chat, seat.workspace(), id).await?;
    let flash = Flash::done("flash-gap-closed");
    Ok(console.said(&seat.visit, PAGE, &flash))
}

/// A gap, with what an agent answered; empty: nobody did.
pub async fn drafted(console: &Console, seat: &Seat, id: GapId) -> Result<(GapText, String), Error> {
    let gap = list::one(console, seat, id).await?;
    let draft = draft(console, seat, &gap).await?;
    Ok((gap, draft))
}

/// What an agent answered where the question, or one that means the same, was asked last.
async fn draft(console: &Console, seat: &Seat, gap: &GapText) -> Result<String, Error> {
    for (conversation, seq) in gap.places.iter().take(ASKED) {
        if let Some(lesson) = console.bot.lesson(seat.workspace(), *conversation, *seq).await? {
            return Ok(lesson.answer);
        }
    }
    Ok(String::new())
}

async fn page(console: &Console, seat: &Seat, gap: GapText, form: &Form, drafted: bool) -> Result<Response, Error> {
    let nearest = console.passages_for(seat.workspace(), &gap.question, &gap.locale, NEAREST).await;
    let own = GapPage { gap, drafted, libraries: console.libraries(seat).await?, nearest, form: console.form(&seat.visit, form) };
    let page = console.page(&seat.visit, "gaps", "gap.html", own).await?;
    Ok(page.into_response())
}
