//! News between the roles: in the process, or over Redis between many.

mod local;
mod mailbox;
mod redis;

use std::sync::Arc;

use uuid::Uuid;

use crate::{Config, Error, News, Result, Topic};

/// What a subscriber hears.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Something happened.
    News(Arc<News>),
    /// Something was missed: read the record again.
    Missed,
}

/// A cheap handle.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    local: local::Local,
    redis: Option<redis::Redis>,
}

impl Bus {
    /// Opens the bus that the configuration names; nobody but nodes of the same installation is heard.
    ///
    /// # Errors
    /// [`Error::Refused`] when the address is wrong. A server that is away is tried again for ever.
    pub async fn open(config: &Config, installation: Uuid) -> Result<Self> {
        let local = local::Local::default();
        let redis = match config.bus.as_str() {
            "local" => None,
            address => Some(redis::Redis::open(address, installation, local.clone()).map_err(|error| {
                Error::Refused(format!("The bus cannot be used: {error}. Check record.bus: \"local\" or redis://host:port."))
            })?),
        };
        Ok(Self(Arc::new(Parts { local, redis })))
    }

    /// Tells everybody on the topic. Never waits, never fails: news may be lost.
    pub fn publish(&self, topic: Topic, news: News) {
        self.publish_shared(topic, Arc::new(news));
    }

    /// The same for news that several topics share.
    pub fn publish_shared(&self, topic: Topic, news: Arc<News>) {
        self.0.local.publish(topic, &news);
        if let Some(redis) = &self.0.redis {
            redis.publish(topic, news);
        }
    }

    /// Everybody in this process may have missed something, and reads the record again.
    pub fn missed(&self) {
        self.0.local.missed();
    }

    /// Waits until what was published has left this process, for a moment at most: before it ends.
    pub async fn flush(&self) {
        if let Some(redis) = &self.0.redis {
            redis.flush().await;
        }
    }

    /// Hears what is published from now on; from other nodes as soon as [`Subscription::joined`] has returned.
    pub fn subscribe(&self, topic: Topic) -> Subscription {
        // Told before anybody else can be on the topic: who comes second waits for the same change.
        let begins = || self.0.redis.iter().for_each(|redis| redis.changed(topic));
        let mailbox = self.0.local.subscribe(topic, begins);
        Subscription { topic, mailbox, bus: self.clone() }
    }

    /// Waits until the server between the nodes is heard for the first time: before, whoever listens is told that it missed something.
    pub(crate) async fn begun(&self) {
        while self.0.redis.as_ref().is_some_and(|redis| !redis.is_heard()) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        // Answered after everybody was told.
        self.subscribe(Topic::Desk).joined().await;
    }
}

/// One ear on one topic.
#[derive(Debug)]
pub struct Subscription {
    topic: Topic,
    mailbox: Arc<mailbox::Mailbox>,
    bus: Bus,
}

impl Subscription {
    /// Waits until other nodes are heard too: what is read from the record afterwards misses nothing. It does not wait for a
    /// server between them that is away, and not long for one that is busy; [`Heard::Missed`] comes when they are heard.
    pub async fn joined(&self) {
        if let Some(redis) = &self.bus.0.redis {
            redis.joined(self.topic).await;
        }
    }

    /// The next news. Cancel-safe. A reader that is too slow hears [`Heard::Missed`].
    pub async fn next(&mut self) -> Heard {
        self.mailbox.next().await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Parts { local, redis } = &*self.bus.0;
        if local.leave(self.topic, &self.mailbox)
            && let Some(redis) = redis
        {
            redis.changed(self.topic);
        }
    }
}

#[cfg(test)]
mod tests;
