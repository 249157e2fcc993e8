//! The steps of a release, each a form.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use chat::ReleaseId;
use knowledge::Error as Refused;
use knowledge::release::{self, Decision, Signature};

use super::{PAGE, Tried, page};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// Lets it answer a share of the visitors.
pub async fn stage(State(console): State<Console>, seat: Seat, Id(id): Id<ReleaseId>, sent: Fields) -> Result<Response, Error> {
    let share = sent.text("share").trim().parse().unwrap_or(0);
    let decision = release::stage(&console.chat, seat.workspace(), id, share, &signature(&seat, &sent)).await;
    decided(&console, &seat, id, (decision, &sent), Flash::done("flash-release-staged").with("n", share.to_string())).await
}

/// Lets it answer everybody.
pub async fn publish(State(console): State<Console>, seat: Seat, Id(id): Id<ReleaseId>, sent: Fields) -> Result<Response, Error> {
    let decision = release::publish(&console.chat, seat.workspace(), id, &signature(&seat, &sent)).await;
    decided(&console, &seat, id, (decision, &sent), Flash::done("flash-release-published")).await
}

/// Gives a candidate up.
pub async fn withdraw(State(console): State<Console>, seat: Seat, Id(id): Id<ReleaseId>) -> Result<Response, Error> {
    release::withdraw(&console.chat, seat.workspace(), id, seat.agent.id).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-release-withdrawn")))
}

/// Runs its test set again.
pub async fn run(State(console): State<Console>, seat: Seat, Id(id): Id<ReleaseId>) -> Result<Response, Error> {
    release::run_again(&console.chat, seat.workspace(), id).await?;
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &Flash::done("flash-release-runs")))
}

/// One click back.
pub async fn roll_back(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    release::roll_back(&console.chat, seat.workspace(), seat.agent.id).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-release-back")))
}

/// Every change is live at once again.
pub async fn switch_off(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    release::switch_off(&console.chat, seat.workspace(), seat.agent.id).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-releases-off")))
}

fn signature(seat: &Seat, sent: &Fields) -> Signature {
    Signature { reason: sent.text("reason").trim().to_owned(), by: seat.agent.id }
}

async fn decided(
    console: &Console,
    seat: &Seat,
    id: ReleaseId,
    (decision, sent): (Result<Decision, Refused>, &Fields),
    done: Flash,
) -> Result<Response, Error> {
    let (refused, fault) = match decision {
        Ok(Decision::Done) => return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &done)),
        Ok(Decision::Untested(_)) => ("untested", String::new()),
        Ok(Decision::Worse(_)) => ("worse", String::new()),
        Err(Refused::Invalid(fault)) => ("", console.templates.words().fault(seat.locale(), &fault)),
        Err(error) => return Err(error.into()),
    };
    let tried = Tried { refused, fault, share: sent.text("share").trim().to_owned(), reason: sent.text("reason").trim().to_owned() };
    let page = page(console, seat, id, tried).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
