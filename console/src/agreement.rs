//! How far bot and people agree, by intent: read, judged, and with one click the bot answers an intent itself.

mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use bot::Settings;
use chat::ConversationId;

use crate::error::Error;
use crate::handle::Console;
use crate::templates::filters::urlencode;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Ask;
use crate::web::visit::Seat;

use text::{ApartText, ScoreText};

const PAGE: &str = "/console/agreement";
/// A day in ms.
const DAY_MS: i64 = 86_400_000;
/// The spans one may choose, in days; the second is the usual one.
const SPANS: [i64; 3] = [7, 30, 90];
/// Differences that are shown at once.
const SHOWN: usize = 30;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    days: i64,
    /// Whose differences are read; empty: those about no intent.
    intent: Option<String>,
}

#[derive(Serialize)]
struct AgreementPage {
    days: i64,
    mode: &'static str,
    /// Whether what is saved here waits for the next release.
    waits: bool,
    /// Whether there is an intent at all.
    intents: bool,
    scores: Vec<ScoreText>,
    reading: Option<Reading>,
}

/// Differences of one intent.
#[derive(Serialize)]
struct Reading {
    /// Empty: about anything else.
    intent: String,
    /// There are more than are shown.
    more: bool,
    /// This page again.
    back: String,
    apart: Vec<ApartText>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let days = SPANS.into_iter().find(|span| *span == asked.days).unwrap_or(SPANS[1]);
    let now = console.chat.now();
    let (from, to) = ((now.div_euclid(DAY_MS) - days + 1) * DAY_MS, now + 1);
    let (bot, workspace) = (&console.bot, seat.workspace());
    let mode = bot.mode(workspace).await?;
    let scores = bot.scores(workspace, from, to).await?;
    let reading = match asked.intent {
        Some(intent) => {
            let wanted = (!intent.is_empty()).then_some(intent.as_str());
            let mut apart = bot.disagreements(workspace, from, to, wanted, SHOWN + 1).await?;
            let more = apart.len() > SHOWN;
            apart.truncate(SHOWN);
            let apart = apart.into_iter().map(ApartText::from).collect();
            let back = format!("{PAGE}?days={days}&intent={}", urlencode(&intent));
            Some(Reading { intent, more, back, apart })
        }
        None => None,
    };
    let own = AgreementPage {
        days,
        mode: mode.text(),
        waits: console.waits(&seat).await?,
        intents: scores.iter().any(|score| score.intent.is_some()),
        scores: scores.into_iter().map(|score| ScoreText::of(score, days)).collect(),
        reading,
    };
    Ok(console.page(&seat.visit, "report", "agreement.html", own).await?.into_response())
}

/// Lets the bot answer an intent itself while people answer the rest; with `back`, takes that back.
pub async fn let_speak(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let mut settings = Settings::get(&console.chat, seat.workspace()).await?;
    let intent = sent.text("intent").to_owned();
    if settings.intent(&intent).is_none() {
        return Err(Error::NotFound);
    }
    let lets = sent.text("take").is_empty();
    let flash = match (lets, console.waits(&seat).await?) {
        (true, false) => "flash-let-speak",
        (true, true) => "flash-let-speak-waits",
        (false, false) => "flash-silenced",
        (false, true) => "flash-silenced-waits",
    };
    if lets {
        settings.let_speak(&intent)
    } else {
        settings.silence(&intent)
    }
    match settings.put(&console.chat, seat.workspace()).await {
        Ok(()) => {}
        Err(bot::Error::Invalid(_)) => return Ok(console.said(&seat.visit, &sent.back(PAGE), &Flash::error("flash-rules-full"))),
        Err(error) => return Err(error.into()),
    }
    let action = if lets { "bot.let_speak" } else { "bot.silence" };
    console.note(&seat, action, String::new(), json!({ "intent": intent })).await?;
    Ok(console.said(&seat.visit, &sent.back(PAGE), &Flash::done(flash).with("intent", intent)))
}

/// Notes what a person found who has read both answers.
pub async fn judge(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let conversation = sent.text("conversation").parse::<ConversationId>().map_err(|_| Error::NotFound)?;
    let asked = sent.text("asked").parse().map_err(|_| Error::NotFound)?;
    let same = sent.text("same") == "yes";
    console.bot.judge(seat.workspace(), conversation, asked, same, seat.agent.id).await?;
    console.note(&seat, "bot.judge", conversation.text(), json!({ "asked": asked, "same": same })).await?;
    Ok(console.said(&seat.visit, &sent.back(PAGE), &Flash::done(if same { "flash-judged-same" } else { "flash-judged-other" })))
}
