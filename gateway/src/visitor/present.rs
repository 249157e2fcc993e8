//! That a tab is open, told to a bot that asked; and told again, unasked, when it no longer is.

use chat::{Chat, ConversationId, News, Topic, WorkspaceId};

/// A tab that was asked for: when this ends, the tab has been closed.
pub(super) struct Present {
    chat: Chat,
    workspace: WorkspaceId,
    conversation: ConversationId,
}

impl Present {
    pub(super) fn new(chat: Chat, workspace: WorkspaceId, conversation: ConversationId) -> Self {
        Self { chat, workspace, conversation }
    }

    pub(super) fn is_of(&self, conversation: ConversationId) -> bool {
        self.conversation == conversation
    }

    pub(super) fn answer(&self) {
        self.chat.bus().publish(Topic::Bot, News::Here { workspace: self.workspace, conversation: self.conversation });
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.chat.bus().publish(Topic::Bot, News::Gone { workspace: self.workspace, conversation: self.conversation });
    }
}
