//! A message that was sent already: edited, taken back, and, for admins, what it said before.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::{AgentId, Audience, Author, ClientId, ConversationId, change, message};

use crate::conversation::acts::done;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Ids;
use crate::web::visit::Seat;

#[derive(Serialize)]
struct WordingsPage {
    up: String,
    /// What it says now; empty: it was taken back.
    now: String,
    wordings: Vec<WordingText>,
}

#[derive(Serialize)]
struct WordingText {
    body: String,
    /// Who changed it; empty: the visitor.
    by: String,
    until: i64,
}

/// Does what the button says.
pub async fn decide(
    State(console): State<Console>,
    seat: Seat,
    Ids(id, seq): Ids<ConversationId, i64>,
    fields: Fields,
) -> Result<Response, Error> {
    let (workspace, me, desk) = (seat.workspace(), seat.agent.id, &console.desk);
    let body = fields.text("body");
    let old = message::get(console.chat.store(), workspace, id, Audience::Staff, seq).await?;
    let client_id = once(&old, (fields.text("do"), fields.text("after"), body));
    let (made, word) = match fields.text("do") {
        "recall" => (desk.recall(workspace, me, (id, seq), client_id).await, "flash-recalled"),
        _ => (desk.edit(workspace, me, (id, seq), client_id, body).await, "flash-edited"),
    };
    let flash = match made {
        Ok(_) => Flash::done(word),
        Err(ticketing::Error::TooLate) => Flash::error("flash-change-late"),
        Err(ticketing::Error::Invalid(_)) => Flash::error("fault-message-empty"),
        Err(error) => return Err(error.into()),
    };
    done(&console, &seat, &fields, id, &flash)
}

/// Made of what the form said: pressed twice, it is done once.
fn once(old: &chat::Message, said: (&str, &str, &str)) -> ClientId {
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    ClientId(uuid::Uuid::from_u128(old.client_id.0.as_u128() ^ u128::from(hasher.finish())))
}

/// What it said before.
pub async fn wordings(State(console): State<Console>, seat: Seat, Ids(id, seq): Ids<ConversationId, i64>) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let message = message::get(store, workspace, id, Audience::Staff, seq).await?;
    let mut wordings = Vec::new();
    for wording in change::wordings(store, workspace, id, seq).await? {
        let by = match wording.by.split_once(':') {
            Some(("agent", agent)) => match AgentId::parse(agent) {
                Some(agent) => console.agent_name(&seat, agent).await?,
                None => String::new(),
            },
            _ => String::new(),
        };
        wordings.push(WordingText { body: wording.body, by, until: wording.until });
    }
    let own = WordingsPage { up: format!("/console/conversations/{id}"), now: message.body, wordings };
    let page = console.page(&seat.visit, "inbox", "wordings.html", own).await?;
    Ok(page.into_response())
}

/// What whoever looks may do with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CanChange {
    /// Say something else.
    pub edit: bool,
    /// Take it back.
    pub recall: bool,
    /// See what it said before.
    pub wordings: bool,
}

impl CanChange {
    /// By the message, who looks, and until how old messages may be changed in ms.
    #[must_use]
    pub fn of(message: &chat::Message, (me, admin): (AgentId, bool), (now, within_ms): (i64, i64)) -> CanChange {
        let own = message.author == Author::Agent(me) && now - message.at <= within_ms;
        let of_the_bot = message.author == Author::Bot && message.audience == Audience::All;
        let stands = message.stands();
        CanChange { edit: stands && own, recall: stands && (own || of_the_bot), wordings: admin && message.changed.is_some() }
    }
}
