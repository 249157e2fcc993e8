//! The guides: `docs/guide/<language>/<name>.md`, as pages. They are also the first library, so what is cited can be opened.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use chat::{LOCALES, locale_of};
use include_dir::{Dir, include_dir};
use knowledge::guides::anchor;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;

use crate::page::Pages;

static GUIDES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/guide");

/// In the order of the navigation; others follow by name.
const ORDER: [&str; 14] = [
    "start",
    "website",
    "knowledge",
    "articles",
    "bot",
    "tools",
    "improve",
    "agents",
    "people",
    "reports",
    "api",
    "operate",
    "privacy",
    "troubleshoot",
];

#[derive(Clone, Serialize)]
struct Guide {
    name: String,
    title: String,
    body: String,
}

/// The guides of each language, in order.
type Shelf = BTreeMap<&'static str, Vec<Guide>>;

#[derive(Serialize)]
struct Shown<'a> {
    lang: &'a str,
    other: &'a str,
    nav: Vec<Entry<'a>>,
    name: &'a str,
    title: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    title: &'a str,
    current: bool,
}

/// `/guide`, `/guide/{language}`, `/guide/{language}/{name}`
pub(crate) fn router(pages: Pages) -> Router {
    let shelf: Arc<Shelf> = Arc::new(LOCALES.into_iter().map(|locale| (locale, read(locale))).collect());
    Router::new()
        .route("/guide", get(first))
        .route(
            "/guide/{language}",
            get(|Path(language): Path<String>| async move { Redirect::to(&format!("/guide/{}/start", locale_of(&language))) }),
        )
        .route("/guide/{language}/{name}", get(show))
        .with_state((shelf, pages))
}

async fn first(headers: HeaderMap) -> Redirect {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Redirect::to(&format!("/guide/{}/start", locale_of(accepted)))
}

async fn show(State((shelf, pages)): State<(Arc<Shelf>, Pages)>, Path((language, name)): Path<(String, String)>) -> Response {
    let lang = locale_of(&language);
    let guides = shelf.get(lang).map_or(&[][..], Vec::as_slice);
    let Some(guide) = guides.iter().find(|guide| guide.name == name) else {
        return (StatusCode::NOT_FOUND, Redirect::to(&format!("/guide/{lang}/start"))).into_response();
    };
    let nav = guides.iter().map(|g| Entry { name: &g.name, title: &g.title, current: g.name == name }).collect();
    let other = LOCALES.into_iter().find(|locale| *locale != lang).unwrap_or(lang);
    match pages.render("guide.html", &Shown { lang, other, nav, name: &name, title: &guide.title, body: &guide.body }) {
        Ok(page) => Html(page).into_response(),
        Err(error) => crate::page::broken(&error),
    }
}

fn read(locale: &str) -> Vec<Guide> {
    let files = GUIDES.get_dir(locale).map(|dir| dir.files().collect::<Vec<_>>()).unwrap_or_default();
    let mut guides: Vec<Guide> = files
        .into_iter()
        .filter_map(|file| {
            let name = file.path().file_stem()?.to_str()?.to_owned();
            let (title, body) = to_html(file.contents_utf8()?);
            Some(Guide { name, title, body })
        })
        .collect();
    guides.sort_by_key(|guide| (ORDER.iter().position(|name| *name == guide.name).unwrap_or(ORDER.len()), guide.name.clone()));
    guides
}

/// The title (the first heading) and the page's HTML: headings can be linked to, links between guides lose their `.md`.
fn to_html(markdown: &str) -> (String, String) {
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    let mut title = String::new();
    for at in 0..events.len() {
        let (mut heading, mut end) = (String::new(), at);
        if let Event::Start(Tag::Heading { level, .. }) = &events[at] {
            let level = *level;
            while !matches!(events[end], Event::End(TagEnd::Heading(_))) {
                if let Event::Text(text) | Event::Code(text) = &events[end] {
                    heading.push_str(text);
                }
                end += 1;
            }
            if level == HeadingLevel::H1 && title.is_empty() {
                title.clone_from(&heading);
            }
        }
        match &mut events[at] {
            Event::Start(Tag::Heading { id, .. }) => *id = Some(CowStr::from(anchor(&heading))),
            Event::Start(Tag::Link { dest_url, .. }) => *dest_url = CowStr::from(dest_url.replace(".md", "")),
            _ => {}
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    (title, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_stands_in_both_languages() {
        let names = |locale| read(locale).into_iter().map(|guide| guide.name).collect::<Vec<_>>();
        assert_eq!(names("en"), names("zh"));
        assert!(names("en").len() >= 8);
        assert!(LOCALES.into_iter().flat_map(read).all(|guide| !guide.title.is_empty() && guide.body.contains("<h2 id=")));
    }

    #[test]
    fn headings_can_be_linked_to() {
        let (title, body) = to_html("# Start\n\n## 怎么开始？ (now)\n\nSee [that](website.md#how-to).");
        assert_eq!(title, "Start");
        assert!(body.contains("<h2 id=\"怎么开始-now\">") && body.contains("href=\"website#how-to\""), "{body}");
    }
}
