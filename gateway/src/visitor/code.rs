//! One-time codes: the form of a call that waits for one, and codes that are written as messages.

use bot::tool::{Act, Form, Stand, Whose};
use chat::{ClientId, ConversationId, Secret, ToolCallId};
use serde_json::json;

use super::{packet::Packet, session::Session, view};

impl Session {
    /// Asks how a call stands, enters its code, or asks for a new one.
    pub(super) async fn code(&mut self, talk: ConversationId, call: ToolCallId, code: Option<Secret>, resend: bool) -> Packet {
        let act = match code {
            Some(code) => Act::Enter(code),
            None if resend => Act::Resend,
            None => Act::Look,
        };
        let whose = self.whose(talk);
        let done = match self.gate.bot.code(&whose, call, act).await {
            // Somebody took over in that moment.
            Err(bot::Error::Stale) => self.gate.bot.code(&whose, call, Act::Look).await,
            done => done,
        };
        match done {
            Ok(form) => self.form(talk, form),
            Err(bot::Error::NotFound) => self.error("not_found", view::about(talk), None),
            Err(error) => {
                tracing::warn!(conversation.id = %talk, %error, "a one-time code could not be looked at");
                self.error("code", view::about(talk), Some(2_000))
            }
        }
    }

    /// The acknowledgement of a message that was a code; `None`: it is a message like any other.
    pub(super) async fn written_code(&mut self, id: ClientId, talk: ConversationId, body: &str) -> Option<chat::Result<chat::Appended>> {
        match self.gate.bot.written_code(&self.whose(talk), id, body).await {
            Ok(appended) => appended.map(Ok),
            Err(bot::Error::Record(error)) => Some(Err(error)),
            // It stays what it was, and is kept like any other.
            Err(_) => None,
        }
    }

    fn whose(&self, conversation: ConversationId) -> Whose {
        Whose { workspace: self.workspace, visitor: self.visitor, conversation, subject: self.subject() }
    }

    fn form(&self, talk: ConversationId, form: Form) -> Packet {
        let mut fields = json!({
            "conversation": talk, "call": form.call, "state": form.stand.name(), "left": form.left, "until": form.until,
            "resends": form.resends, "resend_ms": form.resend_ms,
        });
        let said = match form.stand {
            Stand::Wrong => Some("code_wrong"),
            Stand::Unsent => Some("code_unsent"),
            Stand::Stranger => Some("code_stranger"),
            Stand::Void => Some("code_void"),
            Stand::Expired => Some("code_expired"),
            Stand::Waiting | Stand::Done | Stand::Over => None,
        };
        if let Some(key) = said {
            fields["message"] = json!(crate::words::say(self.locale, key));
        }
        view::frame("code", fields).into()
    }
}
