//! The live stream of a page: named events that carry fragments, rendered from the same
//! partials as the page itself.

pub mod event;
pub mod stream;
pub mod watchers;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use chat::ConversationId;
use ticketing::crew::Availability;

use crate::error::Error;
use crate::handle::Console;
use crate::inbox::view::View;
use crate::web::answer;
use crate::web::fields::Fields;
use crate::web::params::Ask;
use crate::web::visit::Seat;

use stream::{Live, Wanted};

/// The query of the stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Rows of this view; empty: none.
    view: String,
    /// The conversation that is open; empty: none.
    conversation: String,
    /// The last message the page has.
    after: i64,
    /// When the page was asked for, unix milliseconds; 0: not told.
    at: i64,
}

/// The address of a page's stream, which names the moment of the page.
#[must_use]
pub fn from(live: &str, at: i64) -> String {
    let sign = if live.contains('?') { '&' } else { '?' };
    format!("{live}{sign}at={at}")
}

/// Opens the stream. A browser that comes back names the last message it has heard of.
pub async fn open(State(console): State<Console>, seat: Seat, headers: HeaderMap, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let last_event: Option<i64> = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let open = ConversationId::parse(&asked.conversation);
    if let Some(open) = open {
        chat::conversation::find(console.chat.store(), seat.workspace(), open).await?;
    }
    let wanted = Wanted {
        view: (!asked.view.is_empty()).then(|| View::of(&asked.view)),
        open,
        after: asked.after.max(last_event.unwrap_or(0)),
        at: (asked.at > 0).then_some(asked.at),
        again: last_event.is_some(),
    };
    let events = Live::open(&console, seat, wanted).await.events();
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// This person is here, or away: by a button, or by a script every now and then.
pub async fn presence(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    if fields.text("beat") == "1" {
        console.beat(&seat).await;
    } else {
        let state = Availability::parse(fields.text("state")).ok_or_else(|| Error::Broken("state".to_owned()))?;
        let desk = &console.desk;
        desk.heartbeat(seat.workspace(), seat.agent.id, state).await?;
    }
    Ok(answer::done(&seat.visit, &fields.back("/console/inbox")))
}

impl Console {
    /// A sign of life of somebody who looks at a page: as they said last, else online. A record that takes no writes now is still read.
    pub async fn beat(&self, seat: &Seat) {
        if let Err(error) = self.desk.still_here(seat.workspace(), seat.agent.id).await {
            tracing::warn!(%error, "a sign of life of somebody of the staff was not kept");
        }
    }
}
