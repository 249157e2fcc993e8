//! A turn taken step by step, for simulations: the lease is the product's, the words are given.

use chat::{Appended, ConversationId, Extra, TurnId, WorkspaceId};

use super::{
    Done,
    lease::{self, Claim},
};
use crate::{Bot, Result, Trace};

/// A turn that is claimed. Dropped without [`Steps::end`] it is a bot that died.
#[derive(Debug)]
pub struct Steps {
    bot: Bot,
    claim: Claim,
}

impl Steps {
    /// Claims the conversation's turn; `None` when it is not due or another bot has it.
    ///
    /// # Errors
    /// The record's.
    pub async fn claim(bot: &Bot, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Self>> {
        let Some((claim, _)) = lease::claim(bot, workspace, conversation, bot.chat().id()).await? else { return Ok(None) };
        lease::begin(bot, &claim).await?;
        Ok(Some(Self { bot: bot.clone(), claim }))
    }

    /// Its id.
    pub fn id(&self) -> TurnId {
        self.claim.id
    }

    /// The epoch it answers in.
    pub fn epoch(&self) -> i64 {
        self.claim.epoch
    }

    /// The visitor's last message when it was claimed.
    pub fn asked(&self) -> i64 {
        self.claim.asked
    }

    /// Makes the lease longer; false when it is lost.
    ///
    /// # Errors
    /// The record's.
    pub async fn renew(&self) -> Result<bool> {
        lease::renew(&self.bot, &self.claim).await
    }

    /// Answers everything up to `asked`.
    ///
    /// # Errors
    /// [`crate::Error::Stale`] when another may speak by now.
    pub async fn say(&self, asked: i64, body: String) -> Result<Appended> {
        Ok(self.bot.chat().append(self.claim.message(asked, body, Extra::default())).await?)
    }

    /// Notes what came of it and gives the lease back.
    ///
    /// # Errors
    /// The record's.
    pub async fn end(self, asked: i64, answer: Option<i64>) -> Result<()> {
        let done = Done { outcome: if answer.is_some() { "answer" } else { "cancelled" }, rule: "steps", asked, answer };
        lease::end(&self.bot, &self.claim, done, &Trace::default()).await
    }
}
