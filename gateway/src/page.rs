//! Pages for visitors: the demo page and the full-page chat. `pages/*.html` are Tera templates.

use std::sync::Arc;

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use chat::{Chat, InboxId, inbox, locale_of};
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/pages");

/// The pages, compiled.
#[derive(Clone)]
pub(crate) struct Pages(Arc<Tera>);

#[derive(Clone)]
struct Shared {
    pages: Pages,
    chat: Chat,
    demo: InboxId,
}

/// What a page with a chat knows.
#[derive(Serialize)]
struct Shown<'a> {
    lang: &'a str,
    inbox: String,
    name: &'a str,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
}

impl Pages {
    /// Compiles every page.
    pub(crate) fn embedded() -> anyhow::Result<Self> {
        let pages = FILES.files().filter(|file| file.path().extension().is_some_and(|ending| ending == "html"));
        let texts: Vec<(&str, &str)> = pages.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?))).collect();
        let mut tera = Tera::default();
        tera.add_raw_templates(texts).context("a page does not compile")?;
        Ok(Self(Arc::new(tera)))
    }

    /// One page as HTML.
    pub(crate) fn render<T: Serialize>(&self, name: &str, shown: &T) -> anyhow::Result<String> {
        Ok(self.0.render(name, &Context::from_serialize(shown)?)?)
    }
}

/// `/demo`, `/chat/{inbox}`
pub(crate) fn router(pages: Pages, demo: InboxId, chat: Chat) -> Router {
    Router::new().route("/demo", get(show_demo)).route("/chat/{inbox}", get(show_chat)).with_state(Shared { pages, chat, demo })
}

async fn show_demo(State(shared): State<Shared>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    page(&shared, "demo.html", shared.demo, &asked, &headers).await
}

async fn show_chat(State(shared): State<Shared>, Path(id): Path<String>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match InboxId::parse(&id) {
        Some(id) => page(&shared, "chat.html", id, &asked, &headers).await,
        None => unknown(language(&asked, &headers)),
    }
}

async fn page(shared: &Shared, name: &str, id: InboxId, asked: &Asked, headers: &HeaderMap) -> Response {
    let lang = language(asked, headers);
    match inbox::of_visitor(shared.chat.store(), id).await {
        Ok(inbox) => match shared.pages.render(name, &Shown { lang, inbox: id.text(), name: &inbox.name }) {
            Ok(page) => Html(page).into_response(),
            Err(error) => broken(&error),
        },
        Err(chat::Error::NotFound) => unknown(lang),
        Err(error) => broken(&error.into()),
    }
}

fn language(asked: &Asked, headers: &HeaderMap) -> &'static str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    locale_of(if asked.lang.is_empty() { accepted } else { &asked.lang })
}

fn unknown(lang: &str) -> Response {
    (StatusCode::NOT_FOUND, crate::words::say(lang, "unknown_inbox")).into_response()
}

/// A page that cannot be made: told in the log, and plainly to the reader.
pub(crate) fn broken(error: &anyhow::Error) -> Response {
    tracing::error!(error = %format!("{error:#}"), "a page could not be made");
    (StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown just now. Please try again.\n").into_response()
}
