//! The bot beside people: in draft mode it writes what it would answer for an agent to send, in shadow mode it answers silently and
//! is compared. Either way people speak, and nothing of it reaches the visitor: a draft is a message for the staff, a shadow is none.

mod agreement;
mod by_intent;
mod draft;
mod pair;
mod reason;
mod record;
mod score;
mod thought;

use std::time::Duration;

use chat::{
    ConversationId, WorkspaceId,
    conversation::{self, Conversation},
};
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

pub use self::{
    agreement::Agreement,
    by_intent::Disagreement,
    reason::Why,
    score::{Grade, Score},
    thought::{Silent, Which},
};
pub(crate) use self::{pair::outcomes, record::of_draft};
use crate::{
    Bot, Result, Settings,
    gap::is_unanswered,
    release::Standing,
    settings::Mode,
    think::Errand,
    turn::{Heard, Told},
};

/// The job of looking for what people are asked.
const JOB: &str = "bot.beside";
/// Questions that are thought about at once.
const AT_ONCE: usize = 4;

impl Bot {
    /// Thinks beside people until it is cancelled.
    pub(crate) async fn follow_people(&self, cancel: CancellationToken) {
        loop {
            let pause =
                Duration::from_millis(self.inner.config.sweep_ms * 9 / 10 + self.chat().random().below(self.inner.config.sweep_ms / 5 + 1));
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if !self.chat().leads(JOB).await {
                continue;
            }
            tokio::select! {
                // What was begun is begun again when its lease ends.
                () = cancel.cancelled() => return,
                done = self.look_beside() => if let Err(error) = done {
                    tracing::warn!(%error, "what people are asked could not be thought about; it is tried again");
                }
            }
        }
    }

    async fn look_beside(&self) -> Result<()> {
        for (workspace, mode) in record::modes(self.chat()).await? {
            let due = record::due(self.chat(), workspace, self.inner.config.burst_ms).await?;
            stream::iter(due)
                .for_each_concurrent(AT_ONCE, |(conversation, asked)| async move {
                    if let Err(error) = self.think_beside(workspace, conversation, asked, mode).await {
                        tracing::warn!(conversation.id = %conversation, %error, "the bot could not think beside a person; it tries again");
                    }
                })
                .await;
        }
        agreement::compare(self.chat()).await
    }

    async fn think_beside(&self, workspace: WorkspaceId, id: ConversationId, asked: i64, mode: Mode) -> Result<()> {
        let Some(claim) = record::claim(self.chat(), workspace, id, asked, mode).await? else { return Ok(()) };
        let it = conversation::find(self.chat().store(), workspace, id).await?;
        let it = Conversation { asked_seq: asked, ..it };
        let errand = Errand { standing: Standing::Visitor(it.visitor), visitor: Some(it.visitor), ..Errand::default() };
        let (mut mind, told) = tokio::try_join!(self.mind(workspace, &errand), Told::of(self, &it))?;
        mind.policy.enabled = true;
        let heard = Heard::beside(self, (&it, told), &mind).await?;
        let thought = self.ask_for(&mind, &errand, &heard.question, heard.signals.clone(), Some(it.visitor)).await;
        let draft = match mode {
            Mode::Draft if thought.verdict.name() == "answer" => self.keep_draft(&claim, &thought, mind.release).await?,
            _ => None,
        };
        record::finish(self.chat(), &claim, &thought, draft).await?;
        // A turn that was let speak may have noted it already.
        if !heard.turns.iter().any(|turn| turn.asked_seq == asked && is_unanswered(&turn.rule)) {
            let best = thought.trace.signals.as_ref().map_or(0.0, |signals| signals.best);
            self.note_gap(&heard, thought.rule, best).await;
        }
        Ok(())
    }

    /// What the bot does in a workspace as a whole.
    ///
    /// # Errors
    /// The record's.
    pub async fn mode(&self, workspace: WorkspaceId) -> Result<Mode> {
        Ok(Settings::get(self.chat(), workspace).await?.mode())
    }
}
