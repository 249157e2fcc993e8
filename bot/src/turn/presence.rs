//! Whether the visitor is still there. While a model works on a turn the bot asks now and then, and at once when a tab was closed;
//! every open tab answers. Nobody is thought to have left who was never heard, and not before some time without a word: a page that
//! is opened next, or a phone that changes its network, is back by then. Then the model is stopped and the turn ends with what the
//! passages say by themselves, so that whoever comes back finds an answer, and nobody has paid for words that nobody reads.

use std::time::Duration;

use chat::{News, Topic};
use tokio::time::Instant;

use super::Running;
use crate::run::Call;

/// The longest time between two questions.
const ASKED: Duration = Duration::from_secs(1);

impl Running<'_> {
    /// Cancels the errand when the visitor has left. Never ends by itself.
    pub(super) async fn watch_visitor(&self, call: &Call) {
        let patience = Duration::from_millis(self.bot.inner.config.left_ms);
        if patience.is_zero() {
            return std::future::pending().await;
        }
        self.asking.notified().await;
        let pause = (patience / 4).min(ASKED);
        let (mut seen, mut missed) = (false, Duration::ZERO);
        loop {
            let (workspace, conversation) = (self.claim.workspace, self.claim.conversation);
            let visitor = self.stage.visitor();
            self.bot.chat().bus().publish(Topic::Visitor(workspace, visitor), News::Anyone { workspace, conversation });
            let next = Instant::now() + pause;
            let mut here = false;
            let closed = loop {
                tokio::select! {
                    biased;
                    () = call.here() => here = true,
                    () = call.gone() => break true,
                    () = tokio::time::sleep_until(next) => break false,
                }
            };
            // Questions without an answer are counted, not time: a process that stood still has asked nobody meanwhile.
            seen |= here;
            missed = if here || closed { Duration::ZERO } else { missed + pause };
            if seen && missed >= patience {
                tracing::info!(turn.id = %self.claim.id, conversation.id = %conversation, "the visitor has left; the model is stopped");
                self.errand.left.cancel();
                return std::future::pending().await;
            }
        }
    }
}
