//! Ids: UUIDv7, one type a noun, text in the store. An id authorises nothing.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// As the store keeps it: hyphenated, lower case.
            pub fn text(&self) -> String {
                self.0.to_string()
            }

            /// `None` when `text` is no UUID.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

id! {
    /// The tenant; nothing crosses it.
    WorkspaceId,
    /// An entry of visitors.
    InboxId,
    /// A visitor of a website.
    VisitorId,
    /// A member of the staff.
    AgentId,
    /// A group of agents.
    TeamId,
    /// A conversation; made by the visitor's client.
    ConversationId,
    /// The sender's own id of a message: a retry has the same.
    ClientId,
    /// One browser tab or app of a reader.
    DeviceId,
    /// Work for people.
    TicketId,
    /// A canned reply.
    CannedId,
    /// A shelf of sources.
    LibraryId,
    /// Where documents come from.
    SourceId,
    /// One document of a source.
    DocumentId,
    /// What is found and cited.
    PassageId,
    /// A shelf of help-center articles.
    CollectionId,
    /// A help-center article, in all its languages.
    ArticleId,
    /// A question knowledge could not answer.
    GapId,
    /// One attempt of the bot.
    TurnId,
    /// A visitor's answer to "how was it".
    CsatId,
    /// A program's key to a workspace.
    TokenId,
    /// A line of the audit log.
    AuditId,
    /// Knowledge, settings and models, frozen.
    ReleaseId,
    /// One item of the test set.
    CaseId,
    /// One process, from its start to its end.
    NodeId,
    /// Something the bot may do.
    ToolId,
    /// One call of it.
    ToolCallId,
}
