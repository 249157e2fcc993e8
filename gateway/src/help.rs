//! The help center of an inbox: its public articles as pages of their own, with a search. Whoever asks is anybody; what is for
//! others is not here.

mod center;
mod pages;
mod reply;
mod robots;
mod sitemap;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use axum::{
    Extension, Router,
    extract::{ConnectInfo, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use chat::{ArticleId, Chat, InboxId, LOCALES, locale_of};
use knowledge::{
    Knowledge,
    article::{address, public},
};
use serde::Deserialize;

use self::center::Center;
use crate::{
    page::Pages,
    visitor::{self, Address, Limits},
};

/// What the pages are made with.
#[derive(Clone)]
pub(crate) struct Shared {
    pages: Pages,
    chat: Chat,
    knowledge: Knowledge,
    /// Where people reach this server; empty: where they say they do.
    base: String,
    searches: Searches,
}

/// How often somebody may search.
#[derive(Clone, Default)]
pub(crate) struct Searches {
    pub limits: Limits,
    pub config: visitor::Config,
    pub trust_proxy: bool,
}

/// Why there is no page.
enum Miss {
    /// No such help center, collection or article; said in a language.
    Nowhere(&'static str),
    /// Too many searches.
    Busy(&'static str),
    Broken(anyhow::Error),
}

type Shown = Result<Response, Miss>;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

/// `/help/{inbox}` and what is below it.
pub(crate) fn router(pages: Pages, chat: Chat, knowledge: Knowledge, base: &str, searches: Searches) -> Router {
    let shared = Shared { pages, chat, knowledge, base: base.trim_end_matches('/').to_owned(), searches };
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/help/{inbox}", get(first))
        .route("/help/{inbox}/sitemap.xml", get(sitemap))
        .route("/help/{inbox}/{locale}", get(home))
        .route("/help/{inbox}/{locale}/search", get(search))
        .route("/help/{inbox}/{locale}/collections/{slug}", get(collection))
        .route("/help/{inbox}/{locale}/articles/{slug}", get(article))
        .route("/help/{inbox}/article/{id}/{locale}", get(cited))
        .route("/help/article/{id}/{locale}", get(cited_anywhere))
        .with_state(shared)
}

/// The home in the language of the browser, if there are articles in it.
async fn first(State(shared): State<Shared>, Path(inbox): Path<String>, headers: HeaderMap) -> Response {
    let lang = accepted(&headers);
    let found = async {
        let center = Center::open(&shared, &inbox, lang, &headers).await?;
        let lang = if center.speaks(lang) { lang } else { center.languages().first().copied().unwrap_or(lang) };
        Ok(Redirect::temporary(&center.home_in(lang)).into_response())
    };
    shared.answer(found.await)
}

async fn home(State(shared): State<Shared>, Path((inbox, locale)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let found = async { pages::home(&shared, &shared.center(&inbox, &locale, &headers).await?, &headers) };
    shared.answer(found.await)
}

async fn search(
    State(shared): State<Shared>,
    Path((inbox, locale)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    connected: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let center = shared.center(&inbox, &locale, &headers).await?;
        let Searches { limits, config, trust_proxy } = &shared.searches;
        let Address(address) = Address::of(*trust_proxy, connected.map(|known| known.0.0.ip()), &headers);
        let turn = limits.search(config, address, shared.chat.now());
        turn.map_err(|_| Miss::Busy(center.lang))?;
        pages::search(&shared, &center, asked.q.trim(), &headers).await
    };
    shared.answer(found.await)
}

async fn collection(
    State(shared): State<Shared>,
    Path((inbox, locale, slug)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let center = shared.center(&inbox, &locale, &headers).await?;
        pages::collection(&shared, &center, &slug, &headers)
    };
    shared.answer(found.await)
}

async fn article(
    State(shared): State<Shared>,
    Path((inbox, locale, slug)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let center = shared.center(&inbox, &locale, &headers).await?;
        pages::article(&shared, &center, &slug, &headers).await
    };
    shared.answer(found.await)
}

/// Where a citation leads: to the article in its language, or else in another one.
async fn cited(State(shared): State<Shared>, Path((inbox, id, locale)): Path<(String, String, String)>, headers: HeaderMap) -> Response {
    let lang = locale_of(&locale);
    let found = async {
        let center = Center::open(&shared, &inbox, lang, &headers).await?;
        let id = ArticleId::parse(&id).ok_or(Miss::Nowhere(lang))?;
        let public = center.article_by(|public| public.article == id).ok_or(Miss::Nowhere(lang))?;
        Ok(Redirect::temporary(&center.article_href(public)).into_response())
    };
    shared.answer(found.await)
}

/// The same without an inbox: in the first one of the workspace that shows it.
async fn cited_anywhere(State(shared): State<Shared>, Path((id, locale)): Path<(String, String)>) -> Response {
    let lang = locale_of(&locale);
    let found = async {
        let id = ArticleId::parse(&id).ok_or(Miss::Nowhere(lang))?;
        let store = shared.chat.store();
        let workspace = public::workspace_of(store, id).await?.ok_or(Miss::Nowhere(lang))?;
        let all = public::list(store, workspace, None).await?;
        let public = all.iter().find(|public| public.article == id).ok_or(Miss::Nowhere(lang))?;
        let inboxes = chat::inbox::list(store, workspace).await?;
        let shows = |inbox: &&chat::inbox::Inbox| inbox.libraries.as_ref().is_none_or(|libraries| libraries.contains(&public.library));
        let inbox: InboxId = inboxes.iter().find(shows).ok_or(Miss::Nowhere(lang))?.id;
        Ok(Redirect::temporary(&address::within(&format!("/help/article/{id}/{lang}"), inbox)).into_response())
    };
    shared.answer(found.await)
}

async fn sitemap(State(shared): State<Shared>, Path(inbox): Path<String>, headers: HeaderMap) -> Response {
    let lang = accepted(&headers);
    let found = async { Ok(reply::xml(&headers, sitemap::write(&Center::open(&shared, &inbox, lang, &headers).await?))) };
    shared.answer(found.await)
}

/// What crawlers are asked to do with this server.
async fn robots(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let found = async { Ok(reply::text(&headers, robots::write(&center::base(&shared.base, &headers), &robots::inboxes(&shared).await?))) };
    shared.answer(found.await)
}

impl Shared {
    /// The help center of an address, in its language.
    async fn center(&self, inbox: &str, locale: &str, headers: &HeaderMap) -> Result<Center, Miss> {
        Center::open(self, inbox, known(locale, headers)?, headers).await
    }

    /// The page, or one that says kindly that there is none.
    fn answer(&self, found: Shown) -> Response {
        let missed = match found {
            Ok(response) => return response,
            Err(Miss::Nowhere(lang)) => pages::none(self, lang, StatusCode::NOT_FOUND),
            Err(Miss::Busy(lang)) => pages::none(self, lang, StatusCode::TOO_MANY_REQUESTS),
            Err(Miss::Broken(error)) => Err(error),
        };
        missed.unwrap_or_else(|error| crate::page::broken(&error))
    }
}

/// A language of an address; any other is no page.
fn known(locale: &str, headers: &HeaderMap) -> Result<&'static str, Miss> {
    LOCALES.into_iter().find(|known| *known == locale).ok_or_else(|| Miss::Nowhere(accepted(headers)))
}

fn accepted(headers: &HeaderMap) -> &'static str {
    locale_of(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

impl From<knowledge::Error> for Miss {
    fn from(error: knowledge::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<chat::Error> for Miss {
    fn from(error: chat::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<anyhow::Error> for Miss {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}
