//! What the bot thought beside people: what it would have said next to what was said, in a conversation and in all of them, each
//! with why.

mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use bot::{Silent, Which};
use chat::{ConversationId, conversation};

use crate::error::Error;
use crate::handle::Console;
use crate::web::params::{Ask, Id, Ids};
use crate::web::visit::Seat;
use crate::why::{self, Told};

use text::SilentText;

const PAGE: &str = "/console/beside";
/// Questions of one page.
const SHOWN: usize = 20;
/// A day in ms.
const DAY_MS: i64 = 86_400_000;
/// What the figures above the list are of, in days.
const DAYS: i64 = 30;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    which: String,
    /// The last one of the page before: time, conversation, message.
    after: String,
}

#[derive(Serialize)]
struct BesidePage {
    /// The conversation; empty: all of them.
    up: String,
    /// This page, without its choice.
    href: String,
    mode: &'static str,
    which: &'static str,
    choices: [&'static str; 4],
    list: Vec<SilentText>,
    next: Option<String>,
    score: Option<ScoreText>,
}

/// All intents of the last days together.
#[derive(Serialize)]
struct ScoreText {
    days: i64,
    questions: i64,
    answered: i64,
    same: i64,
}

/// All conversations.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let now = console.chat.now();
    let scores = console.bot.scores(seat.workspace(), now - DAYS * DAY_MS, now + 1).await?;
    let sum = |of: fn(&bot::Score) -> i64| scores.iter().map(of).sum();
    let score = ScoreText {
        days: DAYS,
        questions: sum(|score| score.questions),
        answered: sum(|score| score.answered),
        same: sum(|score| score.same),
    };
    page(&console, &seat, None, &asked, Some(score)).await
}

/// One conversation.
pub async fn of_conversation(
    State(console): State<Console>,
    seat: Seat,
    Id(id): Id<ConversationId>,
    Ask(asked): Ask<Asked>,
) -> Result<Response, Error> {
    conversation::find(console.chat.store(), seat.workspace(), id).await?;
    page(&console, &seat, Some(id), &asked, None).await
}

/// Why it would have said that.
pub async fn why(State(console): State<Console>, seat: Seat, Ids(id, asked): Ids<ConversationId, i64>) -> Result<Response, Error> {
    told(&console, &seat, id, asked, false).await
}

/// The same with what the bot would do today.
pub async fn again(State(console): State<Console>, seat: Seat, Ids(id, asked): Ids<ConversationId, i64>) -> Result<Response, Error> {
    told(&console, &seat, id, asked, true).await
}

async fn told(console: &Console, seat: &Seat, id: ConversationId, asked: i64, again: bool) -> Result<Response, Error> {
    let (turn, body) = console.bot.silent_turn(seat.workspace(), id, asked).await?;
    let told = Told { conversation: id, href: text::why_href(id, asked), turn, said: why::said_plainly(&body), silent: true };
    why::tell(console, seat, told, again).await
}

async fn page(
    console: &Console,
    seat: &Seat,
    of: Option<ConversationId>,
    asked: &Asked,
    score: Option<ScoreText>,
) -> Result<Response, Error> {
    let which = Which::ALL.into_iter().find(|which| which.text() == asked.which).unwrap_or_default();
    let limit = i64::try_from(SHOWN).unwrap_or(0) + 1;
    let mut list = console.bot.silent(seat.workspace(), of, which, cursor(&asked.after), limit).await?;
    let more = list.len() > SHOWN;
    list.truncate(SHOWN);
    let href = of.map_or_else(|| PAGE.to_owned(), |id| format!("/console/conversations/{id}/beside"));
    let next = list.last().filter(|_| more).map(|last| format!("{href}?which={}&after={}", which.text(), place(last)));
    let own = BesidePage {
        up: of.map(|id| format!("/console/conversations/{id}")).unwrap_or_default(),
        mode: console.bot.mode(seat.workspace()).await?.text(),
        which: which.text(),
        choices: Which::ALL.map(Which::text),
        list: list.into_iter().map(SilentText::from).collect(),
        next,
        score,
        href,
    };
    let section = if of.is_some() { "inbox" } else { "report" };
    Ok(console.page(&seat.visit, section, "beside.html", own).await?.into_response())
}

fn place(last: &Silent) -> String {
    format!("{}_{}_{}", last.at, last.conversation, last.asked)
}

fn cursor(text: &str) -> Option<(i64, ConversationId, i64)> {
    let mut parts = text.splitn(3, '_');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_nothing_else_is() {
        let id: ConversationId = "01997a00-0000-7000-8000-000000000201".parse().unwrap();
        assert_eq!(cursor(&format!("17_{id}_4")), Some((17, id, 4)));
        for wrong in ["", "17", "17_x_4", "a_b_c", "17_01997a00-0000-7000-8000-000000000201_"] {
            assert_eq!(cursor(wrong), None, "{wrong}");
        }
    }
}
