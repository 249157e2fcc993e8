//! The desk's loop: it hears news at once, and its sweep finds what the news missed.

use chat::{AgentId, Author, Heard, News, Topic, WorkspaceId, row};
use std::{collections::HashSet, time::Duration};
use tokio_util::sync::CancellationToken;

use crate::{Desk, Result, config::ms, queue};

/// Conversations looked at in one sweep, at most.
const AT_ONCE: i64 = 200;
/// Waits change with time too: all places are told anew this often, in sweeps.
const EVERY: u32 = 10;

impl Desk {
    /// Runs until cancelled. Several processes may run it at once; one of them sweeps.
    pub async fn run(&self, cancel: CancellationToken) {
        tokio::join!(self.listen(cancel.clone()), cancel.run_until_cancelled(self.keep_index()));
    }

    async fn listen(&self, cancel: CancellationToken) {
        let mut news = self.chat().bus().subscribe(Topic::Desk);
        let mut sweeps = 0_u32;
        let mut next = Box::pin(tokio::time::sleep(Duration::ZERO));
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                heard = news.next() => self.on(heard).await,
                () = self.queue_has_moved() => {}
                () = &mut next => {
                    if self.chat().leads("desk.sweep").await {
                        self.sweep(sweeps.is_multiple_of(EVERY)).await;
                    }
                    sweeps = sweeps.wrapping_add(1);
                    next = Box::pin(tokio::time::sleep(self.pause()));
                }
            }
            self.tell_moved().await;
        }
    }

    /// Jittered, so that many nodes do not sweep at the same moment.
    pub(crate) fn pause(&self) -> Duration {
        let usual = u64::try_from(ms(self.config().sweep_s)).unwrap_or(1_000);
        Duration::from_millis(usual * 9 / 10 + self.chat().random().below(usual / 5 + 1))
    }

    async fn on(&self, heard: Heard) {
        let Heard::News(news) = heard else { return };
        let News::Message { message } = &*news else { return };
        if matches!(message.author, Author::Visitor(_)) {
            let done = self.hear(message.workspace, message.conversation).await;
            warn("a visitor's message", done);
        }
    }

    /// Everything that news may have missed. Each part is tried even when another fails.
    pub(crate) async fn sweep(&self, tell_everybody: bool) {
        warn("presence", self.notice_presence().await);
        warn("silent agents", self.reclaim().await);
        warn("messages to parked tickets", self.hear_missed().await);
        warn("snoozed tickets", self.wake_due().await);
        match queue::workspaces(self.chat().store()).await {
            Ok(workspaces) => {
                for workspace in workspaces {
                    self.drain(workspace).await;
                    if tell_everybody {
                        self.memory(|memory| memory.moved.insert(workspace));
                    }
                }
            }
            Err(error) => warn("the queue", Err(error)),
        }
    }

    async fn tell_moved(&self) {
        for workspace in self.memory(|memory| std::mem::take(&mut memory.moved)) {
            warn("places in the queue", self.tell_places(workspace).await);
        }
    }

    /// Agents fall silent without saying so: tell their colleagues, once.
    async fn notice_presence(&self) -> Result<()> {
        let rows = sqlx::query("SELECT workspace_id, agent_id FROM presence WHERE seen_at > $1")
            .bind(self.alive_since())
            .fetch_all(self.chat().store().read())
            .await?;
        let here = rows
            .iter()
            .map(|row| Ok((row::id(row, "workspace_id")?, row::id(row, "agent_id")?)))
            .collect::<Result<HashSet<(WorkspaceId, AgentId)>>>()?;
        let before = self.memory(|memory| std::mem::replace(&mut memory.online, here.clone()));
        for (workspace, agent) in before.symmetric_difference(&here) {
            self.present(*workspace, *agent);
        }
        Ok(())
    }

    /// The visitor has written and nobody's open ticket says so.
    async fn hear_missed(&self) -> Result<()> {
        let rows = sqlx::query(
            "SELECT c.workspace_id, c.id FROM conversation c
              WHERE c.speaker = 'agent' AND c.waits = 1
                AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.conversation_id = c.id AND t.resolved_at IS NULL AND t.status = 'open')
              ORDER BY c.last_at LIMIT $1",
        )
        .bind(AT_ONCE)
        .fetch_all(self.chat().store().read())
        .await?;
        for row in &rows {
            // One that fails must not keep the others waiting.
            warn("a visitor's message", self.hear(row::id(row, "workspace_id")?, row::id(row, "id")?).await);
        }
        Ok(())
    }

    async fn wake_due(&self) -> Result<()> {
        let rows =
            sqlx::query("SELECT workspace_id, conversation_id FROM ticket WHERE snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2")
                .bind(self.chat().now())
                .bind(AT_ONCE)
                .fetch_all(self.chat().store().read())
                .await?;
        for row in &rows {
            warn("a snoozed ticket", self.wake(row::id(row, "workspace_id")?, row::id(row, "conversation_id")?).await);
        }
        Ok(())
    }
}

pub(crate) fn warn(what: &str, done: Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, sweep.part = what, "the desk could not finish its round; the next sweep tries again");
    }
}
