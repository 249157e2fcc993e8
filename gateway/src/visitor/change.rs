//! A visitor edits a message of their own, or takes it back.

use chat::{Append, Author, ClientId, ConversationId};

use super::{packet::Packet, session::Session, view};

impl Session {
    /// With a body the message says that from now on; without one it is taken back.
    pub(super) async fn change(&mut self, id: ClientId, of: (ConversationId, i64), body: Option<String>) -> Packet {
        if let Some(refused) = self.too_much(id, of.0, body.as_deref().unwrap_or_default()) {
            return refused;
        }
        if !self.mine(of.0).await {
            return self.error("not_found", view::about_message(id, of.0), None);
        }
        let Ok(inbox) = self.gate.inbox(self.inbox).await else {
            return self.error("unavailable", view::about_message(id, of.0), Some(2_000));
        };
        let (within, author) = (inbox.look.change.visitor_ms(), Author::Visitor(self.visitor));
        let mut append = match body {
            Some(body) => Append::edit(self.workspace, of, id, author, &body, within),
            None => Append::recall(self.workspace, of, id, author, within),
        };
        // Rights hang on the words, so they are those of who changes them.
        append.extra.subject = self.subject();
        let done = match self.chat().append(append).await {
            // Somebody else's, or none: whoever asks learns nothing by it, and keeps the conversation.
            Err(chat::Error::NotFound) => Err(chat::Error::TooLate),
            done => done,
        };
        self.acknowledge(id, of.0, done)
    }
}
