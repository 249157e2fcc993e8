//! How the documents of a source are split: decided on a page that shows what would come of it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::SourceId;
use knowledge::source::{self, Kind, Source};
use knowledge::split::{DEEPEST, SIZES, Settings};
use knowledge::{document, edit};

use super::PAGE;
use super::preview::{FileText, read};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 2] = ["size", "levels"];
/// At every heading, in the form.
const EVERY: &str = "all";

/// How a source is split, as its page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SplitText {
    /// Where it is decided.
    href: String,
    /// What is decided; nothing: as everywhere.
    size: Option<usize>,
    levels: Option<String>,
}

#[derive(Serialize)]
struct SplitPage {
    source: NamedText,
    form: FormText,
    levels: Vec<String>,
    usual: usize,
    least: usize,
    most: usize,
    /// Where documents come from when they are split anew: `again`, `kept`, `articles`.
    from: &'static str,
    /// Documents that are split anew only when they are sent again.
    left: i64,
    /// Passages that somebody has changed or switched off.
    edited: i64,
    shown: Option<FileText>,
}

#[derive(Serialize)]
struct NamedText {
    name: String,
    href: String,
}

impl SplitText {
    /// Of a source of the record.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        let Settings { size, levels } = source.split;
        SplitText { href: href(source.id), size, levels: levels.map(|levels| levels.to_string()) }
    }
}

fn href(id: SourceId) -> String {
    format!("{PAGE}/{id}/split")
}

/// The page, with what the settings of now make of what is at hand.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>) -> Result<Response, Error> {
    let source = find(&console, &seat, id).await?;
    let Settings { size, levels } = source.split;
    let form = Form::empty(&FIELDS)
        .with("size", size.map(|size| size.to_string()).unwrap_or_default())
        .with("levels", levels.map_or_else(|| EVERY.to_owned(), |levels| levels.to_string()));
    // A page of the web is fetched when somebody asks.
    let at_hand = !matches!(source.kind, Kind::Url | Kind::Site | Kind::Sitemap);
    let shown = if at_hand { Some(preview(&console, &seat, &source, source.split).await?) } else { None };
    page(&console, &seat, &source, &form, shown).await
}

/// Shows what settings make of it, or keeps them and has it split anew.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>, fields: Fields) -> Result<Response, Error> {
    let source = find(&console, &seat, id).await?;
    let mut form = Form::filled(&FIELDS, &fields);
    let Some(settings) = typed(&mut form) else {
        let page = page(&console, &seat, &source, &form, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if fields.text("do") == "preview" {
        let shown = preview(&console, &seat, &source, settings).await?;
        return page(&console, &seat, &source, &form, Some(shown)).await;
    }
    let changed = source::set_split(&console.chat, seat.workspace(), id, settings).await?;
    if changed {
        console.note(&seat, "source.split", id.text(), json!(settings)).await?;
    }
    let flash = Flash::done(if changed { "flash-split-saved" } else { "flash-saved" });
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash))
}

/// A source whose documents are split; the others have no such page.
async fn find(console: &Console, seat: &Seat, id: SourceId) -> Result<Source, Error> {
    let source = source::find(console.chat.store(), seat.workspace(), id).await?;
    if source.kind.is_split() { Ok(source) } else { Err(Error::NotFound) }
}

/// What the form says; what is wrong with it is noted beside its field.
fn typed(form: &mut Form) -> Option<Settings> {
    let number = |text: &str| text.parse::<usize>().ok();
    let size = number(form.value("size"));
    let levels = number(form.value("levels"));
    form.check(form.value("size").is_empty() || size.is_some_and(|size| SIZES.contains(&size)), "size", "fault-split-size-field");
    form.check(form.value("levels") == EVERY || levels.is_some_and(|levels| levels <= DEEPEST), "levels", "fault-choose");
    form.is_fine().then_some(Settings { size, levels })
}

async fn preview(console: &Console, seat: &Seat, source: &Source, settings: Settings) -> Result<FileText, Error> {
    let read_now = console.knowledge.preview_source(seat.workspace(), source, settings).await;
    read(console.templates.words(), seat.locale(), source.name.clone(), read_now)
}

async fn page(console: &Console, seat: &Seat, source: &Source, form: &Form, shown: Option<FileText>) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let (from, left) = match source.kind {
        Kind::Articles => ("articles", 0),
        kind if kind.is_kept() => ("kept", document::missing(store, workspace, source.id).await?),
        _ => ("again", 0),
    };
    let own = SplitPage {
        source: NamedText { name: source.name.clone(), href: format!("{PAGE}/{}", source.id) },
        form: console.form(&seat.visit, form),
        levels: std::iter::once(EVERY.to_owned()).chain((0..=DEEPEST).rev().map(|levels| levels.to_string())).collect(),
        usual: console.knowledge.config().passage_size,
        least: *SIZES.start(),
        most: *SIZES.end(),
        from,
        left,
        edited: edit::count(store, workspace, source.id).await?,
        shown,
    };
    Ok(console.page(&seat.visit, "sources", "source_split.html", own).await?.into_response())
}
