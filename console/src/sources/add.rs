//! Adding sources: files, a pasted text, or an address.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::LibraryId;
use knowledge::crawl::Reach;
use knowledge::import::{Summary, Upload};
use knowledge::source::{self, Kind, New, Plan};
use knowledge::sync::Schedule;
use knowledge::{Audience, Error as Refused, folder, library};

use super::reason::say;
use super::told::Told;
use super::{LibraryText, PAGE};
use crate::audience::{self, AudienceText};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::Seat;

const FIELDS: [&str; 13] = [
    "library",
    "name",
    "address",
    "folder",
    "patterns",
    "way",
    "schedule",
    "audience",
    "attribute",
    "attribute_value",
    "files",
    "title",
    "text",
];
/// An import that takes longer goes on by itself, and the page does not wait for it; one file is read or refused by then.
const PATIENCE: Duration = Duration::from_secs(45);

#[derive(Serialize)]
struct AddPage {
    libraries: Vec<LibraryText>,
    /// Folders the operator shares.
    folders: Vec<String>,
    form: FormText,
}

/// The form.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let libraries = console.libraries(&seat).await?;
    let first = libraries.iter().map(|library| library.name.clone()).next_back().unwrap_or_default();
    let form = Form::empty(&FIELDS).with("library", first).with("audience", "all").with("way", "page").with("schedule", "off");
    page(&console, &seat, libraries, &form).await
}

/// Takes in what was sent and says what was taken.
pub async fn save(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields).with("text", fields.text("text"));
    check(&mut form, &fields);
    if !form.is_fine() {
        return refuse(&console, &seat, &form).await;
    }
    let sent = uploads(&form, &fields);
    if fields.text("do") == "preview" {
        let (more, notes) = beforehand(&form);
        let sent = sent.into_iter().map(|(_, upload)| upload).chain(more).collect();
        let library = library::named(console.chat.store(), seat.workspace(), form.value("library")).await?.map(|library| library.id);
        return super::preview::show(&console, &seat, library, sent, notes).await;
    }
    if let Some(sentence) = differs(&console, &seat, &form, &sent).await? {
        form.refuse_with(sentence);
        return refuse(&console, &seat, &form).await;
    }
    let library = library::by_name(&console.chat, seat.workspace(), form.value("library")).await?;
    let names: Vec<&str> = sent.iter().map(|(_, upload)| upload.name.as_str()).collect();
    console.note(&seat, "source.add", library.id.text(), json!({ "names": names })).await?;
    let planted = plant(&console, &seat, library.id, &form).await?;
    let mut told = Told { running: planted, ..Told::default() };
    match plant_folder(&console, &seat, library.id, &form).await {
        Ok(planted) => told.running |= planted,
        Err(Refused::Invalid(fault)) => told.failed.push(("folder", console.templates.words().fault(seat.locale(), &fault))),
        Err(error) => return Err(error.into()),
    }
    for (field, upload) in sent {
        let name = upload.name.clone();
        match take(&console, &seat, library.id, upload).await {
            Ok(Some(summary)) => told.add(&summary),
            Ok(None) => told.running = true,
            Err(Refused::Unusable { reason, .. }) => {
                let words = console.templates.words();
                let why = say(words, seat.locale(), &reason);
                told.failed.push((field, format!("{name}: {why}")));
            }
            Err(error) => return Err(error.into()),
        }
    }
    finish(&console, &seat, &mut form, told).await
}

/// An address that is read again, or is a whole site, is the worker's: whether there is one.
async fn plant(console: &Console, seat: &Seat, library: LibraryId, form: &Form) -> Result<bool, Error> {
    if !is_workers(form) {
        return Ok(false);
    }
    let address = form.value("address");
    let kind = match form.value("way") {
        "site" => Kind::Site,
        "sitemap" => Kind::Sitemap,
        _ => Kind::Url,
    };
    let name = if form.value("name").is_empty() { address } else { form.value("name") };
    let new = New { kind, name, address, audience: audience(form) };
    let plan = Plan { schedule: Schedule::parse(form.value("schedule")), reach: Reach::default(), owner: Some(seat.agent.id) };
    let id = source::plant(&console.chat, seat.workspace(), library, &new, &plan).await?;
    console.note(seat, "source.plant", id.text(), json!({ "address": address, "schedule": plan.schedule.text() })).await?;
    Ok(true)
}

/// A shared folder is the worker's, too.
async fn plant_folder(console: &Console, seat: &Seat, library: LibraryId, form: &Form) -> Result<bool, Refused> {
    let folder = form.value("folder");
    if folder.is_empty() {
        return Ok(false);
    }
    let plan = Plan { schedule: Schedule::parse(form.value("schedule")), reach: Reach::default(), owner: Some(seat.agent.id) };
    let place = (console.knowledge.config(), &console.chat);
    folder::plant(place, seat.workspace(), library, (folder, audience(form)), form.value("patterns"), &plan).await?;
    Ok(true)
}

fn is_workers(form: &Form) -> bool {
    !form.value("address").is_empty() && (form.value("way") != "page" || form.value("schedule") != "off")
}

/// What of the worker's part can be shown before it is read, and what is to be said about the rest.
fn beforehand(form: &Form) -> (Option<Upload>, Vec<&'static str>) {
    let (mut page, mut notes) = (None, Vec::new());
    if is_workers(form) {
        match form.value("way") {
            "sitemap" => notes.push("sitemap"),
            way => {
                page = Some(Upload::url(form.value("address")));
                notes.extend((way == "site").then_some("site"));
            }
        }
    }
    notes.extend((!form.value("folder").is_empty()).then_some("folder"));
    (page, notes)
}

/// A source that is there keeps who may read it: a sentence when the form says something else.
async fn differs(console: &Console, seat: &Seat, form: &Form, sent: &[(&str, Upload)]) -> Result<Option<String>, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let Some(library) = library::named(store, workspace, form.value("library")).await? else { return Ok(None) };
    let mut places: Vec<(String, String)> = sent.iter().map(|(_, upload)| (upload.name.clone(), upload.address.clone())).collect();
    if is_workers(form) {
        places.push((form.value("address").to_owned(), form.value("address").to_owned()));
    }
    if let Ok(path) = folder::resolve(console.knowledge.config(), form.value("folder")) {
        places.push((form.value("folder").to_owned(), path.display().to_string()));
    }
    for (name, address) in places {
        match source::at(store, workspace, library.id, &address).await? {
            Some((_, known)) if known != audience(form) => {
                let (words, locale) = (console.templates.words(), seat.locale());
                let named = [("name", name.as_str()), ("audience", &AudienceText::of(words, locale, &known).label)];
                return Ok(Some(words.with(locale, "fault-audience-differs", &named)));
            }
            _ => {}
        }
    }
    Ok(None)
}

async fn finish(console: &Console, seat: &Seat, form: &mut Form, told: Told) -> Result<Response, Error> {
    if !told.failed.is_empty() {
        told.refuse(form, console.templates.words(), seat.locale());
        return refuse(console, seat, form).await;
    }
    let flash = if told.running { Flash::done("flash-import-running") } else { flash(&told.sum) };
    Ok(console.said(&seat.visit, PAGE, &flash))
}

/// What an import did, in a sentence.
#[must_use]
pub fn flash(summary: &Summary) -> Flash {
    Flash::done("flash-imported")
        .with("taken", summary.taken.to_string())
        .with("unchanged", summary.unchanged.to_string())
        .with("removed", summary.removed.to_string())
        .with("skipped", summary.skipped_total().to_string())
}

/// Imports, and waits for it a while: `None` when it goes on by itself.
pub async fn take(console: &Console, seat: &Seat, library: LibraryId, upload: Upload) -> Result<Option<Summary>, Refused> {
    let (knowledge, workspace) = (console.knowledge.clone(), seat.workspace());
    // A task of its own: a browser that goes away does not stop half-way through a source.
    let left = Arc::new(AtomicBool::new(false));
    let gone = left.clone();
    let mut work = tokio::spawn(async move {
        let done = knowledge.import_attended(workspace, library, upload, &|| !gone.load(SeqCst)).await;
        if let Err(error) = &done {
            tracing::warn!(%error, "an import took nothing");
        }
        done
    });
    let mut done = tokio::time::timeout(PATIENCE, &mut work).await;
    if done.is_err() {
        left.store(true, SeqCst);
        // It may have ended in this very moment.
        if work.is_finished() {
            done = Ok(work.await);
        }
    }
    match done {
        Ok(Ok(done)) => done.map(Some),
        Ok(Err(error)) => Err(Refused::Index(error.to_string())),
        Err(_) => Ok(None),
    }
}

fn check(form: &mut Form, fields: &Fields) {
    form.length("library", 100);
    let address = form.value("address").to_owned();
    let web = address.is_empty() || address.starts_with("https://") || address.starts_with("http://");
    form.check(web, "address", "fault-address");
    let text = !form.value("text").trim().is_empty();
    let title = !form.value("title").is_empty();
    form.check(!text || title, "title", "fault-required");
    let something = !fields.files().is_empty() || !address.is_empty() || !form.value("folder").is_empty() || text;
    form.check(something, "files", "fault-nothing-sent");
    audience::checked(form);
    form.check(["", "page", "site", "sitemap"].contains(&form.value("way")), "way", "fault-choose");
    let known = form.value("schedule").is_empty() || Schedule::ALL.iter().any(|one| one.text() == form.value("schedule"));
    form.check(known, "schedule", "fault-choose");
    for (field, usual) in [("way", "page"), ("schedule", "off")] {
        if form.value(field).is_empty() {
            *form = std::mem::take(form).with(field, usual);
        }
    }
}

fn uploads(form: &Form, fields: &Fields) -> Vec<(&'static str, Upload)> {
    let audience = audience(form);
    let mut uploads = Vec::new();
    for file in fields.files() {
        uploads.push(("files", Upload::bytes(&file.name, file.bytes.clone())));
    }
    if !form.value("address").is_empty() && !is_workers(form) {
        uploads.push(("address", Upload::url(form.value("address"))));
    }
    if !form.value("text").trim().is_empty() {
        let (title, text) = (form.value("title"), form.value("text"));
        let markdown = format!("# {title}\n\n{text}\n");
        let name = format!("{title}.md");
        uploads.push(("text", Upload::bytes(&name, markdown.into_bytes())));
    }
    for (field, upload) in &mut uploads {
        upload.audience = audience.clone();
        // A file keeps its name: its ending says how it is read.
        if *field == "address" && !form.value("name").is_empty() {
            form.value("name").clone_into(&mut upload.name);
        }
    }
    uploads
}

/// A form is checked before; should it not be, the staff's is nobody else's.
fn audience(form: &Form) -> Audience {
    audience::read(form).unwrap_or(Audience::Staff)
}

async fn refuse(console: &Console, seat: &Seat, form: &Form) -> Result<Response, Error> {
    let libraries = console.libraries(seat).await?;
    let page = page(console, seat, libraries, form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(console: &Console, seat: &Seat, libraries: Vec<LibraryText>, form: &Form) -> Result<Response, Error> {
    let folders = console.knowledge.config().folders.iter().map(|folder| folder.display().to_string()).collect();
    let own = AddPage { libraries, folders, form: console.form(&seat.visit, form) };
    let page = console.page(&seat.visit, "sources", "source_new.html", own).await?;
    Ok(page.into_response())
}
