//! The handle.

use chat::{AgentId, Chat, ConversationId, News, TeamId, Topic, WorkspaceId};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::sync::Notify;

use crate::{
    Config,
    place::{Pace, Place},
};

/// The desk: tickets, queue, routing, and what agents do with a conversation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    chat: Chat,
    memory: Mutex<Memory>,
    moved: Notify,
}

/// What may be forgotten at any moment: it only saves work and news.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Workspaces whose queue has moved since places were last told.
    pub(crate) moved: HashSet<WorkspaceId>,
    /// The places visitors were last told.
    pub(crate) places: HashMap<WorkspaceId, HashMap<ConversationId, Place>>,
    /// A long queue as it was read a moment ago, and when (unix ms).
    pub(crate) lines: HashMap<WorkspaceId, (i64, HashMap<ConversationId, Place>)>,
    /// Who was online at the last sweep.
    pub(crate) online: HashSet<(WorkspaceId, AgentId)>,
    /// How fast the queue moves, and when that was measured (unix ms).
    pub(crate) paces: HashMap<(WorkspaceId, Option<TeamId>), (i64, Pace)>,
    /// When somebody's writing was last noted, unix ms.
    pub(crate) touched: HashMap<(ConversationId, AgentId), i64>,
}

impl Desk {
    /// A desk over the record. [`Desk::run`] must run in one process at least.
    #[must_use]
    pub fn new(config: Config, chat: Chat) -> Self {
        Self { inner: Arc::new(Inner { config, chat, memory: Mutex::default(), moved: Notify::new() }) }
    }

    /// Its section of the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The record.
    pub(crate) fn chat(&self) -> &Chat {
        &self.inner.chat
    }

    pub(crate) fn memory<T>(&self, with: impl FnOnce(&mut Memory) -> T) -> T {
        with(&mut self.inner.memory.lock())
    }

    /// The queue of a workspace moved: staff are told at once, visitors when their place has changed.
    pub(crate) fn queue_moved(&self, workspace: WorkspaceId) {
        self.chat().bus().publish(Topic::Workspace(workspace), News::Queue { workspace });
        self.memory(|memory| {
            memory.moved.insert(workspace);
            memory.paces.retain(|(paced, _), _| *paced != workspace);
        });
        self.inner.moved.notify_one();
    }

    pub(crate) async fn queue_has_moved(&self) {
        self.inner.moved.notified().await;
    }
}
