//! News between processes, over Redis pub/sub. The server may go away at any moment: subscribers then hear
//! that they missed something, and news within the process goes on.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::local::Local;
use crate::{News, Topic};

/// News waiting for the server; beyond it news is lost, which news may be.
const QUEUE: usize = 8_192;
/// Channels of one subscription command.
const JOINED: usize = 1_000;
const RETRY: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub(super) struct Redis {
    node: Uuid,
    out: mpsc::Sender<(Topic, Arc<News>)>,
    ears: mpsc::UnboundedSender<Ear>,
}

#[derive(Debug)]
enum Ear {
    Join(Topic),
    Part(Topic),
}

#[derive(Serialize, Deserialize)]
struct Letter {
    from: Uuid,
    topic: Topic,
    news: Arc<News>,
}

impl Redis {
    pub(super) fn open(address: &str, local: Local) -> redis::RedisResult<Self> {
        let client = redis::Client::open(address)?;
        let node = Uuid::new_v4();
        let (out, outbox) = mpsc::channel(QUEUE);
        let (ears, changes) = mpsc::unbounded_channel();
        tokio::spawn(send(client.clone(), node, outbox));
        tokio::spawn(listen(client, node, local, changes));
        Ok(Self { node, out, ears })
    }

    pub(super) fn publish(&self, topic: Topic, news: Arc<News>) {
        if self.out.try_send((topic, news)).is_err() {
            tracing::warn!(node.id = %self.node, "the bus is behind and lost a piece of news");
        }
    }

    pub(super) fn join(&self, topic: Topic) {
        drop(self.ears.send(Ear::Join(topic)));
    }

    pub(super) fn part(&self, topic: Topic) {
        drop(self.ears.send(Ear::Part(topic)));
    }
}

async fn send(client: redis::Client, node: Uuid, mut outbox: mpsc::Receiver<(Topic, Arc<News>)>) {
    let mut connection = None;
    while let Some((topic, news)) = outbox.recv().await {
        let Ok(text) = serde_json::to_string(&Letter { from: node, topic, news }) else { continue };
        if connection.is_none() {
            connection = client.get_multiplexed_async_connection().await.ok();
        }
        let Some(open) = &mut connection else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        let sent: redis::RedisResult<()> = redis::cmd("PUBLISH").arg(topic.channel()).arg(text).query_async(open).await;
        if let Err(error) = sent {
            tracing::warn!(%error, "the bus could not send; it connects again");
            connection = None;
        }
    }
}

async fn listen(client: redis::Client, node: Uuid, local: Local, mut changes: mpsc::UnboundedReceiver<Ear>) {
    while !changes.is_closed() {
        if let Err(error) = hear(&client, node, &local, &mut changes).await {
            tracing::warn!(%error, "the bus cannot be heard; it connects again");
        }
        local.missed();
        tokio::time::sleep(RETRY).await;
    }
}

async fn hear(client: &redis::Client, node: Uuid, local: &Local, changes: &mut mpsc::UnboundedReceiver<Ear>) -> redis::RedisResult<()> {
    let (mut sink, mut stream) = client.get_async_pubsub().await?.split();
    for topics in local.topics().chunks(JOINED) {
        let channels: Vec<String> = topics.iter().map(Topic::channel).collect();
        sink.subscribe(channels).await?;
    }
    local.missed();
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Some(Ear::Join(topic)) => sink.subscribe(topic.channel()).await?,
                // Somebody may have joined again meanwhile.
                Some(Ear::Part(topic)) if !local.hears(topic) => sink.unsubscribe(topic.channel()).await?,
                Some(Ear::Part(_)) => {}
                None => return Ok(()),
            },
            message = stream.next() => {
                let Some(message) = message else { return Ok(()) };
                let payload = message.get_payload_bytes();
                match serde_json::from_slice::<Letter>(payload) {
                    Ok(letter) if letter.from != node => local.publish(letter.topic, &letter.news),
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "a piece of news could not be read"),
                }
            }
        }
    }
}
