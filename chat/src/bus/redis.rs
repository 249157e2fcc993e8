//! News between processes, over Redis pub/sub. The server may go away or fall silent at any moment: news within the
//! process goes on, nothing piles up, and whoever may have missed something hears so when it is back.

use std::{
    collections::HashSet,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use futures_util::StreamExt;
use redis::{AsyncConnectionConfig, RedisResult, aio::MultiplexedConnection, aio::PubSubSink};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, sleep_until, timeout},
};
use uuid::Uuid;

use super::local::Local;
use crate::{News, Topic};

/// News waiting for the server; beyond it news is lost, which news may be.
const QUEUE: usize = 8_192;
/// News of one round trip.
const SENT: usize = 128;
/// Channels of one subscription command.
const JOINED: usize = 1_000;
const RETRY: Duration = Duration::from_millis(500);
/// A server that has said nothing for so long is asked whether it is there.
const PING: Duration = Duration::from_secs(2);
/// Any answer of the server comes within this time, or the connection counts as cut.
const ANSWER: Duration = Duration::from_secs(2);
/// While the server is away, whoever listens reads the record this often.
const SERVE: Duration = Duration::from_secs(10);
/// A session does not wait longer than this for its subscription.
const JOIN: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Redis {
    out: mpsc::Sender<Out>,
    ears: mpsc::UnboundedSender<Ear>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The server hears us subscribe.
    heard: AtomicBool,
    /// Some news did not go out.
    lost: AtomicBool,
}

#[derive(Debug)]
enum Out {
    News(Topic, Arc<News>),
    /// Answered when everything before it has gone out.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
enum Ear {
    Changed(Topic),
    /// Answered when everything before it is subscribed; who listens to this topic waits for that.
    Sync(Topic, oneshot::Sender<()>),
}

#[derive(Serialize, Deserialize)]
struct Letter {
    from: Uuid,
    /// Absent: something was lost, read the record again.
    news: Option<(Topic, Arc<News>)>,
}

impl Redis {
    pub(super) fn open(address: &str, installation: Uuid, local: Local) -> RedisResult<Self> {
        let client = redis::Client::open(address)?;
        let node = Uuid::new_v4();
        let (out, outbox) = mpsc::channel(QUEUE);
        let (ears, changes) = mpsc::unbounded_channel();
        let state = Arc::new(State::default());
        let speaker = Speaker { client: client.clone(), node, installation, state: state.clone(), connection: None };
        tokio::spawn(speaker.run(outbox));
        tokio::spawn(Listener { client, node, installation, local, state: state.clone() }.run(changes));
        Ok(Self { out, ears, state })
    }

    pub(super) fn publish(&self, topic: Topic, news: Arc<News>) {
        if self.out.try_send(Out::News(topic, news)).is_err() && !self.state.lost.swap(true, SeqCst) {
            tracing::warn!("the bus is behind and loses news; everybody reads the record again when it has caught up");
        }
    }

    /// Somebody began or ceased to listen.
    pub(super) fn changed(&self, topic: Topic) {
        drop(self.ears.send(Ear::Changed(topic)));
    }

    /// Whether the server hears us subscribe.
    pub(super) fn is_heard(&self) -> bool {
        self.state.heard.load(SeqCst)
    }

    /// Waits until what was joined before is heard; not for a server that is away.
    pub(super) async fn joined(&self, topic: Topic) {
        let (done, heard) = oneshot::channel();
        if self.is_heard() && self.ears.send(Ear::Sync(topic, done)).is_ok() {
            drop(timeout(JOIN, heard).await);
        }
    }

    /// Waits until what was published before has gone out; not for a server that is away.
    pub(super) async fn flush(&self) {
        let (done, sent) = oneshot::channel();
        if self.out.try_send(Out::Flush(done)).is_ok() {
            drop(timeout(ANSWER, sent).await);
        }
    }
}

/// The connection that publishes.
struct Speaker {
    client: redis::Client,
    node: Uuid,
    installation: Uuid,
    state: Arc<State>,
    connection: Option<MultiplexedConnection>,
}

impl Speaker {
    async fn run(mut self, mut outbox: mpsc::Receiver<Out>) {
        let mut waiting = Vec::with_capacity(SENT);
        loop {
            let got = tokio::select! {
                got = outbox.recv_many(&mut waiting, SENT) => got,
                // What was lost is told as soon as the server is back, even if there is no other news.
                () = sleep(RETRY), if self.state.lost.load(SeqCst) => 1,
            };
            if got == 0 {
                return;
            }
            let told = self.tell(&waiting).await;
            if let Err(error) = &told
                && !self.state.lost.swap(true, SeqCst)
            {
                tracing::warn!(%error, "the bus cannot tell other nodes; they read the record again when it can");
            }
            for out in waiting.drain(..) {
                if let Out::Flush(done) = out {
                    let _ = done.send(());
                }
            }
            if told.is_err() {
                self.connection = None;
                sleep(RETRY).await;
            }
        }
    }

    /// One round trip for all of it.
    async fn tell(&mut self, waiting: &[Out]) -> RedisResult<()> {
        let connection = match &mut self.connection {
            Some(open) => open,
            none => {
                let config = AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER)).set_response_timeout(Some(ANSWER));
                none.insert(within(self.client.get_multiplexed_async_connection_with_config(&config)).await?)
            }
        };
        let mut pipe = redis::pipe();
        // What is lost from here on sets it again.
        let lost = self.state.lost.swap(false, SeqCst);
        if lost {
            pipe.publish(lost_channel(self.installation), letter(self.node, None)).ignore();
        }
        for out in waiting {
            if let Out::News(topic, news) = out {
                pipe.publish(topic.channel(self.installation), letter(self.node, Some((*topic, news.clone())))).ignore();
            }
        }
        let told = if pipe.is_empty() { Ok(()) } else { within(pipe.query_async(connection)).await };
        match &told {
            Ok(()) if lost => tracing::info!("the bus tells other nodes again"),
            Err(_) if lost => self.state.lost.store(true, SeqCst),
            _ => {}
        }
        told
    }
}

fn letter(from: Uuid, news: Option<(Topic, Arc<News>)>) -> String {
    serde_json::to_string(&Letter { from, news }).unwrap_or_default()
}

/// The connection that hears.
struct Listener {
    client: redis::Client,
    node: Uuid,
    installation: Uuid,
    local: Local,
    state: Arc<State>,
}

impl Listener {
    async fn run(self, mut changes: mpsc::UnboundedReceiver<Ear>) {
        let mut served = Instant::now();
        while !changes.is_closed() {
            let ended = self.hear(&mut changes).await;
            let cut = self.state.heard.swap(false, SeqCst);
            // Whoever listens is looked up when the server is back; until then nothing may pile up here.
            while changes.try_recv().is_ok() {}
            if cut && let Err(error) = ended {
                tracing::warn!(%error, "the bus cannot be heard; it connects again until it can");
            }
            if cut || served.elapsed() > SERVE {
                self.local.missed();
                served = Instant::now();
            }
            sleep(RETRY).await;
        }
    }

    async fn hear(&self, changes: &mut mpsc::UnboundedReceiver<Ear>) -> RedisResult<()> {
        let (mut sink, mut stream) = within(self.client.get_async_pubsub()).await?.split();
        within(sink.subscribe(lost_channel(self.installation))).await?;
        self.state.heard.store(true, SeqCst);
        for topics in self.local.topics().chunks(JOINED) {
            within(sink.subscribe(self.channels(topics))).await?;
        }
        self.local.missed();
        let mut changed = Vec::with_capacity(JOINED);
        let mut silent = Instant::now() + PING;
        loop {
            tokio::select! {
                got = changes.recv_many(&mut changed, JOINED) => match got {
                    0 => return Ok(()),
                    _ => self.follow(&mut sink, &mut changed).await?,
                },
                message = stream.next() => {
                    let Some(message) = message else { return Ok(()) };
                    silent = Instant::now() + PING;
                    self.open(message.get_payload_bytes());
                }
                () = sleep_until(silent) => {
                    let _: redis::Value = within(sink.ping()).await?;
                    silent = Instant::now() + PING;
                }
            }
        }
    }

    /// Subscribes to what somebody listens to now, and to nothing else.
    async fn follow(&self, sink: &mut PubSubSink, changed: &mut Vec<Ear>) -> RedisResult<()> {
        let topics: HashSet<Topic> =
            changed.iter().filter_map(|ear| if let Ear::Changed(topic) = ear { Some(*topic) } else { None }).collect();
        let (joined, parted): (Vec<Topic>, Vec<Topic>) = topics.into_iter().partition(|topic| self.local.hears(*topic));
        if !joined.is_empty() {
            within(sink.subscribe(self.channels(&joined))).await?;
        }
        if !parted.is_empty() {
            within(sink.unsubscribe(self.channels(&parted))).await?;
        }
        for ear in changed.drain(..) {
            // Who has not waited any longer has read the record too early.
            if let Ear::Sync(topic, done) = ear
                && done.send(()).is_err()
            {
                self.local.miss(topic);
            }
        }
        Ok(())
    }

    fn channels(&self, topics: &[Topic]) -> Vec<String> {
        topics.iter().map(|topic| topic.channel(self.installation)).collect()
    }

    fn open(&self, payload: &[u8]) {
        match serde_json::from_slice::<Letter>(payload) {
            Ok(letter) if letter.from == self.node => {}
            Ok(Letter { news: Some((topic, news)), .. }) => self.local.publish(topic, &news),
            Ok(Letter { news: None, .. }) => self.local.missed(),
            Err(error) => tracing::warn!(%error, "a piece of news could not be read"),
        }
    }
}

/// Here a node tells that it could not tell something.
fn lost_channel(installation: Uuid) -> String {
    format!("warbler:{}:lost", installation.simple())
}

/// A server that is frozen or cut off never answers: it counts as gone.
async fn within<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match timeout(ANSWER, answer).await {
        Ok(done) => done,
        Err(_) => Err((redis::ErrorKind::Io, "the server did not answer in time").into()),
    }
}

#[cfg(test)]
mod tests;
