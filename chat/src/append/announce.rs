//! The news of messages that are in the record.

use std::sync::Arc;

use super::Appended;
use crate::{Audience, Bus, News, Topic, tail::Tails};

/// A message in the record that nobody was told of yet. Whoever waited for it may be gone: it is told all the same.
#[derive(Debug)]
pub(crate) struct Untold {
    appended: Option<Appended>,
    bus: Bus,
    tails: Tails,
}

impl Untold {
    pub(crate) fn new(appended: Appended, bus: &Bus, tails: &Tails) -> Self {
        Self { appended: Some(appended), bus: bus.clone(), tails: tails.clone() }
    }

    /// Tells everybody, and gives it to its sender.
    pub(crate) fn tell(mut self) -> Option<Appended> {
        let appended = self.appended.take()?;
        announce(&self.bus, &self.tails, std::slice::from_ref(&appended));
        Some(appended)
    }
}

impl Drop for Untold {
    fn drop(&mut self) {
        announce(&self.bus, &self.tails, self.appended.as_slice());
    }
}

/// Tells everybody about messages that were appended; a duplicate was told of when it was new.
pub(crate) fn announce(bus: &Bus, tails: &Tails, appended: &[Appended]) {
    for done in appended.iter().filter(|done| !done.duplicate) {
        let message = &done.message;
        tails.keep(std::slice::from_ref(message));
        let news = Arc::new(News::Message { message: message.clone() });
        if message.audience == Audience::All {
            bus.publish_shared(Topic::Visitor(message.workspace, message.visitor), news.clone());
        }
        bus.publish_shared(Topic::Workspace(message.workspace), news.clone());
        if done.desk {
            bus.publish_shared(Topic::Desk, news);
        }
        if let Some(epoch) = done.epoch {
            let (workspace, conversation) = (message.workspace, message.conversation);
            bus.publish(Topic::Bot, News::SpeakerChanged { workspace, conversation, epoch });
        }
        if done.due {
            bus.publish(Topic::Bot, News::Due { workspace: message.workspace, conversation: message.conversation });
        }
    }
}
