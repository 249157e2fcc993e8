//! Groups what arrives together into one commit: durability costs throughput nothing.

use tokio::sync::{mpsc, oneshot};

use super::{Append, Appended, append_in};
use crate::{Clock, Error, Result, Store};

/// Waiting messages, before senders have to wait.
const QUEUE: usize = 4_096;
/// How often a group that met a rival on another node is tried again.
const TRIES: usize = 3;

type Waiting = (Append, oneshot::Sender<Result<Appended>>);

/// A sender to the one writer.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    queue: mpsc::Sender<Waiting>,
}

impl Door {
    /// Starts the writer; it ends when the last sender is dropped.
    pub(crate) fn open(store: Store, clock: Clock, batch: usize) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(write_groups(store, clock, batch, inbox));
        Self { queue }
    }

    pub(crate) async fn append(&self, append: Append) -> Result<Appended> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Unavailable(sqlx::Error::PoolClosed);
        self.queue.send((append, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn write_groups(store: Store, clock: Clock, batch: usize, mut inbox: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(batch);
    while inbox.recv_many(&mut waiting, batch).await > 0 {
        let (group, replies): (Vec<Append>, Vec<_>) = waiting.drain(..).unzip();
        match write(&store, clock.now(), &group).await {
            Ok(done) => replies.into_iter().zip(done).for_each(|(reply, done)| drop(reply.send(done))),
            Err(error) => {
                tracing::error!(group.messages = group.len(), %error, "a group of messages could not be written");
                for reply in replies {
                    drop(reply.send(Err(Error::Unavailable(sqlx::Error::WorkerCrashed))));
                }
            }
        }
    }
}

async fn write(store: &Store, now: i64, group: &[Append]) -> Result<Vec<Result<Appended>>> {
    let mut tries = 0;
    loop {
        tries += 1;
        match once(store, now, group).await {
            Err(error) if tries < TRIES => tracing::warn!(%error, write.tries = tries, "a group of messages is written again"),
            done => return done,
        }
    }
}

async fn once(store: &Store, now: i64, group: &[Append]) -> Result<Vec<Result<Appended>>> {
    let mut tx = store.begin().await?;
    let done = append_in(&mut tx, store.dialect(), now, group.to_vec()).await?;
    tx.commit().await?;
    Ok(done)
}
