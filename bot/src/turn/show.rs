//! What visitor and staff see while a turn runs: that the bot types, and the words of its answer.

use chat::{Author, Chat, ConversationId, News, Topic, TurnId, VisitorId, WorkspaceId, conversation::Conversation};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::time::Instant;

use crate::think::Shown;

/// The stage of a turn.
pub(super) struct Stage {
    chat: Chat,
    workspace: WorkspaceId,
    visitor: VisitorId,
    conversation: ConversationId,
    turn: TurnId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Pieces of the draft so far.
    pieces: u32,
    opened: Option<Instant>,
    /// The name under which it types.
    typing: Option<String>,
}

impl Stage {
    pub(super) fn new(chat: Chat, conversation: &Conversation, turn: TurnId) -> Self {
        let (workspace, visitor) = (conversation.workspace, conversation.visitor);
        Self { chat, workspace, visitor, conversation: conversation.id, turn, state: Mutex::default() }
    }

    /// Who is spoken to.
    pub(super) fn visitor(&self) -> VisitorId {
        self.visitor
    }

    fn publish(&self, news: News) {
        let news = Arc::new(news);
        self.chat.bus().publish_shared(Topic::Visitor(self.workspace, self.visitor), news.clone());
        self.chat.bus().publish_shared(Topic::Conversation(self.workspace, self.conversation), news);
    }

    fn types(&self, name: String, on: bool) {
        self.publish(News::Typing { workspace: self.workspace, conversation: self.conversation, author: Author::Bot, name, on });
    }

    /// The bot types.
    pub(super) fn typing(&self, name: &str) {
        self.state.lock().typing = Some(name.to_owned());
        self.types(name.to_owned(), true);
    }

    /// The next words, or none after all.
    pub(super) fn show(&self, shown: Shown) {
        match shown {
            Shown::Words(text) => {
                let n = {
                    let mut state = self.state.lock();
                    state.opened.get_or_insert_with(Instant::now);
                    state.pieces += 1;
                    state.pieces - 1
                };
                self.publish(News::Draft { workspace: self.workspace, conversation: self.conversation, turn: self.turn, n, text });
            }
            Shown::GivenUp => self.end_draft(),
        }
    }

    /// Whether words are to be seen.
    pub(super) fn is_open(&self) -> bool {
        self.state.lock().pieces > 0
    }

    /// How long after `then` the first word was shown.
    pub(super) fn opened_after(&self, then: Instant) -> Option<u64> {
        let opened = self.state.lock().opened?;
        Some(u64::try_from(opened.saturating_duration_since(then).as_millis()).unwrap_or(u64::MAX))
    }

    /// The message is there: it takes the draft's place.
    pub(super) fn said(&self) {
        self.state.lock().pieces = 0;
    }

    fn end_draft(&self) {
        if std::mem::take(&mut self.state.lock().pieces) > 0 {
            self.publish(News::DraftEnd { workspace: self.workspace, conversation: self.conversation, turn: self.turn });
        }
    }

    /// Nothing of the turn stays to be seen.
    pub(super) fn clear(&self) {
        self.end_draft();
        let typing = self.state.lock().typing.take();
        if let Some(name) = typing {
            self.types(name, false);
        }
    }
}

impl Drop for Stage {
    /// A turn that was dropped midway leaves nothing behind either.
    fn drop(&mut self) {
        self.clear();
    }
}
