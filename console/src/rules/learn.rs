//! Examples of intents from tickets that people routed: looked at, measured, accepted or refused.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use bot::{By, Measured, Proposal, Settings};
use chat::ConversationId;
use ticketing::team::Team;

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::Seat;

const PAGE: &str = "/console/bot/rules/learn";

#[derive(Serialize)]
struct LearnPage {
    proposals: Vec<ProposalText>,
    /// Tickets that people routed or labelled; those told rightly already; those that name no intent.
    tickets: usize,
    known: usize,
    unclear: usize,
    /// Whether there is an intent at all.
    intents: bool,
    measured: Option<MeasuredText>,
    /// Whether what is accepted here waits for the next release.
    waits: bool,
    form: FormText,
}

#[derive(Serialize)]
struct ProposalText {
    id: String,
    href: String,
    ticket: i64,
    text: String,
    intent: String,
    /// Empty: nothing.
    told: String,
    agent: String,
    /// `team` or `labels`, and which.
    by: &'static str,
    named: String,
    at: i64,
    chosen: bool,
}

#[derive(Serialize)]
struct MeasuredText {
    little: bool,
    is_worse: bool,
    #[serde(flatten)]
    it: Measured,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    page(&console, &seat, &[], None, &Form::empty(&[])).await
}

/// Says what the chosen sentences would do to other tickets.
pub async fn measure(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let chosen = chosen(&sent);
    let mut form = Form::empty(&[]);
    if chosen.is_empty() {
        form.refuse("fault-choose-one");
        return page(&console, &seat, &chosen, None, &form).await;
    }
    let measured = match console.bot.measure(seat.workspace(), &chosen).await {
        Ok(measured) => Some(measured),
        Err(bot::Error::Invalid(fault)) => {
            form.refuse_with(fault);
            None
        }
        Err(error) => return Err(error.into()),
    };
    page(&console, &seat, &chosen, measured, &form).await
}

/// Takes what was measured.
pub async fn accept(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let chosen = chosen(&sent);
    let mut form = Form::empty(&[]);
    match console.bot.accept(seat.workspace(), &chosen, sent.text("measured"), seat.agent.id).await {
        Ok(true) => {
            console.note(&seat, "intent.learn", String::new(), json!({ "examples": chosen.len() })).await?;
            return Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-learnt")));
        }
        // Whoever accepts has seen the figures of just this.
        Ok(false) => form.refuse("fault-measure-first"),
        Err(bot::Error::Invalid(fault)) => form.refuse_with(fault),
        Err(error) => return Err(error.into()),
    }
    let measured = console.bot.measure(seat.workspace(), &chosen).await.ok();
    let page = page(&console, &seat, &chosen, measured, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Refuses one.
pub async fn refuse(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let id: ConversationId = sent.text("refuse").parse().map_err(|_| Error::NotFound)?;
    console.bot.refuse(seat.workspace(), id, seat.agent.id).await?;
    console.note(&seat, "intent.refuse", id.text(), json!({})).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-example-refused")))
}

fn chosen(sent: &Fields) -> Vec<ConversationId> {
    sent.all("chosen").into_iter().filter_map(|id| id.parse().ok()).collect()
}

async fn page(
    console: &Console,
    seat: &Seat,
    chosen: &[ConversationId],
    measured: Option<Measured>,
    form: &Form,
) -> Result<Response, Error> {
    let found = console.bot.proposals(seat.workspace()).await?;
    let settings = Settings::get(&console.chat, seat.workspace()).await?;
    let teams = console.desk.teams(seat.workspace()).await?;
    let own = LearnPage {
        tickets: found.tickets,
        known: found.known,
        unclear: found.unclear,
        intents: !settings.intents.is_empty(),
        proposals: found.list.into_iter().map(|proposal| text(proposal, &teams, chosen)).collect(),
        measured: measured.map(|it| MeasuredText { little: it.is_little(), is_worse: it.is_worse(), it }),
        waits: console.waits(seat).await?,
        form: console.form(&seat.visit, form),
    };
    Ok(console.page(&seat.visit, "rules", "learn.html", own).await?.into_response())
}

fn text(proposal: Proposal, teams: &[Team], chosen: &[ConversationId]) -> ProposalText {
    let name = |id| teams.iter().find(|team| team.id == id).map(|team| team.name.clone()).unwrap_or_default();
    let (by, named) = match proposal.by {
        By::Team(team) => ("team", name(team)),
        By::Labels(labels) => ("labels", labels.join(", ")),
    };
    ProposalText {
        id: proposal.conversation.text(),
        href: format!("/console/conversations/{}", proposal.conversation),
        ticket: proposal.ticket,
        text: proposal.text,
        intent: proposal.intent,
        told: proposal.told.unwrap_or_default(),
        agent: proposal.agent,
        by,
        named,
        at: proposal.at,
        chosen: chosen.contains(&proposal.conversation),
    }
}
