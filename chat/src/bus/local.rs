//! News within the process.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::broadcast;

use crate::News;

/// News a slow subscriber may be behind before it hears that it missed some. The ring is allocated at once,
/// so the many topics of visitors get a small one.
const BEHIND: usize = 1_024;
const BEHIND_OF_VISITOR: usize = 32;

type Sender = broadcast::Sender<Option<Arc<News>>>;

/// One channel a topic that somebody listens to.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    channels: Arc<DashMap<String, Sender>>,
}

impl Local {
    pub(super) fn publish(&self, channel: &str, news: &Arc<News>) {
        if let Some(sender) = self.channels.get(channel) {
            drop(sender.send(Some(news.clone())));
        }
    }

    /// Everybody has missed something: the connection to the other nodes was cut.
    pub(super) fn missed(&self) {
        for sender in self.channels.iter() {
            drop(sender.send(None));
        }
    }

    pub(super) fn subscribe(&self, channel: &str) -> broadcast::Receiver<Option<Arc<News>>> {
        self.channels.entry(channel.to_owned()).or_insert_with(|| broadcast::channel(ring(channel)).0).subscribe()
    }

    /// After a subscription ended; true when it was the last one.
    pub(super) fn leave(&self, channel: &str) -> bool {
        self.channels.remove_if(channel, |_, sender| sender.receiver_count() == 0).is_some()
    }

    pub(super) fn channels(&self) -> Vec<String> {
        self.channels.iter().map(|entry| entry.key().clone()).collect()
    }
}

fn ring(channel: &str) -> usize {
    if channel.starts_with("warbler:visitor:") { BEHIND_OF_VISITOR } else { BEHIND }
}
