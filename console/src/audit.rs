//! What staff change in the console is written down: who, what, and what it became.

use serde_json::Value;

use chat::audit::{self, Actor, Entry};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

impl Console {
    /// A line of the audit log: `action` is `noun.verb`, `object` the id of what was changed;
    /// `detail` never holds message text or secrets.
    pub async fn note(&self, seat: &Seat, action: &str, object: String, detail: Value) -> Result<(), Error> {
        let chat = &self.chat;
        let actor = Actor::Agent(seat.agent.id);
        let entry = Entry { id: chat.id(), actor, action, object, detail, at: chat.now() };
        Ok(audit::note(chat.store(), seat.workspace(), entry).await?)
    }
}
