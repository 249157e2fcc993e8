//! The playground: what the bot would answer, by which rule, from which passages. Nothing is kept.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use bot::Asker;
use bot::verdict::Action;

use crate::audience::{As, AsText};
use crate::conversation::message::CitationText;
use crate::error::Error;
use crate::handle::Console;
use crate::search::HitText;
use crate::sources::LibraryText;
use crate::web::params::Ask;
use crate::web::visit::Seat;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    q: String,
    #[serde(flatten)]
    who: As,
}

#[derive(Serialize)]
struct PlaygroundPage {
    q: String,
    who: AsText,
    libraries: Vec<LibraryText>,
    asked: Option<AskedText>,
}

#[derive(Serialize)]
struct AskedText {
    verdict: &'static str,
    rule: &'static str,
    html: String,
    citations: Vec<CitationText>,
    extract: bool,
    took_ms: u64,
    hits: Vec<HitText>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asking): Ask<Asking>) -> Result<Response, Error> {
    let q: String = asking.q.chars().take(1_000).collect();
    let (asker, who) = console.asked_as(&seat, &asking.who).await?;
    let asked = match q.trim() {
        "" => None,
        question => Some(ask(&console, &seat, question, asker).await?),
    };
    let own = PlaygroundPage { libraries: console.libraries(&seat).await?, q, who, asked };
    let page = console.page(&seat.visit, "playground", "playground.html", own).await?;
    Ok(page.into_response())
}

async fn ask(console: &Console, seat: &Seat, question: &str, asker: Asker) -> Result<AskedText, Error> {
    let locale = seat.locale().tag();
    let asked = console.bot.ask_as(seat.workspace(), question, locale, asker).await?;
    Ok(AskedText {
        verdict: verdict(asked.verdict.action),
        rule: asked.rule,
        html: bot::render::html(&asked.answer, &asked.citations),
        citations: asked.citations.iter().map(CitationText::from).collect(),
        extract: asked.extract,
        took_ms: asked.trace.times.total_ms,
        hits: console.hits(seat, asked.found.hits).await?,
    })
}

/// The name of a decision, as texts know it.
fn verdict(action: Action) -> &'static str {
    match action {
        Action::Answer => "answer",
        Action::Extract => "extract",
        Action::Clarify => "clarify",
        Action::HandOver(_) => "hand_over",
        Action::SmallTalk(_) => "small_talk",
        // Nothing is done in a playground.
        Action::Tool(_) => "answer",
    }
}
