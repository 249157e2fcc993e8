//! News between the roles: in the process, or over Redis between many.

mod local;
mod redis;

use std::sync::Arc;

use tokio::sync::broadcast;

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
pub struct Bus {
    local: local::Local,
    redis: Option<redis::Redis>,
}

impl Bus {
    /// Opens the bus that the configuration names.
    ///
    /// # Errors
    /// [`Error::Refused`] when the address is wrong. A server that is away is tried again for ever.
    pub async fn open(config: &Config) -> Result<Self> {
        let local = local::Local::default();
        let redis = match config.bus.as_str() {
            "local" => None,
            address => Some(redis::Redis::open(address, local.clone()).map_err(|error| {
                Error::Refused(format!("The bus cannot be used: {error}. Check record.bus: \"local\" or redis://host:port."))
            })?),
        };
        Ok(Self { local, redis })
    }

    /// Tells everybody on the topic. Never waits, never fails: news may be lost.
    pub fn publish(&self, topic: Topic, news: News) {
        self.publish_shared(topic, Arc::new(news));
    }

    /// The same for news that several topics share.
    pub fn publish_shared(&self, topic: Topic, news: Arc<News>) {
        match &self.redis {
            Some(redis) => redis.publish(topic, news),
            None => self.local.publish(&topic.channel(), &news),
        }
    }

    /// Hears what is published from now on.
    pub fn subscribe(&self, topic: Topic) -> Subscription {
        let channel = topic.channel();
        let receiver = self.local.subscribe(&channel);
        let redis = self.redis.clone().inspect(|redis| redis.join(&channel));
        Subscription { channel, receiver: Some(receiver), local: self.local.clone(), redis }
    }
}

/// One ear on one topic.
#[derive(Debug)]
pub struct Subscription {
    channel: String,
    receiver: Option<broadcast::Receiver<Option<Arc<News>>>>,
    local: local::Local,
    redis: Option<redis::Redis>,
}

impl Subscription {
    /// The next news. Cancel-safe. A reader that is too slow hears [`Heard::Missed`].
    pub async fn next(&mut self) -> Heard {
        let Some(receiver) = &mut self.receiver else { return Heard::Missed };
        match receiver.recv().await {
            Ok(Some(news)) => Heard::News(news),
            Ok(None) | Err(broadcast::error::RecvError::Lagged(_)) => Heard::Missed,
            // The sender lives as long as this subscription does.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.receiver = None;
        if self.local.leave(&self.channel)
            && let Some(redis) = &self.redis
        {
            redis.part(&self.channel);
        }
    }
}

#[cfg(test)]
mod tests;
