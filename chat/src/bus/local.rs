//! News within the process.

use std::sync::Arc;

use dashmap::{DashMap, Entry};

use super::mailbox::Mailbox;
use crate::{News, Topic};

/// News a slow subscriber may be behind before it hears that it missed some.
const BEHIND: usize = 1_024;
const BEHIND_OF_VISITOR: usize = 32;

/// The mailboxes of every topic that somebody listens to.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    topics: Arc<DashMap<Topic, Vec<Arc<Mailbox>>>>,
}

impl Local {
    pub(super) fn publish(&self, topic: Topic, news: &Arc<News>) {
        if let Some(readers) = self.topics.get(&topic) {
            readers.iter().for_each(|reader| reader.put(news));
        }
    }

    /// Everybody has missed something: the connection to the other nodes was cut.
    pub(super) fn missed(&self) {
        for readers in self.topics.iter() {
            readers.iter().for_each(|reader| reader.miss());
        }
    }

    /// Everybody on one topic has.
    pub(super) fn miss(&self, topic: Topic) {
        if let Some(readers) = self.topics.get(&topic) {
            readers.iter().for_each(|reader| reader.miss());
        }
    }

    /// A new mailbox. When it is the topic's first, `begins` is called before another one can be had.
    pub(super) fn subscribe(&self, topic: Topic, begins: impl FnOnce()) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::new(if matches!(topic, Topic::Visitor(..)) { BEHIND_OF_VISITOR } else { BEHIND }));
        match self.topics.entry(topic) {
            Entry::Occupied(mut readers) => readers.get_mut().push(mailbox.clone()),
            Entry::Vacant(topic) => {
                let _entry = topic.insert(vec![mailbox.clone()]);
                begins();
            }
        }
        mailbox
    }

    /// Ends a subscription; true when it was the topic's last one.
    pub(super) fn leave(&self, topic: Topic, mailbox: &Arc<Mailbox>) -> bool {
        let Entry::Occupied(mut readers) = self.topics.entry(topic) else { return false };
        readers.get_mut().retain(|reader| !Arc::ptr_eq(reader, mailbox));
        let last = readers.get().is_empty();
        if last {
            readers.remove();
        }
        last
    }

    pub(super) fn hears(&self, topic: Topic) -> bool {
        self.topics.contains_key(&topic)
    }

    pub(super) fn topics(&self) -> Vec<Topic> {
        self.topics.iter().map(|entry| *entry.key()).collect()
    }
}
