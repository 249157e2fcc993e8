//! Who looks at which conversation now, here and in other processes: so that two people do not answer at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use chat::{AgentId, Chat, ConversationId, News, Topic, Watching, WorkspaceId};

/// A colleague elsewhere who was not heard of for this long has gone, in ms: three signs of life.
const SILENT_MS: i64 = 45_000;

#[derive(Debug, Default)]
struct Looking {
    here: HashMap<ConversationId, Vec<Watcher>>,
    heard: HashMap<ConversationId, HashMap<AgentId, Heard>>,
}

#[derive(Clone, Debug)]
struct Watcher {
    ticket: u64,
    agent: AgentId,
    name: String,
}

#[derive(Clone, Debug)]
struct Heard {
    name: String,
    until: i64,
}

/// Everybody who has a conversation open: in this process for certain, in others as heard.
#[derive(Clone, Debug, Default)]
pub struct Watchers {
    looking: Arc<Mutex<Looking>>,
    last: Arc<AtomicU64>,
}

/// One open page; dropped, it no longer counts, and colleagues are told.
#[derive(Debug)]
pub struct Watch {
    watchers: Watchers,
    chat: Chat,
    workspace: WorkspaceId,
    conversation: ConversationId,
    watcher: Watcher,
}

impl Watchers {
    /// Somebody opens a conversation.
    #[must_use]
    pub fn watch(&self, chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, agent: AgentId, name: &str) -> Watch {
        let ticket = self.last.fetch_add(1, Ordering::Relaxed);
        let watcher = Watcher { ticket, agent, name: name.to_owned() };
        self.looking.lock().here.entry(conversation).or_default().push(watcher.clone());
        let watch = Watch { watchers: self.clone(), chat: chat.clone(), workspace, conversation, watcher };
        watch.tell(Watching::Began);
        watch
    }

    /// What the bus says of somebody; returns whether that is new.
    pub fn heard(&self, conversation: ConversationId, agent: AgentId, name: &str, state: Watching, now: i64) -> bool {
        let mut looking = self.looking.lock();
        looking.heard.retain(|_, there| {
            there.retain(|_, heard| heard.until > now);
            !there.is_empty()
        });
        let there = looking.heard.entry(conversation).or_default();
        match state {
            Watching::Ended => there.remove(&agent).is_some(),
            Watching::Began | Watching::Still => there.insert(agent, Heard { name: name.to_owned(), until: now + SILENT_MS }).is_none(),
        }
    }

    /// Names of the others who look at it, each once.
    #[must_use]
    pub fn others(&self, conversation: ConversationId, me: AgentId, now: i64) -> Vec<String> {
        let looking = self.looking.lock();
        let here = looking.here.get(&conversation).into_iter().flatten().map(|watcher| (watcher.agent, &watcher.name));
        let heard = looking.heard.get(&conversation).into_iter().flatten();
        let heard = heard.filter(|(_, heard)| heard.until > now).map(|(agent, heard)| (*agent, &heard.name));
        let names: BTreeSet<&String> = here.chain(heard).filter(|(agent, _)| *agent != me).map(|(_, name)| name).collect();
        names.into_iter().cloned().collect()
    }
}

impl Watch {
    /// Tells colleagues.
    pub fn tell(&self, state: Watching) {
        let (workspace, conversation) = (self.workspace, self.conversation);
        let news = News::Watching { workspace, conversation, agent: self.watcher.agent, name: self.watcher.name.clone(), state };
        self.chat.bus().publish(Topic::Conversation(workspace, conversation), news);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut looking = self.watchers.looking.lock();
        let here = looking.here.entry(self.conversation).or_default();
        here.retain(|watcher| watcher.ticket != self.watcher.ticket);
        let elsewhere = here.iter().any(|watcher| watcher.agent == self.watcher.agent);
        if here.is_empty() {
            looking.here.remove(&self.conversation);
        }
        // Nobody here may be left to hear it.
        if !elsewhere && let Some(heard) = looking.heard.get_mut(&self.conversation) {
            heard.remove(&self.watcher.agent);
        }
        drop(looking);
        self.tell(if elsewhere { Watching::Still } else { Watching::Ended });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colleagues_elsewhere_are_forgotten_when_they_leave_or_fall_silent() {
        let watchers = Watchers::default();
        let id = || uuid::Uuid::now_v7();
        let (talk, ann, bob) = (ConversationId(id()), AgentId(id()), AgentId(id()));
        assert!(watchers.heard(talk, ann, "Ann", Watching::Began, 0));
        assert!(!watchers.heard(talk, ann, "Ann", Watching::Still, 10_000));
        assert_eq!(watchers.others(talk, bob, 50_000), ["Ann"]);
        assert!(watchers.others(talk, ann, 50_000).is_empty());
        assert!(watchers.others(talk, bob, 55_000).is_empty(), "silent for too long");
        assert!(watchers.heard(talk, ann, "Ann", Watching::Still, 60_000), "known anew");
        assert!(watchers.heard(talk, ann, "Ann", Watching::Ended, 61_000));
        assert!(watchers.others(talk, bob, 61_000).is_empty());
    }
}
