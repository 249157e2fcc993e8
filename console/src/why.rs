//! Why the bot said what it said: a turn's trace in words, and the same question asked again today, side by side.

mod calls;
mod compare;
mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

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
    let again = match again {
        true => Some(AgainText::of(&turn, &said, console.bot.replay(workspace, id, &turn).await?)),
        false => None,
    };
    let own = WhyPage {
        up: format!("/console/conversations/{id}"),
        href: format!("/console/conversations/{id}/why/{seq}"),
        turn: TurnText::of(&turn),
        currency: bot::Settings::get(&console.chat, workspace).await?.budget.currency,
        said,
        again,
    };
    let page = console.page(&seat.visit, "inbox", "why.html", own).await?;
    Ok(page.into_response())
}
