//! One article in one language: written, looked at, published. What two people write at once is not lost.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use chat::{ArticleId, LOCALES};
use knowledge::article::{self, Article, LONGEST_BODY, LONGEST_SUMMARY, LONGEST_TITLE, Saved, Text, Then, Typed};

use super::PAGE;
use super::text::{CollectionText, LanguageText, Staff, languages};
use crate::error::Error;
use crate::handle::Console;
use crate::sources::source::frozen;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;

/// What is typed, and the revision it was typed upon.
pub const FIELDS: [&str; 4] = ["title", "summary", "body", "revision"];

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    lang: String,
}

#[derive(Serialize)]
struct ArticlePage {
    article: ArticleText,
    /// The language that is written in.
    locale: &'static str,
    /// What is kept in it.
    text: Option<TextText>,
    collections: Vec<CollectionText>,
    form: FormText,
    /// What was typed, as readers see it.
    preview: Option<String>,
    /// What somebody else has saved meanwhile.
    overtaken: Option<Overtaken>,
    /// Whether releases go on answering from what is withdrawn.
    waits: bool,
}

#[derive(Serialize)]
struct ArticleText {
    href: String,
    title: String,
    collection: CollectionText,
    author: String,
    created_at: i64,
    removed_at: Option<i64>,
    languages: Vec<LanguageText>,
}

#[derive(Serialize)]
struct TextText {
    editor: String,
    updated_at: i64,
    published_at: Option<i64>,
    /// Where anybody reads it; empty: nowhere.
    url: String,
}

#[derive(Serialize)]
struct Overtaken {
    by: String,
    at: i64,
    title: String,
    summary: String,
    body: String,
}

/// What a page shows besides what is kept.
#[derive(Default)]
struct Beside {
    preview: Option<String>,
    overtaken: Option<Overtaken>,
}

/// The page of one language.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<ArticleId>, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let article = article::find(console.chat.store(), seat.workspace(), id).await?;
    let locale = chosen(&seat, &article, &asked.lang);
    let kept = article::text(console.chat.store(), seat.workspace(), id, locale).await?;
    let form = match &kept {
        Some((text, body)) => filled(text, body),
        None => Form::empty(&FIELDS).with("revision", "0"),
    };
    page(&console, &seat, (article, locale), &form, Beside::default()).await
}

/// Saves one language, as a draft or for readers; or shows what was typed as readers see it.
pub async fn save(
    State(console): State<Console>,
    seat: Seat,
    Id(id): Id<ArticleId>,
    Ask(asked): Ask<Asked>,
    fields: Fields,
) -> Result<Response, Error> {
    let article = article::find(console.chat.store(), seat.workspace(), id).await?;
    let locale = LOCALES.into_iter().find(|locale| *locale == asked.lang).ok_or(Error::NotFound)?;
    let mut form = checked(&fields);
    if fields.text("do") == "preview" {
        let beside = Beside { preview: Some(preview(&form)), ..Beside::default() };
        return page(&console, &seat, (article, locale), &form, beside).await;
    }
    let (then, key) = match fields.text("do") {
        "publish" => (Then::Publish, "flash-article-published"),
        "withdraw" => (Then::Withdraw(frozen(&fields)), "flash-article-withdrawn"),
        _ => (Then::Stay, "flash-article-saved"),
    };
    let mut beside = Beside::default();
    if form.is_fine() {
        let seen = form.value("revision").parse().unwrap_or(-1);
        match console.knowledge.save_article(seat.workspace(), (id, locale), typed(&form), (seen, then), seat.agent.id).await {
            Ok(Saved::Kept(revision)) => {
                console
                    .note(&seat, "article.save", id.text(), json!({ "locale": locale, "revision": revision, "do": fields.text("do") }))
                    .await?;
                let flash = Flash::done(key).with("name", form.value("title"));
                return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}?lang={locale}"), &flash));
            }
            Ok(Saved::Overtaken) => {
                let (theirs, revision) = overtaken(&console, &seat, id, locale).await?;
                form = form.with("revision", revision.to_string());
                beside.overtaken = Some(theirs);
            }
            Err(knowledge::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    let status = if beside.overtaken.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&console, &seat, (article, locale), &form, beside).await?).into_response())
}

/// A form with what was typed, checked.
pub fn checked(fields: &Fields) -> Form {
    let mut form = Form::filled(&FIELDS, fields).with("body", fields.text("body").replace("\r\n", "\n"));
    form.length("title", LONGEST_TITLE);
    let long = |form: &Form, name: &str, most: usize| form.value(name).chars().count() > most;
    let (summary, body) = (long(&form, "summary", LONGEST_SUMMARY), long(&form, "body", LONGEST_BODY));
    form.check(!summary, "summary", "fault-long");
    form.check(!body, "body", "fault-long");
    form
}

/// What a form holds.
pub fn typed(form: &Form) -> Typed {
    let text = |name: &str| form.value(name).to_owned();
    Typed { title: text("title"), summary: text("summary"), body: text("body") }
}

/// What was typed, as readers see it.
pub fn preview(form: &Form) -> String {
    bot::render::page(form.value("body")).html
}

fn filled(text: &Text, body: &str) -> Form {
    let form = Form::empty(&FIELDS).with("title", &*text.title).with("summary", &*text.summary);
    form.with("body", body).with("revision", text.revision.to_string())
}

/// The language that was asked for; else the reader's own, if the article has it, or the first it has.
fn chosen(seat: &Seat, article: &Article, asked: &str) -> &'static str {
    let own = seat.locale().tag();
    let has = |locale: &&str| article.text(locale).is_some();
    let known = LOCALES.into_iter().find(|locale| *locale == asked);
    known.or_else(|| Some(own).filter(has)).or_else(|| LOCALES.into_iter().find(has)).unwrap_or(own)
}

/// What somebody else has saved, and the revision it has.
async fn overtaken(console: &Console, seat: &Seat, id: ArticleId, locale: &str) -> Result<(Overtaken, i64), Error> {
    let staff = Staff::of(console, seat).await?;
    let kept = article::text(console.chat.store(), seat.workspace(), id, locale).await?;
    let (text, body) = kept.ok_or(Error::NotFound)?;
    let theirs = Overtaken { by: staff.name(text.editor), at: text.updated_at, title: text.title, summary: text.summary, body };
    Ok((theirs, text.revision))
}

async fn page(
    console: &Console,
    seat: &Seat,
    (article, locale): (Article, &'static str),
    form: &Form,
    beside: Beside,
) -> Result<Response, Error> {
    let (store, workspace, words) = (console.chat.store(), seat.workspace(), console.templates.words());
    let staff = Staff::of(console, seat).await?;
    let shelves = article::collection::list(store, workspace).await?;
    let collections: Vec<CollectionText> = shelves.iter().map(|shelf| CollectionText::of(words, seat.locale(), shelf)).collect();
    let mine = collections.iter().find(|shelf| shelf.id == article.collection.text()).cloned().ok_or(Error::NotFound)?;
    let text = match article.text(locale) {
        Some(text) => Some(TextText {
            editor: staff.name(text.editor),
            updated_at: text.updated_at,
            published_at: text.published_at,
            url: public_url(console, seat, &article, locale).await?,
        }),
        None => None,
    };
    let own = ArticlePage {
        article: ArticleText {
            href: format!("{PAGE}/{}", article.id),
            title: article.title(locale).to_owned(),
            collection: mine,
            author: staff.name(article.author),
            created_at: article.created_at,
            removed_at: article.removed_at,
            languages: languages(&article),
        },
        locale,
        text,
        collections,
        form: console.form(&seat.visit, form),
        preview: beside.preview,
        overtaken: beside.overtaken,
        waits: console.waits(seat).await?,
    };
    Ok(console.page(&seat.visit, "articles", "article.html", own).await?.into_response())
}

/// Where anybody reads an article: in the help center of the first inbox that shows it; empty: nowhere.
async fn public_url(console: &Console, seat: &Seat, article: &Article, locale: &str) -> Result<String, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let public = article::public::list(store, workspace, None).await?;
    let Some(public) = public.iter().find(|public| public.article == article.id && public.locale == locale) else {
        return Ok(String::new());
    };
    let inboxes = chat::inbox::list(store, workspace).await?;
    let shows = |inbox: &&chat::inbox::Inbox| inbox.libraries.as_ref().is_none_or(|libraries| libraries.contains(&public.library));
    let url = |inbox: &chat::inbox::Inbox| format!("{}/help/{}/article/{}/{locale}", seat.visit.origin, inbox.id, article.id);
    Ok(inboxes.iter().find(shows).map(url).unwrap_or_default())
}
