//! Somebody writes whom the record does not know yet: while many do, their browsers prove work first.

use chat::{inbox::Challenge, visitor};
use serde_json::{Value, json};

use super::{
    challenge::{self, Whom},
    limits,
    packet::Packet,
    session::Session,
};

impl Session {
    /// What a newcomer must do before this is taken: mostly nothing. Who is in the record, or signed in, is no newcomer.
    pub(super) async fn challenge(&mut self, proof: Option<&str>, about: impl FnOnce() -> Value) -> Option<Packet> {
        // Nearly everybody is in the record.
        if self.kept {
            return None;
        }
        let (gate, now) = (self.gate.clone(), self.gate.chat.now());
        // Without the record nothing is kept anyway.
        let when = gate.inbox(self.inbox).await.ok()?.look.challenge;
        if when == Challenge::Off || !self.is_newcomer().await {
            return None;
        }
        let network = self.address.and_then(limits::network);
        let whom = Whom { workspace: self.workspace, inbox: self.inbox, visitor: self.visitor, network };
        if let Some(proof) = proof {
            let right = challenge::check(&gate.keys, &whom, proof, now).is_ok();
            gate.challenges.answered(right);
            if right {
                return None;
            }
        }
        let bits = challenge::bits(when, gate.limits.newcomer(self.workspace, self.address, now), &gate.config)?;
        gate.challenges.asked();
        let mut about = about();
        about["challenge"] = json!(challenge::make(&gate.keys, &whom, bits, now));
        about["bits"] = json!(bits);
        Some(self.error("challenge", about, None))
    }

    /// One who came with a key may have written before: by a POST, or in another tab.
    async fn is_newcomer(&mut self) -> bool {
        if self.known {
            match visitor::find(self.chat().store(), self.workspace, self.visitor).await {
                Ok(_) => self.kept = true,
                Err(chat::Error::NotFound) => {}
                // Who cannot be looked up is not held up.
                Err(_) => return false,
            }
        }
        !self.kept && self.subject().is_none()
    }
}

#[cfg(test)]
mod tests;
