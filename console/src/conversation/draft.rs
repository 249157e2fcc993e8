//! What the bot would answer, in draft mode: an agent sends it as it is, takes it into the composer, or puts it away.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use chat::{Audience, ClientId, ConversationId, message};

use crate::conversation::acts::view_in;
use crate::conversation::page::{COMPOSER, Reading, conversation_page};
use crate::conversation::reply::holder;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::params::Ids;
use crate::web::visit::Seat;

/// Does what the button says.
pub async fn decide(
    State(console): State<Console>,
    seat: Seat,
    Ids(id, seq): Ids<ConversationId, i64>,
    fields: Fields,
) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let to = fields.back(&format!("/console/conversations/{id}"));
    if console.bot.open_draft(workspace, id).await? != Some(seq) {
        return Ok(console.said(&seat.visit, &to, &Flash::error("flash-draft-late")));
    }
    let draft = message::get(console.chat.store(), workspace, id, Audience::Staff, seq).await?;
    let body = bot::sendable(&draft.body);
    match fields.text("do") {
        "send" => {
            if let Some(name) = holder(&console, &seat, id).await? {
                return Ok(console.said(&seat.visit, &to, &Flash::error("fault-held").with("name", name)));
            }
            // Made of the draft's own: pressed twice, it is sent once.
            let client = ClientId(uuid::Uuid::from_u128(draft.client_id.0.as_u128() ^ 1));
            let sent = console.desk.reply(workspace, seat.agent.id, id, client, &body).await?;
            console.mark_read(&seat, id, sent.seq).await?;
            Ok(console.said(&seat.visit, &to, &Flash::done("flash-draft-sent")))
        }
        "edit" => {
            let reading = Reading { view: view_in(fields.text("back")), before_seq: None, sum_up: false };
            let mut conversation = console.read_conversation(&seat, id, &reading).await?;
            conversation.form = console.form(&seat.visit, &Form::empty(&COMPOSER).with("mode", "reply").with("body", body));
            let page = conversation_page(&console, &seat, conversation).await?;
            Ok((StatusCode::OK, page).into_response())
        }
        _ => {
            console.bot.discard_draft(workspace, id, seq).await?;
            Ok(console.said(&seat.visit, &to, &Flash::done("flash-draft-discarded")))
        }
    }
}
