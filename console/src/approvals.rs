//! Calls of tools that an agent must agree to: the bot waits for a word.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use bot::tool::{Choice, Waiting};
use chat::ToolCallId;

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

const PAGE: &str = "/console/approvals";

#[derive(Serialize)]
struct ApprovalsPage {
    calls: Vec<CallText>,
}

/// A call that waits.
#[derive(Clone, Debug, Serialize)]
pub struct CallText {
    id: String,
    conversation_href: String,
    title: String,
    question: String,
    values: Vec<ValueText>,
    subject: Option<String>,
    until: i64,
    at: i64,
}

#[derive(Clone, Debug, Serialize)]
struct ValueText {
    label: String,
    value: String,
}

/// All that wait.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let calls = console.bot.waiting_calls(seat.workspace(), None).await?;
    let own = ApprovalsPage { calls: calls.into_iter().map(CallText::from).collect() };
    Ok(console.page(&seat.visit, "approvals", "approvals.html", own).await?.into_response())
}

/// Decides one.
pub async fn decide(State(console): State<Console>, seat: Seat, Id(id): Id<ToolCallId>, fields: Fields) -> Result<Response, Error> {
    let choice = if fields.text("choice") == "approve" { Choice::Approve } else { Choice::Deny };
    let flash = match console.bot.decide_call(seat.workspace(), id, choice, Some(seat.agent.id)).await {
        Ok(()) if choice == Choice::Approve => Flash::done("flash-call-approved"),
        Ok(()) => Flash::done("flash-call-denied"),
        Err(bot::Error::Stale) => Flash::error("flash-call-late"),
        Err(error) => return Err(error.into()),
    };
    Ok(console.said(&seat.visit, &fields.back(PAGE), &flash))
}

impl From<Waiting> for CallText {
    fn from(call: Waiting) -> Self {
        CallText {
            id: call.id.text(),
            conversation_href: format!("/console/conversations/{}", call.conversation),
            title: call.title,
            question: call.question,
            values: call.values.into_iter().map(|(label, value)| ValueText { label, value }).collect(),
            subject: call.subject,
            until: call.until,
            at: call.created_at,
        }
    }
}
