//! Groups what arrives together into one commit: durability costs throughput nothing.
//!
//! A group is written until the store says yes or no. When a commit's answer is lost (the server went away in the
//! middle of it), the same client ids are written again: they find themselves, or they are new. Nobody is told of
//! success before the store has said so, and what turns out to be kept is announced even when its sender has given up.

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

use super::{Append, Appended, announce::Untold, announce::announce, append_in, plan, plan::Span};
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
            let (store, bus, tails, clock) = (store.clone(), bus.clone(), tails.clone(), clock.clone());
            let writer = Writer { held: None, store, bus, tails, clock, crowded_at: crowded_at.clone(), lost: Vec::new() };
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
    /// Messages whose senders were told to come back although they may have been kept.
    lost: Vec<Appended>,
}

impl Writer {
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
        loop {
            tries += 1;
            let mut attempt = Attempt::default();
            let error = match timeout_at(until, attempt.on(&mut self.held, &self.store, self.clock.now(), group)).await {
                Ok(Ok(done)) => return Ok(ours(done, &unsure)),
                Ok(Err(error)) => error,
                Err(_) => Error::Unavailable(sqlx::Error::PoolTimedOut),
            };
            // It may still be in the middle of a transaction.
            if let Some(mut held) = self.held.take() {
                held.close_on_drop();
            }
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
    async fn on(
        &mut self,
        held: &mut Option<PoolConnection<Any>>,
        store: &Store,
        now: i64,
        group: &mut [Append],
    ) -> Result<Vec<Result<Appended>>> {
        let connection = match held {
            Some(held) => held,
            none => none.insert(store.write().acquire().await?),
        };
        let dialect = store.dialect();
        let done = match dialect {
            Dialect::Sqlite => {
                let plan = plan::plan(connection, dialect, now, group, Span::Statements).await?;
                self.unsure = fresh(&plan.done);
                plan.write(connection, dialect, now).await?;
                plan.done
            }
            Dialect::Postgres => {
                let mut tx = connection.begin_with(dialect.begin()).await?;
                let done = append_in(&mut tx, dialect, now, group).await?;
                self.unsure = fresh(&done);
                tx.commit().await?;
                done
            }
        };
        self.unsure.clear();
        Ok(done)
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
mod tests {
    use super::*;
    use crate::{Author, Heard, Topic, message, testing};

    #[tokio::test]
    async fn what_a_lost_answer_kept_is_found_and_announced() {
        let fresh = testing::fresh().await.unwrap();
        let talk = fresh.conversation("en").await.unwrap();
        let mut append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
        let (store, now) = (fresh.chat.store(), fresh.chat.now());
        // The first try was kept, its answer was lost.
        let first = Attempt::default().on(&mut None, store, now, std::slice::from_mut(&mut append)).await.unwrap();
        let unsure: Vec<Appended> = first.into_iter().flatten().collect();
        let again = Attempt::default().on(&mut None, store, now, std::slice::from_mut(&mut append)).await.unwrap();
        assert!(again[0].as_ref().unwrap().duplicate);
        let told = ours(again, &unsure);
        let told = told[0].as_ref().unwrap();
        assert_eq!((told.duplicate, told.due, told.message.seq), (false, true, 1));
        // A sender that gave up: the message is announced once the store answers, one that was not kept is not.
        let mut other = unsure[0].clone();
        Arc::make_mut(&mut other.message).client_id = fresh.chat.id();
        let lost = vec![unsure[0].clone(), other];
        assert_eq!(plan::kept(store, &lost).await.unwrap().len(), 1);
        let all = message::after(store, fresh.workspace, talk.id, crate::Audience::All, 0, 10).await.unwrap();
        assert_eq!(all.len(), 1);
    }

    #[tokio::test]
    async fn what_was_kept_unheard_is_told_though_nobody_writes_any_more() {
        let fresh = testing::fresh().await.unwrap();
        let talk = fresh.conversation("en").await.unwrap();
        let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
        let (store, bus) = (fresh.chat.store().clone(), fresh.chat.bus().clone());
        let first = Attempt::default().on(&mut None, &store, fresh.chat.now(), &mut [append]).await.unwrap();
        let lost = first.into_iter().flatten().collect();
        let mut ear = bus.subscribe(Topic::Visitor(fresh.workspace, talk.visitor));
        let (tails, clock) = (Tails::new(1 << 20), fresh.clock.clone());
        let (_sender, inbox) = mpsc::channel(1);
        tokio::spawn(Writer { held: None, store, bus, tails, clock, crowded_at: Arc::default(), lost }.run(8, inbox));
        let told = async { while !matches!(ear.next().await, Heard::News(_)) {} };
        tokio::time::timeout(LOOK * 10, told).await.unwrap();
    }
}
