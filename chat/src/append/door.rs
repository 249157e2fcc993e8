//! Groups what arrives together into one commit: durability costs throughput nothing.
//!
//! A group is written until the store says yes or no. When a commit's answer is lost (the server went away in the
//! middle of it), the same client ids are written again: they find themselves, or they are new. Nobody is told of
//! success before the store has said so, and what turns out to be kept is announced even when its sender has given up.
//!
//! Most groups belong to conversations that are as this writer left them. Those are written without a look, by a statement that
//! asks itself; what it did not take is written again like a group whose answer was lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sqlx::{Any, Connection, pool::PoolConnection};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    Append, Appended,
    announce::{Untold, announce},
    cache::HeadCache,
    plan::{self, Plan, Span},
};
use crate::{Bus, Clock, ConversationId, Dialect, Error, Result, Store, tail::Tails};

/// Waiting messages, before senders have to wait.
const QUEUE: usize = 4_096;
/// How long a group is tried before its senders are told to come back.
const PATIENCE: Duration = Duration::from_secs(8);
/// SQLite says no for reasons that do not pass within seconds, such as a full disk.
const TRIES_OF_SQLITE: u32 = 3;
/// Groups on one connection, before others who write have their turn.
const IN_A_ROW: u32 = 4;
/// Between two tries, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));
/// What became of messages with a lost answer is looked up this often, even if nobody writes.
const LOOK: Duration = Duration::from_secs(1);
/// A group of so many says that messages come faster than groups are written, and for how many milliseconds it says so.
const CROWD: (usize, i64) = (3, 1_000);

type Waiting = (Append, oneshot::Sender<Result<Untold>>);

/// Groups that are written at the same time: SQLite has one writer, and while a server is waited for another group is made.
fn at_once(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Sqlite => 1,
        Dialect::Postgres => 2,
    }
}

/// A sender to the writers. Each conversation has one of them, so that its messages are written in the order they came.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    queues: Arc<[mpsc::Sender<Waiting>]>,
    /// When messages had to wait for one another last.
    crowded_at: Arc<AtomicI64>,
}

impl Door {
    /// Starts the writers; they end when the last sender is dropped.
    pub(crate) fn open(store: Store, (bus, tails): (Bus, Tails), clock: Clock, batch: usize) -> Self {
        let crowded_at = Arc::new(AtomicI64::new(0));
        let begin = |_| {
            let (queue, inbox) = mpsc::channel(QUEUE);
            let writer = Writer::new(store.clone(), (bus.clone(), tails.clone()), clock.clone(), crowded_at.clone());
            tokio::spawn(writer.run(batch, inbox));
            queue
        };
        Self { queues: (0..at_once(store.dialect())).map(begin).collect(), crowded_at }
    }

    /// Whether messages have to wait for one another these moments.
    pub(crate) fn crowded(&self, now: i64) -> bool {
        now - self.crowded_at.load(Ordering::Relaxed) < CROWD.1
    }

    /// Once this was polled the message may be kept, whether or not anybody waits for the answer; then everybody is told.
    pub(crate) async fn append(&self, append: Append) -> Result<Appended> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Unavailable(sqlx::Error::PoolClosed);
        self.queue(append.conversation).send((append, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())??.tell().ok_or_else(closed)
    }

    /// Whether messages are still taken.
    pub(crate) fn is_open(&self) -> bool {
        self.queues.iter().all(|queue| !queue.is_closed())
    }

    fn queue(&self, conversation: ConversationId) -> &mpsc::Sender<Waiting> {
        // The end of an id is random.
        &self.queues[(conversation.0.as_u128() % self.queues.len() as u128) as usize]
    }
}

struct Writer {
    /// Kept while groups follow one another: giving it back and asking for it costs as much as a statement.
    held: Option<PoolConnection<Any>>,
    store: Store,
    bus: Bus,
    tails: Tails,
    clock: Clock,
    crowded_at: Arc<AtomicI64>,
    heads: HeadCache,
    /// Messages whose senders were told to come back although they may have been kept.
    lost: Vec<Appended>,
}

impl Writer {
    fn new(store: Store, (bus, tails): (Bus, Tails), clock: Clock, crowded_at: Arc<AtomicI64>) -> Self {
        Self { held: None, store, bus, tails, clock, crowded_at, heads: HeadCache::default(), lost: Vec::new() }
    }

    async fn run(mut self, batch: usize, mut inbox: mpsc::Receiver<Waiting>) {
        let mut waiting = Vec::with_capacity(batch);
        let mut in_a_row = 0;
        while self.next(batch, &mut inbox, &mut waiting).await > 0 {
            if waiting.len() >= CROWD.0 {
                self.crowded_at.store(self.clock.now(), Ordering::Relaxed);
            }
            let (mut group, replies): (Vec<Append>, Vec<_>) = waiting.drain(..).unzip();
            match self.write(&mut group).await {
                Ok(done) => {
                    for (reply, done) in replies.into_iter().zip(done) {
                        drop(reply.send(done.map(|done| Untold::new(done, &self.bus, &self.tails))));
                    }
                    self.find_lost().await;
                }
                Err(error) => {
                    tracing::error!(group.messages = group.len(), %error, "a group of messages could not be written; their senders try again");
                    let reason = error.to_string();
                    for reply in replies {
                        drop(reply.send(Err(Error::Unavailable(sqlx::Error::Io(std::io::Error::other(reason.clone()))))));
                    }
                }
            }
            in_a_row += 1;
            if inbox.is_empty() || in_a_row >= IN_A_ROW {
                (self.held, in_a_row) = (None, 0);
            }
        }
    }

    /// The next group; nothing when the last sender is gone.
    async fn next(&mut self, batch: usize, inbox: &mut mpsc::Receiver<Waiting>, waiting: &mut Vec<Waiting>) -> usize {
        while !self.lost.is_empty() {
            match timeout(LOOK, inbox.recv_many(waiting, batch)).await {
                Ok(got) => return got,
                Err(_) => self.find_lost().await,
            }
        }
        inbox.recv_many(waiting, batch).await
    }

    /// Tries until the store has answered or patience ends.
    async fn write(&mut self, group: &mut [Append]) -> Result<Vec<Result<Appended>>> {
        let until = Instant::now() + PATIENCE;
        let (mut pause, mut unsure, mut tries) = (PAUSE.0, Vec::new(), 0);
        if let Some(plan) = plan::plan_by(&self.heads, self.clock.now(), group) {
            match timeout_at(until, unlooked(&plan, &mut self.held, &self.store)).await {
                Ok(Ok(true)) => return Ok(self.done(plan)),
                Ok(Ok(false)) => {}
                // A message that is there already, or worse: that is seen when it is looked for.
                Ok(Err(_)) | Err(_) => self.hang_up(),
            }
            unsure = fresh(&plan.done);
            self.heads.forget(group);
        }
        loop {
            tries += 1;
            let mut attempt = Attempt::default();
            let error = match timeout_at(until, attempt.on(&mut self.held, &self.store, self.clock.now(), group)).await {
                Ok(Ok(plan)) => return Ok(ours(self.done(plan), &unsure)),
                Ok(Err(error)) => error,
                Err(_) => Error::Unavailable(sqlx::Error::PoolTimedOut),
            };
            self.hang_up();
            unsure.extend(attempt.unsure);
            let hopeless = self.store.dialect() == Dialect::Sqlite && tries >= TRIES_OF_SQLITE;
            if hopeless || Instant::now() + pause >= until {
                self.lost.extend(unsure);
                // More of them is an outage of hours, and their senders have asked again long since.
                self.lost.truncate(QUEUE);
                return Err(error);
            }
            tracing::warn!(%error, group.messages = group.len(), "a group of messages is written again");
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// A group is in the record.
    fn done(&mut self, plan: Plan) -> Vec<Result<Appended>> {
        self.heads.learn(plan.heads);
        plan.done
    }

    /// The connection may still be in the middle of a transaction.
    fn hang_up(&mut self) {
        if let Some(mut held) = self.held.take() {
            held.close_on_drop();
        }
    }

    /// The store answers again: what was kept although nobody could know is announced now.
    async fn find_lost(&mut self) {
        if self.lost.is_empty() {
            return;
        }
        let kept = timeout(PATIENCE, plan::kept(&self.store, &self.lost)).await;
        match kept.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut))) {
            Ok(kept) => {
                announce(&self.bus, &self.tails, &kept);
                self.lost.clear();
            }
            Err(error) => tracing::warn!(%error, "what became of some messages is not known yet; it is looked up again"),
        }
    }
}

/// One try, which may be cut off at any point.
#[derive(Default)]
struct Attempt {
    /// What it would have written, from the moment the commit is asked for until it is answered.
    unsure: Vec<Appended>,
}

impl Attempt {
    async fn on(&mut self, held: &mut Option<PoolConnection<Any>>, store: &Store, now: i64, group: &mut [Append]) -> Result<Plan> {
        let (connection, dialect) = (connection(held, store).await?, store.dialect());
        let plan = match dialect {
            Dialect::Sqlite => {
                let plan = plan::plan(connection, dialect, now, group, Span::Statements).await?;
                self.unsure = fresh(&plan.done);
                plan.write(connection, dialect).await?;
                plan
            }
            Dialect::Postgres => {
                let mut tx = connection.begin_with(dialect.begin()).await?;
                let plan = plan::plan(&mut tx, dialect, now, group, Span::Caller).await?;
                plan.write(&mut tx, dialect).await?;
                self.unsure = fresh(&plan.done);
                tx.commit().await?;
                plan
            }
        };
        self.unsure.clear();
        Ok(plan)
    }
}

/// Writes a plan that was made without a look; whether the record was as it thought.
async fn unlooked(plan: &Plan, held: &mut Option<PoolConnection<Any>>, store: &Store) -> Result<bool> {
    plan.write_unmoved(connection(held, store).await?, store.dialect()).await
}

async fn connection<'a>(held: &'a mut Option<PoolConnection<Any>>, store: &Store) -> Result<&'a mut PoolConnection<Any>> {
    match held {
        Some(held) => Ok(held),
        none => Ok(none.insert(store.write().acquire().await?)),
    }
}

fn fresh(done: &[Result<Appended>]) -> Vec<Appended> {
    done.iter().flatten().filter(|done| !done.duplicate).cloned().collect()
}

/// What an earlier try of the same group has kept without our hearing of it is new, not a duplicate.
fn ours(done: Vec<Result<Appended>>, unsure: &[Appended]) -> Vec<Result<Appended>> {
    let mine =
        |new: &Appended| unsure.iter().find(|old| old.message.client_id == new.message.client_id && old.message.seq == new.message.seq);
    done.into_iter()
        .map(|done| {
            done.map(|new| match mine(&new).filter(|old| new.duplicate && old.message.conversation == new.message.conversation) {
                Some(old) => old.clone(),
                None => new,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
