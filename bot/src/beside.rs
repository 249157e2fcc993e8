//! The bot beside people: in draft mode it writes what it would answer for an agent to send, in shadow mode it answers silently and
//! is compared. Either way people speak, and nothing of it reaches the visitor: a draft is a message for the staff, a shadow is none.

mod agreement;
mod by_intent;
mod draft;
mod pair;
mod reason;
mod record;
mod score;

use std::time::Duration;

use chat::{Audience, Author, ConversationId, WorkspaceId, conversation, message};
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

pub(crate) use self::pair::outcomes;
pub use self::{
    agreement::Agreement,
    by_intent::Disagreement,
    reason::Why,
    score::{Grade, Score},
};
use crate::{
    Bot, Result, Settings,
    release::Standing,
    replay::history,
    settings::Mode,
    think::{Errand, Question},
    words,
};

/// The job of looking for what people are asked.
const JOB: &str = "bot.beside";
/// Questions that are thought about at once.
const AT_ONCE: usize = 4;
/// Messages that are read back.
const READ: i64 = 60;

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
        let store = self.chat().store();
        let it = conversation::find(store, workspace, id).await?;
        let before = asked.saturating_add(1);
        let messages = message::before(store, workspace, id, Audience::All, before, READ).await?;
        let first = messages.iter().rposition(|message| !matches!(message.author, Author::Visitor(_))).map_or(0, |at| at + 1);
        let parts: Vec<&str> = messages[first..].iter().map(|message| message.body.trim()).collect();
        let text = parts.join("\n");
        let question =
            Question { locale: words::language(&text, &it.locale), text, history: history(&messages[..first]), ..Question::default() };
        let errand = Errand { standing: Standing::Visitor(it.visitor), visitor: Some(it.visitor), ..Errand::default() };
        let mut mind = self.mind(workspace, &errand).await?;
        mind.policy.enabled = true;
        let signals = self.signals(&mind, &question).await?;
        let thought = self.ask_for(&mind, &errand, &question, signals, Some(it.visitor)).await;
        let draft = match mode {
            Mode::Draft if thought.verdict.name() == "answer" => self.keep_draft(&claim, &thought, mind.release).await?,
            _ => None,
        };
        record::finish(self.chat(), &claim, &thought, draft).await
    }

    /// What the bot does in a workspace as a whole.
    ///
    /// # Errors
    /// The record's.
    pub async fn mode(&self, workspace: WorkspaceId) -> Result<Mode> {
        Ok(Settings::get(self.chat(), workspace).await?.mode())
    }
}
