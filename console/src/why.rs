//! Why the bot said what it said: a turn's trace in words, and the same question asked again today, side by side.

mod calls;
mod compare;
mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use bot::Turn;
use chat::{Audience, ConversationId, message};

use crate::error::Error;
use crate::handle::Console;
use crate::web::params::Ids;
use crate::web::visit::Seat;

use compare::AgainText;
use text::{SaidText, TurnText};

#[derive(Serialize)]
struct WhyPage {
    /// The conversation.
    up: String,
    /// This page.
    href: String,
    /// The visitor has not read it.
    silent: bool,
    turn: TurnText,
    /// What money is called.
    currency: String,
    said: SaidText,
    again: Option<AgainText>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ids(id, seq): Ids<ConversationId, i64>) -> Result<Response, Error> {
    page(&console, &seat, id, seq, false).await
}

/// The page with what the bot would do today. A model may be asked, so it takes a button and not a link.
pub async fn again(State(console): State<Console>, seat: Seat, Ids(id, seq): Ids<ConversationId, i64>) -> Result<Response, Error> {
    page(&console, &seat, id, seq, true).await
}

async fn page(console: &Console, seat: &Seat, id: ConversationId, seq: i64, again: bool) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let turn = console.bot.turn_of(workspace, id, seq).await?;
    let message = message::get(console.chat.store(), workspace, id, Audience::Staff, seq).await?;
    let said = SaidText::of(&message.body, &message.extra.citations, message.extra.extract);
    let href = format!("/console/conversations/{id}/why/{seq}");
    tell(console, seat, Told { conversation: id, href, turn, said, silent: false }, again).await
}

/// A turn to be told.
pub struct Told {
    /// Where.
    pub conversation: ConversationId,
    /// The page that tells it.
    pub href: String,
    /// The turn.
    pub turn: Turn,
    /// What was said, or would have been.
    pub said: SaidText,
    /// The visitor has not read it.
    pub silent: bool,
}

/// What was never sent, without its sources.
#[must_use]
pub fn said_plainly(body: &str) -> SaidText {
    SaidText::of(body, &[], false)
}

/// The page of a turn, with what the bot would do today if that is asked for.
pub async fn tell(console: &Console, seat: &Seat, told: Told, again: bool) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let Told { conversation: id, href, turn, said, silent } = told;
    let again = match again {
        true => Some(AgainText::of(&turn, &said, Box::pin(console.bot.replay(workspace, id, &turn)).await?)),
        false => None,
    };
    let own = WhyPage {
        up: format!("/console/conversations/{id}"),
        href,
        silent,
        turn: TurnText::of(console.templates.words(), seat.locale(), &turn),
        currency: bot::Settings::get(&console.chat, workspace).await?.budget.currency,
        said,
        again,
    };
    let page = console.page(&seat.visit, "inbox", "why.html", own).await?;
    Ok(page.into_response())
}
