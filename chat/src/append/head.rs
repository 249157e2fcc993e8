//! A conversation while a group of messages comes in.

use std::collections::BTreeMap;

use super::Append;
use crate::{Author, Change, ConversationId, VisitorId, WorkspaceId};

pub(super) type Heads = BTreeMap<ConversationId, Head>;

/// A conversation under change.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub workspace: WorkspaceId,
    pub visitor: VisitorId,
    pub speaker_is_bot: bool,
    pub speaker_is_agent: bool,
    pub epoch: i64,
    pub last_seq: i64,
    pub last_visible_seq: i64,
    pub asked_seq: i64,
    pub answered_seq: i64,
    /// The running bot turn's id, as the record has it.
    pub turn: Option<String>,
    /// What the visitor says opens a closed conversation.
    pub reopened: bool,
    /// `last_seq` and `answered_seq` as the record has them.
    pub recorded: (i64, i64),
}

impl Head {
    /// Messages came in.
    pub(super) fn moved(&self) -> bool {
        self.last_seq != self.recorded.0
    }

    /// The record has it so now.
    pub(super) fn settled(mut self) -> Self {
        (self.recorded, self.reopened) = ((self.last_seq, self.answered_seq), false);
        self
    }

    pub(super) fn asked(&mut self, append: &Append, seq: i64) {
        if matches!(append.author, Author::Visitor(_)) {
            self.asked_seq = seq;
            self.reopened = true;
        }
        // What was decided about a call is the bot's to go on with.
        if append.author == Author::System && append.extra.call.is_some() && self.speaker_is_bot {
            self.asked_seq = seq;
        }
        if let Some(considered) = append.considered {
            self.answered_seq = self.answered_seq.max(considered.min(self.asked_seq));
        }
    }

    /// What waits for the bot's answer says something else now, or nothing: a turn that runs would answer what is not asked any
    /// more, and ends by a new epoch. `waits` is whether anything is left to answer; `None`: nobody asked by that message.
    pub(super) fn asked_otherwise(&mut self, change: &Change, seq: i64, waits: Option<bool>) -> Option<i64> {
        let waits = waits.filter(|_| self.speaker_is_bot && change.of > self.answered_seq && self.asked_seq > self.answered_seq)?;
        if waits {
            self.asked_seq = seq;
        } else {
            self.answered_seq = self.asked_seq;
        }
        self.turn.take()?;
        self.epoch += 1;
        Some(self.epoch)
    }
}
