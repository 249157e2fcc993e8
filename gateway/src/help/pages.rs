//! The pages of a help center: `pages/help*.html` with what they show.

use axum::{
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Datelike, Utc};
use knowledge::{
    article::{Public, address},
    split::PATH,
};
use pulldown_cmark::{Event, Parser};
use serde::Serialize;

use super::{
    Miss, Shared, Shown,
    center::{Center, Shelf},
    reply,
};

/// Longest excerpt of what a search found, in characters.
const EXCERPT: usize = 220;
/// Articles that a page of results lists.
const RESULTS: usize = 20;
/// Other articles of the collection that an article names.
const BESIDE: usize = 6;
/// With so many sections, an article has a table of contents.
const CONTENTS: usize = 3;

/// What surrounds every page.
#[derive(Serialize)]
struct Frame {
    lang: &'static str,
    inbox: String,
    name: String,
    home: String,
    title: String,
    description: String,
    /// The page's own address; empty: it is not one to be kept.
    canonical: String,
    versions: Vec<Version>,
    /// What is searched for.
    q: String,
    /// Whether the widget is on the page.
    talks: bool,
}

/// The same page in a language.
#[derive(Serialize)]
struct Version {
    lang: String,
    href: String,
    url: String,
}

#[derive(Serialize)]
struct Page<T> {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    own: T,
}

#[derive(Serialize)]
struct Home {
    shelves: Vec<ShelfText>,
    /// There are articles, but in other languages.
    elsewhere: bool,
}

#[derive(Serialize)]
struct ShelfText {
    href: String,
    name: String,
    about: String,
    articles: Vec<Line>,
}

/// An article in a list.
#[derive(Serialize)]
struct Line {
    href: String,
    lang: String,
    title: String,
    /// The section that was found; empty: the article.
    section: String,
    summary: String,
}

#[derive(Serialize)]
struct Article {
    shelf: ShelfText,
    headline: String,
    summary: String,
    body: String,
    contents: Vec<Section>,
    updated: String,
    updated_on: String,
}

#[derive(Serialize)]
struct Section {
    anchor: String,
    text: String,
}

#[derive(Serialize)]
struct Results {
    found: Vec<Line>,
}

pub(super) fn home(shared: &Shared, center: &Center, headers: &HeaderMap) -> Shown {
    let shelves: Vec<ShelfText> = center.shelves().into_iter().map(|shelf| shelf_text(center, shelf)).collect();
    let own = Home { elsewhere: shelves.is_empty() && !center.all.is_empty(), shelves };
    let versions = center.languages().into_iter().map(|lang| (lang, center.home_in(lang))).collect();
    let frame = frame(center, (center.inbox.name.clone(), String::new()), center.home(), versions);
    shown(shared, "help_home.html", Page { frame, own }, headers, None)
}

pub(super) fn collection(shared: &Shared, center: &Center, slug: &str, headers: &HeaderMap) -> Shown {
    let number = address::number(slug).ok_or(Miss::Nowhere(center.lang))?;
    let shelf = center.shelves().into_iter().find(|shelf| shelf.number == number).ok_or(Miss::Nowhere(center.lang))?;
    if slug != address::slug(number, shelf.name) {
        return Ok(Redirect::temporary(&center.shelf_href(center.lang, number, shelf.name)).into_response());
    }
    let own = shelf_text(center, shelf);
    let languages = center.languages().into_iter().filter_map(|lang| {
        let public = center.all.iter().find(|public| public.collection_number == number && public.locale == lang)?;
        let name = &knowledge::article::collection::called(&public.names, lang).name;
        Some((lang, center.shelf_href(lang, number, name)))
    });
    let frame = frame(center, (own.name.clone(), own.about.clone()), own.href.clone(), languages.collect());
    shown(shared, "help_collection.html", Page { frame, own }, headers, None)
}

pub(super) async fn article(shared: &Shared, center: &Center, slug: &str, headers: &HeaderMap) -> Shown {
    let nowhere = || Miss::Nowhere(center.lang);
    let number = address::number(slug).ok_or_else(nowhere)?;
    let public = center.article_by(|public| public.number == number).ok_or_else(nowhere)?;
    if public.locale != center.lang || slug != address::slug(number, &public.title) {
        return Ok(Redirect::temporary(&center.article_href(public)).into_response());
    }
    let body = knowledge::article::public::body(shared.chat.store(), center.inbox.workspace, public).await?.ok_or_else(nowhere)?;
    let (page, shelf) = (bot::render::page(&body), center.shelves().into_iter().find(|shelf| shelf.number == public.collection_number));
    let mut shelf = shelf_text(center, shelf.ok_or_else(nowhere)?);
    let href = center.article_href(public);
    shelf.articles.retain(|line| line.href != href);
    shelf.articles.truncate(BESIDE);
    let sections: Vec<Section> = page.headings.into_iter().filter(|heading| heading.level == 2).map(Section::of).collect();
    let own = Article {
        shelf,
        headline: public.title.clone(),
        summary: public.summary.clone(),
        body: page.html,
        contents: if sections.len() < CONTENTS { Vec::new() } else { sections },
        updated: day(public.updated_at, center.lang),
        updated_on: date(public.updated_at).format("%F").to_string(),
    };
    let description = if public.summary.is_empty() { excerpt(&body) } else { public.summary.clone() };
    let frame = frame(center, (public.title.clone(), description), href, center.versions(public));
    shown(shared, "help_article.html", Page { frame, own }, headers, Some(public.updated_at))
}

pub(super) async fn search(shared: &Shared, center: &Center, question: &str, headers: &HeaderMap) -> Shown {
    let found = shared.knowledge.search_articles(center.inbox.workspace, &center.all, question, center.lang).await?;
    let of = |(public, passage): (Public, knowledge::Passage)| {
        let place = passage.url.split_once('#').map(|(_, anchor)| format!("#{anchor}")).unwrap_or_default();
        let heading = passage.heading.rsplit(PATH).next().filter(|heading| *heading != public.title).unwrap_or_default();
        Line {
            href: format!("{}{place}", center.article_href(&public)),
            section: heading.to_owned(),
            summary: excerpt(&passage.text),
            lang: public.locale,
            title: public.title,
        }
    };
    let own = Results { found: found.into_iter().take(RESULTS).map(of).collect() };
    let versions = center.languages().into_iter().map(|lang| (lang, center.home_in(lang))).collect();
    let mut frame = frame(center, (center.inbox.name.clone(), String::new()), String::new(), versions);
    frame.q = question.chars().take(knowledge::article::public::LONGEST_QUESTION).collect();
    shown(shared, "help_search.html", Page { frame, own }, headers, None)
}

/// There is no such page, or not now; nothing tells whether there is one for others.
pub(super) fn none(shared: &Shared, lang: &str, status: StatusCode) -> anyhow::Result<Response> {
    #[derive(Serialize)]
    struct Told<'a> {
        lang: &'a str,
        busy: bool,
    }
    let page = shared.pages.render("help_none.html", &Told { lang, busy: status == StatusCode::TOO_MANY_REQUESTS })?;
    Ok((status, Html(page)).into_response())
}

fn shown<T: Serialize>(shared: &Shared, template: &str, page: Page<T>, headers: &HeaderMap, updated_at: Option<i64>) -> Shown {
    Ok(reply::html(headers, shared.pages.render(template, &page)?, updated_at))
}

fn frame(center: &Center, (title, description): (String, String), href: String, versions: Vec<(&str, String)>) -> Frame {
    let version = |(lang, href): (&str, String)| Version { lang: lang.to_owned(), url: format!("{}{href}", center.base), href };
    Frame {
        lang: center.lang,
        inbox: center.inbox.id.text(),
        name: center.inbox.name.clone(),
        home: center.home(),
        title,
        description,
        canonical: if href.is_empty() { href } else { format!("{}{href}", center.base) },
        versions: versions.into_iter().map(version).collect(),
        q: String::new(),
        talks: center.talks(),
    }
}

fn shelf_text(center: &Center, shelf: Shelf<'_>) -> ShelfText {
    let line = |public: &Public| Line {
        href: center.article_href(public),
        lang: public.locale.clone(),
        title: public.title.clone(),
        section: String::new(),
        summary: public.summary.clone(),
    };
    ShelfText {
        href: center.shelf_href(center.lang, shelf.number, shelf.name),
        name: shelf.name.to_owned(),
        about: shelf.about.to_owned(),
        articles: shelf.articles.into_iter().map(line).collect(),
    }
}

impl Section {
    fn of(heading: bot::render::Heading) -> Self {
        Self { anchor: heading.anchor, text: heading.text }
    }
}

/// The first words of a Markdown text, as they are read.
fn excerpt(markdown: &str) -> String {
    let text = Parser::new(markdown).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.into_string()),
        Event::SoftBreak | Event::HardBreak | Event::End(_) => Some(" ".to_owned()),
        _ => None,
    });
    let words = text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= EXCERPT { words } else { format!("{}…", words.chars().take(EXCERPT).collect::<String>().trim_end()) }
}

fn date(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

fn day(at: i64, lang: &str) -> String {
    let date = date(at);
    match lang {
        "zh" => format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day()),
        _ => date.format("%-d %B %Y").to_string(),
    }
}
