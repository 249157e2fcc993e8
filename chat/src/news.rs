//! The vocabulary of the house: every event that crosses the bus. News may be lost; the record may not.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AgentId, Author, ConversationId, Message, TurnId, VisitorId, WorkspaceId};

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The staff of a workspace: everything that happens in it.
    Workspace(WorkspaceId),
    /// One visitor: what they may see of their conversations.
    Visitor(WorkspaceId, VisitorId),
    /// The staff that has a conversation open: who types in it, who looks at it, the words of a draft. Nobody else hears these,
    /// or a thousand agents would be woken by each keystroke of ten thousand visitors.
    Conversation(WorkspaceId, ConversationId),
    /// Bots: turns that are due, speakers that changed, settings.
    Bot,
    /// Desks: what routing must look at.
    Desk,
}

impl Topic {
    /// As a channel's name between the nodes of one installation.
    pub fn channel(&self, installation: Uuid) -> String {
        let of = installation.simple();
        match self {
            Self::Workspace(workspace) => format!("warbler:{of}:workspace:{workspace}"),
            Self::Visitor(workspace, visitor) => format!("warbler:{of}:visitor:{workspace}:{visitor}"),
            Self::Conversation(workspace, conversation) => format!("warbler:{of}:conversation:{workspace}:{conversation}"),
            Self::Bot => format!("warbler:{of}:bot"),
            Self::Desk => format!("warbler:{of}:desk"),
        }
    }
}

/// Which side has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The visitor.
    Visitor,
    /// Anybody of the staff.
    Staff,
}

/// Whether somebody looks at a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watching {
    /// From now on.
    Began,
    /// As was told before; nobody may have heard it.
    Still,
    /// No longer.
    Ended,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub enum News {
    /// A message is in the record.
    Message { message: Arc<Message> },
    /// The bot's next words; never stored. `n` counts from 0.
    Draft { workspace: WorkspaceId, conversation: ConversationId, turn: TurnId, n: u32, text: String },
    /// A draft was given up.
    DraftEnd { workspace: WorkspaceId, conversation: ConversationId, turn: TurnId },
    /// Somebody types, or stopped.
    Typing { workspace: WorkspaceId, conversation: ConversationId, author: Author, name: String, on: bool },
    /// Somebody of the staff looks at a conversation. Told when it begins and ends, and again while it lasts.
    Watching { workspace: WorkspaceId, conversation: ConversationId, agent: AgentId, name: String, state: Watching },
    /// One side has read up to `seq`.
    Read { workspace: WorkspaceId, conversation: ConversationId, by: Side, seq: i64 },
    /// Speaker, ticket, queue place or visitor changed: read the conversation again.
    Conversation { workspace: WorkspaceId, conversation: ConversationId },
    /// The visitor waits for the bot.
    Due { workspace: WorkspaceId, conversation: ConversationId },
    /// Another may speak now; a turn of an older epoch must stop.
    SpeakerChanged { workspace: WorkspaceId, conversation: ConversationId, epoch: i64 },
    /// Is anybody there? Asked of the visitor's tabs while a turn runs.
    Anyone { workspace: WorkspaceId, conversation: ConversationId },
    /// A tab of the visitor is open: the answer to that.
    Here { workspace: WorkspaceId, conversation: ConversationId },
    /// A tab that answered has been closed; another may be open.
    Gone { workspace: WorkspaceId, conversation: ConversationId },
    /// The queue moved.
    Queue { workspace: WorkspaceId },
    /// Somebody of the staff came, left, or changed.
    Presence { workspace: WorkspaceId, agent: AgentId },
    /// A setting changed.
    Settings { workspace: WorkspaceId },
    /// Passages changed.
    Knowledge { workspace: WorkspaceId },
    /// The agent's sessions are closed: streams and sockets must end.
    Revoked { workspace: WorkspaceId, agent: AgentId },
}
