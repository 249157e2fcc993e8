//! Documents: sent, listed, read, removed.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chat::{DocumentId, SourceId};
use console::Locale;
use knowledge::{
    Fault, Format, LONGEST_NAME, Outcome, Passage, Sent,
    document::{self, Document},
    passage,
    source::{self, Kind},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Api,
    body::{Ask, At, Body},
    door::Caller,
    refusal::{Refusal, locale},
    sources::Removal,
};

/// Documents of one request.
const MOST: usize = 100;
/// Documents of a page, when nothing is said.
const PAGE: i64 = 100;

/// Where a list goes on.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Paged {
    after: String,
    limit: Option<i64>,
}

impl Paged {
    pub(super) fn after(&self) -> &str {
        &self.after
    }

    /// How many are read: one more than are shown tells whether there are more.
    pub(super) fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE).clamp(1, PAGE)
    }
}

/// Cuts what was read to the page; the name to go on after, when there is more.
pub(super) fn cut<T>(all: &mut Vec<T>, limit: i64, name: impl Fn(&T) -> String) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(1);
    if all.len() <= limit {
        return None;
    }
    all.truncate(limit);
    all.last().map(name)
}

#[derive(Serialize)]
pub(super) struct Documents {
    documents: Vec<Document>,
    next: Option<String>,
}

/// A document whose address names it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    format: Written,
    text: String,
}

/// A document among others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    external_id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    format: Written,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Many {
    documents: Vec<Named>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Written {
    #[default]
    Markdown,
    Html,
    Text,
}

impl From<Written> for Format {
    fn from(written: Written) -> Self {
        match written {
            Written::Markdown => Self::Markdown,
            Written::Html => Self::Html,
            Written::Text => Self::Text,
        }
    }
}

impl Named {
    fn checked(self) -> Result<Sent, Refusal> {
        let fine = |code: &str| {
            code.split('-').next().is_some_and(|code| matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase()))
        };
        if !self.language.is_empty() && (self.language.len() > 20 || !fine(&self.language)) {
            return Err(Refusal::Invalid(Fault::of("fault-sent-language")));
        }
        if self.title.chars().count() > LONGEST_NAME {
            return Err(Refusal::Invalid(Fault::of("fault-sent-title-long").with("n", LONGEST_NAME)));
        }
        if !self.url.is_empty() && (self.url.len() > 2_000 || !(self.url.starts_with("https://") || self.url.starts_with("http://"))) {
            return Err(Refusal::Invalid(Fault::of("fault-sent-url")));
        }
        let Self { external_id, title, url, language, format, text } = self;
        Ok(Sent { external_id, title, url, language, format: format.into(), text })
    }
}

#[derive(Serialize)]
pub(super) struct Results {
    results: Vec<Became>,
}

/// What became of a document.
#[derive(Serialize)]
pub(super) struct Became {
    external_id: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Why>,
}

#[derive(Serialize)]
struct Why {
    key: &'static str,
    text: String,
}

impl Api {
    fn became(&self, locale: Locale, external_id: String, outcome: &Outcome) -> Became {
        let (name, why) = match outcome {
            Outcome::Taken => ("taken", None),
            Outcome::Unchanged => ("unchanged", None),
            Outcome::Refused(why) => ("refused", Some(why)),
        };
        let reason = why.map(|why| Why { key: why.key(), text: self.reason(locale, why) });
        Became { external_id, outcome: name, reason }
    }
}

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    At(source): At<SourceId>,
    Ask(paged): Ask<Paged>,
) -> Result<Json<Documents>, Refusal> {
    source::find(api.chat.store(), caller.workspace(), source).await?;
    let mut documents = document::list(api.chat.store(), caller.workspace(), source, paged.after(), paged.limit() + 1).await?;
    let next = cut(&mut documents, paged.limit(), |document| document.external_id.clone());
    Ok(Json(Documents { documents, next }))
}

/// Several documents, each taken or refused for itself.
pub(super) async fn send(
    State(api): State<Api>,
    caller: Caller,
    At(source): At<SourceId>,
    headers: HeaderMap,
    Body(many): Body<Many>,
) -> Result<Json<Results>, Refusal> {
    if many.documents.len() > MOST {
        return Err(Refusal::TooMany(MOST));
    }
    let sent = many.documents.into_iter().map(Named::checked).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = sent.iter().map(|sent| sent.external_id.clone()).collect();
    let outcomes = api.knowledge.send(caller.workspace(), source, sent).await?;
    let results = names.into_iter().zip(&outcomes).map(|(name, outcome)| api.became(locale(&headers), name, outcome)).collect();
    Ok(Json(Results { results }))
}

/// One document, which is taken or the request is refused.
pub(super) async fn send_one(
    State(api): State<Api>,
    caller: Caller,
    At((source, external_id)): At<(SourceId, String)>,
    headers: HeaderMap,
    Body(Text { title, url, language, format, text }): Body<Text>,
) -> Result<Json<Became>, Refusal> {
    let sent = Named { external_id: external_id.clone(), title, url, language, format, text }.checked()?;
    match api.knowledge.send(caller.workspace(), source, vec![sent]).await?.pop() {
        Some(Outcome::Refused(reason)) => Err(Refusal::Unusable(reason)),
        Some(outcome) => Ok(Json(api.became(locale(&headers), external_id, &outcome))),
        None => Err(Refusal::NotFound),
    }
}

/// A document with its passages.
#[derive(Serialize)]
pub(super) struct Whole {
    source: SourceId,
    #[serde(flatten)]
    document: Document,
    parts: Vec<Passage>,
}

pub(super) async fn one(State(api): State<Api>, caller: Caller, At(id): At<DocumentId>) -> Result<Json<Whole>, Refusal> {
    let (document, source) = document::find(api.chat.store(), caller.workspace(), id).await?;
    let parts = passage::of_document(api.chat.store(), caller.workspace(), id).await?;
    Ok(Json(Whole { source, document, parts }))
}

pub(super) async fn remove(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<DocumentId>,
    Ask(removal): Ask<Removal>,
) -> Result<StatusCode, Refusal> {
    let (_, source) = document::find(api.chat.store(), caller.workspace(), id).await?;
    gone(&api, &caller, source, id, &removal).await
}

pub(super) async fn remove_named(
    State(api): State<Api>,
    caller: Caller,
    At((source, external_id)): At<(SourceId, String)>,
    Ask(removal): Ask<Removal>,
) -> Result<StatusCode, Refusal> {
    let id = document::at(api.chat.store(), caller.workspace(), source, &external_id).await?.ok_or(Refusal::NotFound)?;
    gone(&api, &caller, source, id, &removal).await
}

/// What is read from elsewhere would come back: only what was sent or written can be removed by itself.
async fn gone(api: &Api, caller: &Caller, source: SourceId, id: DocumentId, removal: &Removal) -> Result<StatusCode, Refusal> {
    let (store, workspace) = (api.chat.store(), caller.workspace());
    if !matches!(source::find(store, workspace, source).await?.kind, Kind::Api | Kind::Written) {
        return Err(Refusal::Invalid(Fault::of("fault-source-not-sent")));
    }
    document::remove(&api.chat, workspace, id, removal.frozen()).await?;
    api.note(caller, "document.remove", id.text(), json!({ "source": source })).await?;
    Ok(StatusCode::NO_CONTENT)
}
