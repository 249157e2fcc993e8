//! Writing: a reply for the visitor or a note for colleagues. Sent twice, it is kept once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use chat::{ClientId, ConversationId, MAX_BODY};
use ticketing::ticket;

use crate::conversation::acts::{held, undo, view_in};
use crate::conversation::page::{COMPOSER, Reading, conversation_page};
use crate::error::Error;
use crate::handle::Console;
use crate::web::answer;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// Sends what the composer holds, and resolves or pends if asked to.
pub async fn send(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&COMPOSER, &fields).with("body", fields.text("body"));
    let note = form.value("mode") == "note";
    check(&mut form);
    let speaks = form.is_fine() && !note;
    if speaks && let Some(name) = holder(&console, &seat, id).await? {
        if seat.visit.wants_json {
            return Ok(held(&console, &seat, &name));
        }
        let words = console.templates.words();
        form.refuse_with(words.with(seat.locale(), "fault-held", &[("name", &name)]));
    }
    if !form.is_fine() {
        return refuse(&console, &seat, id, &fields, &form).await;
    }
    let client_id = ClientId::parse(fields.text("client_id")).unwrap_or_else(|| console.chat.id());
    let (workspace, me) = (seat.workspace(), seat.agent.id);
    let (desk, body) = (&console.desk, form.value("body"));
    let message =
        if note { desk.note(workspace, me, id, client_id, body).await? } else { desk.reply(workspace, me, id, client_id, body).await? };
    desk.typing(workspace, me, id, false).await?;
    console.saw(&seat, id, message.seq).await;
    let to = fields.back(&format!("/console/inbox/{id}"));
    then(&console, &seat, id, &fields, &to).await
}

async fn then(console: &Console, seat: &Seat, id: ConversationId, fields: &Fields, to: &str) -> Result<Response, Error> {
    let (desk, workspace, me) = (&console.desk, seat.workspace(), seat.agent.id);
    match fields.text("then") {
        "resolve" => {
            desk.resolve(workspace, me, id).await?;
            console.learn(seat, id);
            let flash = Flash::done("flash-resolved").undo(undo(fields, id, "reopen"));
            Ok(console.said(&seat.visit, to, &flash))
        }
        "pend" => {
            desk.pend(workspace, me, id).await?;
            let flash = Flash::done("flash-pending");
            Ok(console.said(&seat.visit, to, &flash))
        }
        _ => Ok(answer::done(&seat.visit, to)),
    }
}

fn check(form: &mut Form) {
    let body = form.value("body");
    let (empty, long) = (body.trim().is_empty(), body.chars().count() > MAX_BODY);
    form.check(!empty, "body", "fault-message-empty");
    form.check(!long, "body", "fault-message-long");
}

/// A colleague who has it: replying over their head must be a choice.
pub async fn holder(console: &Console, seat: &Seat, id: ConversationId) -> Result<Option<String>, Error> {
    let live = ticket::live(console.chat.store(), seat.workspace(), id).await?;
    match live.and_then(|ticket| ticket.agent) {
        Some(agent) if agent != seat.agent.id => Ok(Some(console.agent_name(seat, agent).await?)),
        _ => Ok(None),
    }
}

/// The page again, with what was typed and what is wrong with it.
async fn refuse(console: &Console, seat: &Seat, id: ConversationId, fields: &Fields, form: &Form) -> Result<Response, Error> {
    let text = console.form(&seat.visit, form);
    if seat.visit.wants_json {
        return Ok(answer::faults(&text));
    }
    let reading = Reading { view: view_in(fields.text("back")), before_seq: None, sum_up: false };
    let mut conversation = console.read_conversation(seat, id, &reading).await?;
    conversation.form = text;
    let page = conversation_page(console, seat, conversation).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
