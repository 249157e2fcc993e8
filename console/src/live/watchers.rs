//! Who looks at which conversation now: so that two people do not answer at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use chat::{AgentId, Chat, ConversationId, News, Topic, WorkspaceId};

type Looking = HashMap<ConversationId, Vec<Watcher>>;

#[derive(Clone, Debug)]
struct Watcher {
    ticket: u64,
    agent: AgentId,
    name: String,
}

/// Everybody who has a conversation open in this process.
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
    ticket: u64,
}

impl Watchers {
    /// Somebody opens a conversation.
    #[must_use]
    pub fn watch(&self, chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, agent: AgentId, name: &str) -> Watch {
        let ticket = self.last.fetch_add(1, Ordering::Relaxed);
        let watcher = Watcher { ticket, agent, name: name.to_owned() };
        self.looking.lock().entry(conversation).or_default().push(watcher);
        let watch = Watch { watchers: self.clone(), chat: chat.clone(), workspace, conversation, ticket };
        watch.tell();
        watch
    }

    /// Names of the others who look at it, each once.
    #[must_use]
    pub fn others(&self, conversation: ConversationId, me: AgentId) -> Vec<String> {
        let looking = self.looking.lock();
        let mut names: Vec<String> = looking
            .get(&conversation)
            .into_iter()
            .flatten()
            .filter(|watcher| watcher.agent != me)
            .map(|watcher| watcher.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Watch {
    fn tell(&self) {
        let news = News::Conversation { workspace: self.workspace, conversation: self.conversation };
        self.chat.bus().publish(Topic::Workspace(self.workspace), news);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut looking = self.watchers.looking.lock();
        if let Some(watchers) = looking.get_mut(&self.conversation) {
            watchers.retain(|watcher| watcher.ticket != self.ticket);
            if watchers.is_empty() {
                looking.remove(&self.conversation);
            }
        }
        drop(looking);
        self.tell();
    }
}
