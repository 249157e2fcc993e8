//! The loop: news of due turns, and a sweep that finds what news missed. Each turn is a task that a takeover ends.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use chat::{ConversationId, Heard, News, Topic, WorkspaceId};
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Bot, turn};

/// How long turns may take to put their things away at the end.
const DRAIN: Duration = Duration::from_secs(5);

/// The turns of this process.
pub(crate) struct Running {
    calls: Mutex<HashMap<ConversationId, Arc<Call>>>,
    slots: Arc<Semaphore>,
    /// The day, since 1970, on which old usage was forgotten last.
    forgot_at: AtomicI64,
}

impl Running {
    pub(crate) fn new(turns: usize) -> Self {
        Self { calls: Mutex::default(), slots: Arc::new(Semaphore::new(turns)), forgot_at: AtomicI64::new(0) }
    }
}

/// What a running turn can be told.
#[derive(Debug, Default)]
pub(crate) struct Call {
    stop: CancellationToken,
    more: Notify,
    here: Notify,
    gone: Notify,
    again: AtomicBool,
    /// The turn's epoch once it is claimed.
    epoch: AtomicI64,
    /// The newest epoch that was heard of.
    changed: AtomicI64,
}

impl Call {
    /// The turn is claimed in this epoch.
    pub(crate) fn claimed(&self, epoch: i64) {
        self.epoch.store(epoch, SeqCst);
        self.check();
    }

    /// Ends when another may speak, or the process stops.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Why it was stopped: another may speak, or the process stops.
    pub(crate) fn why(&self) -> &'static str {
        match self.changed.load(SeqCst) > self.epoch.load(SeqCst) {
            true => "speaker_changed",
            false => "stopping",
        }
    }

    /// Ends when the visitor wrote more.
    pub(crate) async fn more(&self) {
        self.more.notified().await;
        self.again.store(false, SeqCst);
    }

    /// Ends when the visitor was heard to be there.
    pub(crate) async fn here(&self) {
        self.here.notified().await;
    }

    /// Ends when one of the visitor's tabs was closed.
    pub(crate) async fn gone(&self) {
        self.gone.notified().await;
    }

    fn speaker_changed(&self, epoch: i64) {
        self.changed.fetch_max(epoch, SeqCst);
        self.check();
    }

    fn check(&self) {
        let epoch = self.epoch.load(SeqCst);
        if epoch > 0 && self.changed.load(SeqCst) > epoch {
            self.stop.cancel();
        }
    }

    fn poke(&self) {
        self.again.store(true, SeqCst);
        self.more.notify_one();
    }
}

impl Bot {
    /// Takes turns until it is cancelled; what runs then is given back for another bot.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut ear = self.chat().bus().subscribe(Topic::Bot);
        let tasks = TaskTracker::new();
        let mut next = Instant::now();
        let (beside, token) = (self.clone(), cancel.clone());
        tasks.spawn(async move { beside.follow_people(token).await });
        loop {
            tokio::select! {
                () = cancel.cancelled() => break,
                heard = ear.next() => match heard {
                    Heard::News(news) => self.hear(&news, &tasks),
                    Heard::Missed => next = Instant::now(),
                },
                () = tokio::time::sleep_until(next) => {
                    let bot = self.clone();
                    tasks.spawn(async move { bot.sweep().await });
                    next = Instant::now() + self.pause();
                }
            }
        }
        tasks.close();
        self.inner.running.calls.lock().values().for_each(|call| call.stop.cancel());
        if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
            tracing::warn!(turns = tasks.len(), "turns of the bot did not end in time; their leases will");
        }
    }

    /// How many turns run in this process.
    pub(crate) fn answering(&self) -> usize {
        self.inner.running.calls.lock().len()
    }

    /// The sweep's pause, jittered so that many bots do not sweep at once.
    fn pause(&self) -> Duration {
        let base = self.inner.config.sweep_ms;
        Duration::from_millis(base * 9 / 10 + self.chat().random().below(base / 5 + 1))
    }

    fn hear(&self, news: &News, tasks: &TaskTracker) {
        match *news {
            News::Due { workspace, conversation } => self.start(workspace, conversation, tasks),
            News::SpeakerChanged { conversation, epoch, .. } => {
                if let Some(call) = self.inner.running.calls.lock().get(&conversation) {
                    call.speaker_changed(epoch);
                }
            }
            News::Here { conversation, .. } => {
                if let Some(call) = self.inner.running.calls.lock().get(&conversation) {
                    call.here.notify_one();
                }
            }
            News::Gone { conversation, .. } => {
                if let Some(call) = self.inner.running.calls.lock().get(&conversation) {
                    call.gone.notify_one();
                }
            }
            _ => {}
        }
    }

    /// One bot looks for all what news did not tell of, and tells all: the turns then spread by their claims.
    async fn sweep(&self) {
        if !self.chat().leads("bot.sweep").await {
            return;
        }
        self.forget_usage().await;
        self.expire_calls().await;
        match turn::due(self.chat()).await {
            Ok(due) => {
                for (workspace, conversation) in due {
                    let runs = self.inner.running.calls.lock().contains_key(&conversation);
                    if !runs {
                        self.chat().bus().publish(Topic::Bot, News::Due { workspace, conversation });
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the sweep for due turns failed; the next one tries again"),
        }
        // Last: who waits for an answer comes first.
        self.end_dead_turns().await;
        self.forget_wordings().await;
    }

    /// Once a day, what visitors used long ago.
    async fn forget_usage(&self) {
        let (now, day) = (self.chat().now(), 86_400_000);
        let last = self.inner.running.forgot_at.swap(now / day, SeqCst);
        if last < now / day
            && let Err(error) = crate::usage::sweep(self.chat().store(), now).await
        {
            tracing::warn!(%error, "what visitors used long ago could not be forgotten; it is tried again tomorrow");
        }
    }

    /// Starts a turn, or tells the running one that there is more.
    fn start(&self, workspace: WorkspaceId, conversation: ConversationId, tasks: &TaskTracker) {
        if tasks.is_closed() {
            return;
        }
        let call = Arc::new(Call::default());
        {
            let mut calls = self.inner.running.calls.lock();
            if let Some(running) = calls.get(&conversation) {
                running.poke();
                return;
            }
            calls.insert(conversation, call.clone());
        }
        let (bot, tracker) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            let here = Here { bot: &bot, conversation, call: &call };
            bot.one(workspace, conversation, &call).await;
            drop(here);
            if call.again.load(SeqCst) {
                bot.start(workspace, conversation, &tracker);
            }
        });
    }

    async fn one(&self, workspace: WorkspaceId, conversation: ConversationId, call: &Call) {
        let Ok(_slot) = self.inner.running.slots.clone().acquire_owned().await else { return };
        if let Err(error) = self.take_turn(workspace, conversation, call).await {
            tracing::warn!(workspace.id = %workspace, conversation.id = %conversation, %error, "a turn failed; it is tried again when its lease ends");
        }
    }
}

/// Forgets a call when its turn ends, however it ends.
struct Here<'a> {
    bot: &'a Bot,
    conversation: ConversationId,
    call: &'a Arc<Call>,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        let mut calls = self.bot.inner.running.calls.lock();
        if calls.get(&self.conversation).is_some_and(|call| Arc::ptr_eq(call, self.call)) {
            calls.remove(&self.conversation);
        }
    }
}
