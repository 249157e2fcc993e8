//! Sources: listed, made for documents that are sent, watched while they are read.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chat::{LibraryId, SourceId};
use console::Locale;
use knowledge::{
    Audience, Progress,
    release::Frozen,
    source::{self, Kind, Source},
    split::Settings,
    sync,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Api,
    body::{Ask, At, Body},
    door::Caller,
    refusal::{Refusal, locale},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    library: Option<LibraryId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    library: LibraryId,
    name: String,
    audience: Option<String>,
}

/// What a removal means for releases.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Removal {
    forget: bool,
}

impl Removal {
    pub(super) fn frozen(&self) -> Frozen {
        if self.forget { Frozen::Forgotten } else { Frozen::Kept }
    }
}

#[derive(Serialize)]
pub(super) struct Sources {
    sources: Vec<Shown>,
}

/// A source as programs see it.
#[derive(Serialize)]
pub(super) struct Shown {
    id: SourceId,
    library: LibraryId,
    kind: Kind,
    name: String,
    address: String,
    audience: Audience,
    documents: i64,
    passages: i64,
    created_at: i64,
    split: Settings,
    import: Import,
}

/// What the last import did, and how far the one that runs has come.
#[derive(Serialize)]
struct Import {
    state: &'static str,
    synced_at: Option<i64>,
    due_at: Option<i64>,
    taken: u64,
    unchanged: u64,
    removed: u64,
    skipped: Vec<Left>,
    skipped_more: u64,
    failure: Option<String>,
    progress: Option<Progress>,
}

/// Something that was left out, and why.
#[derive(Serialize)]
struct Left {
    name: String,
    key: &'static str,
    text: String,
}

impl Api {
    fn shown(&self, locale: Locale, source: Source) -> Shown {
        let (busy, now) = (source.is_busy(self.chat.now()), self.chat.now());
        let state = match () {
            () if busy => "running",
            () if source.due_at.is_some_and(|due| due <= now) => "waiting",
            () if source.failure.is_some() => "failed",
            () if source.synced_at.is_some() => "done",
            () => "new",
        };
        let left = |left: knowledge::Skipped| Left { key: left.reason.key(), text: self.reason(locale, &left.reason), name: left.name };
        let summary = source.summary;
        let import = Import {
            state,
            synced_at: source.synced_at,
            due_at: source.due_at,
            taken: summary.taken,
            unchanged: summary.unchanged,
            removed: summary.removed,
            skipped: summary.skipped.into_iter().map(left).collect(),
            skipped_more: summary.skipped_more,
            failure: source.failure.map(|why| self.reason(locale, &why)),
            progress: source.progress.filter(|_| busy),
        };
        Shown {
            id: source.id,
            library: source.library,
            kind: source.kind,
            name: source.name,
            address: source.address,
            audience: source.audience,
            documents: source.documents,
            passages: source.passages,
            created_at: source.created_at,
            split: source.split,
            import,
        }
    }
}

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Ask(asked): Ask<Asked>,
    headers: HeaderMap,
) -> Result<Json<Sources>, Refusal> {
    let sources = source::list(api.chat.store(), caller.workspace(), asked.library).await?;
    Ok(Json(Sources { sources: sources.into_iter().map(|source| api.shown(locale(&headers), source)).collect() }))
}

/// A source for documents that are sent; the same name again is the same source, with the audience it has.
pub(super) async fn open(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Shown>), Refusal> {
    let audience = new.audience.as_deref().map_or(Ok(Audience::All), Audience::read).map_err(Refusal::Invalid)?;
    let id = api.knowledge.sent_source(caller.workspace(), new.library, &new.name, audience).await?;
    let source = source::find(api.chat.store(), caller.workspace(), id).await?;
    api.note(&caller, "source.open", id.text(), json!({ "name": source.name })).await?;
    Ok((StatusCode::OK, Json(api.shown(locale(&headers), source))))
}

pub(super) async fn one(State(api): State<Api>, caller: Caller, At(id): At<SourceId>, headers: HeaderMap) -> Result<Json<Shown>, Refusal> {
    Ok(Json(api.shown(locale(&headers), source::find(api.chat.store(), caller.workspace(), id).await?)))
}

/// Decides how its documents are split; those that are there are split anew as soon as a worker is free.
pub(super) async fn split(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<SourceId>,
    headers: HeaderMap,
    Body(settings): Body<Settings>,
) -> Result<Json<Shown>, Refusal> {
    if source::set_split(&api.chat, caller.workspace(), id, settings).await? {
        api.note(&caller, "source.split", id.text(), json!(settings)).await?;
    }
    Ok(Json(api.shown(locale(&headers), source::find(api.chat.store(), caller.workspace(), id).await?)))
}

/// Asks for a source to be read again as soon as a worker is free.
pub(super) async fn sync(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<SourceId>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Shown>), Refusal> {
    sync::ask(&api.chat, caller.workspace(), id).await?;
    let source = source::find(api.chat.store(), caller.workspace(), id).await?;
    Ok((StatusCode::ACCEPTED, Json(api.shown(locale(&headers), source))))
}

pub(super) async fn remove(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<SourceId>,
    Ask(removal): Ask<Removal>,
) -> Result<StatusCode, Refusal> {
    source::remove(&api.chat, caller.workspace(), id, removal.frozen()).await?;
    api.note(&caller, "source.remove", id.text(), json!({ "from_releases": removal.frozen() == Frozen::Forgotten })).await?;
    Ok(StatusCode::NO_CONTENT)
}
