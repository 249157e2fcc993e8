//! One source: what the last import did, its documents; syncing and removing it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use chat::SourceId;
use knowledge::crawl::Reach;
use knowledge::library::{self, Library};
use knowledge::release::Frozen;
use knowledge::source::{self, Kind, Plan, Source};
use knowledge::sync::Schedule;
use knowledge::{Audience, document, sync};

use super::PAGE;
use crate::audience::{self, AudienceText};
use crate::conversation::context::web_address;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::sources::add;
use crate::sources::reason::say;
use crate::sources::split::SplitText;
use crate::templates::filters::urlencode;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;
use crate::words::Words;

/// Documents of one page.
const DOCUMENTS: i64 = 100;

/// A source as pages show it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct SourceText {
    pub id: String,
    pub href: String,
    pub name: String,
    pub kind: &'static str,
    pub library: String,
    pub address: String,
    pub audience: AudienceText,
    /// Who may be answered from its library, when that is not everybody.
    pub shelf: Option<AudienceText>,
    pub documents: i64,
    pub passages: i64,
    pub skipped: u64,
    pub created_at: i64,
    pub synced_at: Option<i64>,
    pub schedule: &'static str,
    pub due_at: Option<i64>,
    pub state: &'static str,
}

#[derive(Serialize)]
struct SourceDetail {
    #[serde(flatten)]
    source: SourceText,
    summary: SummaryText,
    /// Whether it can be read again from where it came.
    again: bool,
    /// Whether it has pages to follow.
    crawl: bool,
    failure: String,
    progress: Option<ProgressText>,
    plan: PlanText,
    /// How its documents are split, if that can be decided.
    split: Option<SplitText>,
}

#[derive(Serialize)]
struct ProgressText {
    address: String,
    done: u64,
    seen: u64,
}

/// What an admin has decided about it.
#[derive(Serialize)]
struct PlanText {
    owner: String,
    owner_name: String,
    pages: u64,
    depth: u32,
    people: Vec<PersonText>,
}

#[derive(Serialize)]
struct PersonText {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct SummaryText {
    taken: u64,
    unchanged: u64,
    removed: u64,
    skipped: Vec<SkippedText>,
}

#[derive(Serialize)]
struct SkippedText {
    name: String,
    reason: String,
}

#[derive(Serialize)]
struct DocumentRow {
    id: String,
    href: String,
    title: String,
    url: String,
    language: String,
    passages: i64,
    updated_at: i64,
}

#[derive(Serialize)]
struct SourcePage {
    source: SourceDetail,
    documents: Vec<DocumentRow>,
    q: String,
    next: Option<String>,
    form: FormText,
    /// Whether releases go on answering from what is removed.
    waits: bool,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The name the page before ended with.
    before: String,
}

impl SourceText {
    /// A source of the record.
    #[must_use]
    pub fn of(words: &Words, locale: Locale, source: &Source, libraries: &[Library], now: i64) -> SourceText {
        let library = libraries.iter().find(|library| library.id == source.library);
        let limited = library.filter(|library| library.audience != Audience::All);
        SourceText {
            id: source.id.text(),
            href: format!("{PAGE}/{}", source.id),
            name: name(words, locale, source),
            kind: source.kind.text(),
            library: library.map(|library| library.name.clone()).unwrap_or_default(),
            address: source.address.clone(),
            audience: AudienceText::of(words, locale, &source.audience),
            shelf: limited.map(|library| AudienceText::of(words, locale, &library.audience)),
            documents: source.documents,
            passages: source.passages,
            skipped: source.summary.skipped_total(),
            created_at: source.created_at,
            synced_at: source.synced_at,
            schedule: source.schedule.text(),
            due_at: source.due_at.filter(|due| *due > now),
            state: state(source, now),
        }
    }
}

/// What a source is called; what people write here has no name of its own.
fn name(words: &Words, locale: Locale, source: &Source) -> String {
    if source.kind == Kind::Written { words.plain(locale, "source-written") } else { source.name.clone() }
}

/// What it is doing: read now, about to be, in order, or broken.
fn state(source: &Source, now: i64) -> &'static str {
    if source.is_busy(now) {
        "working"
    } else if source.due_at.is_some_and(|due| due <= now) {
        "asked"
    } else if source.failure.is_some() {
        "failed"
    } else if source.synced_at.is_some() || source.kind == Kind::Api {
        "ready"
    } else {
        "working"
    }
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let source = source::find(store, workspace, id).await?;
    let libraries = library::list(store, workspace).await?;
    let limit = DOCUMENTS + 1;
    let mut documents = document::list(store, workspace, id, &asked.before, limit).await?;
    let more = documents.len() as i64 > DOCUMENTS;
    documents.truncate(DOCUMENTS as usize);
    let next = documents.last().filter(|_| more).map(|last| {
        let before = urlencode(&last.external_id);
        format!("{PAGE}/{id}?before={before}")
    });
    let own = SourcePage {
        documents: documents
            .into_iter()
            .map(|document| DocumentRow {
                id: document.id.text(),
                href: format!("{PAGE}/{id}/documents/{}", document.id),
                title: document.title,
                url: web_address(&document.url),
                language: document.language,
                passages: document.passages,
                updated_at: document.updated_at,
            })
            .collect(),
        source: detail(&console, &seat, &source, &libraries).await?,
        q: String::new(),
        next,
        form: console.form(&seat.visit, &audience::filled(Form::empty(&audience::FIELDS), &source.audience)),
        waits: console.waits(&seat).await?,
    };
    let page = console.page(&seat.visit, "sources", "source.html", own).await?;
    Ok(page.into_response())
}

/// Reads the place again.
pub async fn sync(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>) -> Result<Response, Error> {
    let source = source::find(console.chat.store(), seat.workspace(), id).await?;
    let to = format!("{PAGE}/{id}");
    let Some(upload) = sync::upload(&source) else { return Err(Error::NotFound) };
    if matches!(source.kind, Kind::Site | Kind::Sitemap) {
        sync::ask(&console.chat, seat.workspace(), id).await?;
        return Ok(console.said(&seat.visit, &to, &Flash::done("flash-sync-asked")));
    }
    let taken = add::take(&console, &seat, source.library, upload).await;
    let flash = match taken {
        Ok(Some(summary)) => add::flash(&summary),
        Ok(None) => Flash::done("flash-import-running"),
        Err(knowledge::Error::Unusable { reason, .. }) => {
            Flash::error("flash-import-failed").with("reason", say(console.templates.words(), seat.locale(), &reason))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(console.said(&seat.visit, &to, &flash))
}

/// Removes it with all that was made of it; what releases have of it stays with them, unless that is to go, too.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>, fields: Fields) -> Result<Response, Error> {
    let name = name(console.templates.words(), seat.locale(), &source::find(console.chat.store(), seat.workspace(), id).await?);
    let frozen = frozen(&fields);
    source::remove(&console.chat, seat.workspace(), id, frozen).await?;
    let detail = json!({ "name": name, "from_releases": frozen == Frozen::Forgotten });
    console.note(&seat, "source.remove", id.text(), detail).await?;
    let waits = frozen == Frozen::Kept && console.waits(&seat).await?;
    let flash = Flash::done(if waits { "flash-source-removed-waits" } else { "flash-source-removed" }).with("name", name);
    Ok(console.said(&seat.visit, PAGE, &flash))
}

/// What becomes of it in releases, as the form says.
pub fn frozen(fields: &Fields) -> Frozen {
    if fields.text("now").is_empty() { Frozen::Kept } else { Frozen::Forgotten }
}

async fn detail(console: &Console, seat: &Seat, source: &Source, libraries: &[Library]) -> Result<SourceDetail, Error> {
    let (words, locale, now) = (console.templates.words(), seat.locale(), console.chat.now());
    let summary = &source.summary;
    let people = chat::agent::list(console.chat.store(), seat.workspace()).await?;
    let owner = source.owner.and_then(|owner| people.iter().find(|agent| agent.id == owner));
    Ok(SourceDetail {
        source: SourceText::of(words, locale, source, libraries, now),
        summary: SummaryText {
            taken: summary.taken,
            unchanged: summary.unchanged,
            removed: summary.removed,
            skipped: summary
                .skipped
                .iter()
                .map(|skipped| SkippedText { name: skipped.name.clone(), reason: say(words, locale, &skipped.reason) })
                .collect(),
        },
        again: sync::upload(source).is_some(),
        crawl: matches!(source.kind, Kind::Site | Kind::Sitemap),
        failure: source.failure.as_ref().map(|reason| say(words, locale, reason)).unwrap_or_default(),
        progress: source.progress.as_ref().filter(|_| source.is_busy(now)).map(|progress| ProgressText {
            address: progress.file.clone(),
            done: progress.files,
            seen: progress.files_total,
        }),
        plan: PlanText {
            owner: source.owner.map(|owner| owner.text()).unwrap_or_default(),
            owner_name: owner.map(|agent| agent.name.clone()).unwrap_or_default(),
            pages: source.reach.pages,
            depth: source.reach.depth,
            people: people.into_iter().map(|agent| PersonText { id: agent.id.text(), name: agent.name }).collect(),
        },
        split: source.kind.is_split().then(|| SplitText::of(source)),
    })
}

/// Keeps who may read it, how often it is read, how far, and who answers for it.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<SourceId>, fields: Fields) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let known = source::find(console.chat.store(), workspace, id).await?;
    let audience = match Form::filled(&audience::FIELDS, &fields) {
        // What is not sent is not changed.
        form if form.value("audience").is_empty() => None,
        form => match audience::read(&form) {
            Ok(audience) => Some(audience),
            Err(_) => return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &Flash::error("fault-attribute"))),
        },
    };
    let number = |name: &str| fields.text(name).trim().parse::<u64>().ok();
    let owner = match fields.text("owner").parse() {
        Ok(owner) => Some(chat::agent::find(console.chat.store(), workspace, owner).await?.id),
        Err(_) => None,
    };
    let schedule = if sync::upload(&known).is_some() { Schedule::parse(fields.text("schedule")) } else { Schedule::Off };
    let depth = number("depth").and_then(|depth| u32::try_from(depth).ok()).unwrap_or(known.reach.depth);
    let plan = Plan { schedule, reach: Reach { pages: number("pages").unwrap_or(known.reach.pages), depth }, owner };
    source::decide(&console.chat, workspace, id, &plan).await?;
    if let Some(audience) = audience
        && source::set_audience(&console.chat, workspace, id, &audience).await?
    {
        console.note(&seat, "source.audience", id.text(), json!({ "audience": audience.text() })).await?;
    }
    console.note(&seat, "source.plan", id.text(), json!({ "schedule": plan.schedule.text(), "pages": plan.reach.pages })).await?;
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &Flash::done("flash-saved")))
}
