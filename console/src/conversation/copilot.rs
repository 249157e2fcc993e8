//! Help while writing: a suggested reply with its sources, and the reply in other words. The composer comes back filled; a script
//! gets the same as JSON. Nothing is sent.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use bot::Rewrite;
use chat::{Audience, Author, Citation, ConversationId, message};

use crate::conversation::acts::view_in;
use crate::conversation::message::{CitationText, language};
use crate::conversation::page::{COMPOSER, Reading, conversation_page};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// Messages that are looked at for a language.
const RECENT: i64 = 30;

/// What the composer shows of the copilot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CopilotText {
    /// Whether a model can put a reply in other words.
    pub model: bool,
    /// What the suggested reply rests on.
    pub sources: Vec<CitationText>,
    /// What is said about it.
    pub notice: String,
    /// The summary that was asked for.
    pub summary: String,
}

/// What a script gets.
#[derive(Serialize)]
struct Helped {
    body: String,
    notice: String,
    sources: Vec<CitationText>,
}

/// Suggests a reply, or puts the reply in other words.
pub async fn help(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Result<Response, Error> {
    let helped = match Rewrite::parse(fields.text("do")) {
        Some(how) => rewrite(&console, &seat, id, how, fields.text("body")).await?,
        None => suggest(&console, &seat, id, fields.text("body")).await?,
    };
    if seat.visit.wants_json {
        return Ok(Json(helped).into_response());
    }
    let reading = Reading { view: view_in(fields.text("back")), before_seq: None, sum_up: false };
    let mut conversation = console.read_conversation(&seat, id, &reading).await?;
    let form = Form::empty(&COMPOSER).with("mode", "reply").with("body", helped.body);
    conversation.form = console.form(&seat.visit, &form);
    conversation.copilot.sources = helped.sources;
    conversation.copilot.notice = helped.notice;
    let page = conversation_page(&console, &seat, conversation).await?;
    Ok((StatusCode::OK, page).into_response())
}

async fn suggest(console: &Console, seat: &Seat, id: ConversationId, written: &str) -> Result<Helped, Error> {
    let say = |key: &str| console.templates.words().plain(seat.locale(), key);
    let suggestion = console.bot.suggest(seat.workspace(), id).await?;
    Ok(match suggestion {
        // What somebody has written already is theirs.
        Some(found) => Helped {
            body: if written.trim().is_empty() { found.body } else { format!("{}\n\n{}", written.trim_end(), found.body) },
            notice: say(if found.extract { "copilot-quoted" } else { "copilot-written" }),
            sources: texts(&found.citations),
        },
        None => Helped { body: written.to_owned(), notice: say("copilot-nothing"), sources: Vec::new() },
    })
}

async fn rewrite(console: &Console, seat: &Seat, id: ConversationId, how: Rewrite, written: &str) -> Result<Helped, Error> {
    let kept = |notice: String| Helped { body: written.to_owned(), notice, sources: Vec::new() };
    if written.trim().is_empty() {
        return Ok(kept(console.templates.words().plain(seat.locale(), "copilot-empty")));
    }
    Ok(match console.bot.rewrite(seat.workspace(), how, written, language_of(console, seat, id).await?).await {
        Ok(body) => Helped { body, notice: String::new(), sources: Vec::new() },
        Err(bot::Error::Invalid(_)) => kept(console.templates.words().plain(seat.locale(), "copilot-no-model")),
        Err(error) => return Err(error.into()),
    })
}

/// What the visitor writes in, by the newest of their messages that tells; else what the conversation is held in.
async fn language_of(console: &Console, seat: &Seat, id: ConversationId) -> Result<&'static str, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let it = chat::conversation::find(store, workspace, id).await?;
    let messages = message::before(store, workspace, id, Audience::All, i64::MAX, RECENT).await?;
    let said = messages.iter().rev().filter(|message| matches!(message.author, Author::Visitor(_)));
    Ok(said.map(|message| language(&message.body)).find(|language| !language.is_empty()).unwrap_or(chat::locale_of(&it.locale)))
}

fn texts(citations: &[Citation]) -> Vec<CitationText> {
    citations.iter().map(CitationText::from).collect()
}
