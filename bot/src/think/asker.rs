//! Who asks, and which libraries are looked into for them.

use chat::{Chat, InboxId, LibraryId, WorkspaceId, inbox};
use knowledge::Reader;

use crate::{Result, verdict::Signals};

/// Who asks, and where is looked: anybody, in all that is for everybody, unless it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// Who.
    pub reader: Reader,
    /// The libraries that are looked into; `None`: all.
    pub libraries: Option<Vec<LibraryId>>,
}

impl Asker {
    /// Anybody who writes from an inbox; from an inbox that is gone nothing is known.
    pub(crate) async fn of_inbox(chat: &Chat, workspace: WorkspaceId, inbox: InboxId) -> Result<Self> {
        let libraries = match inbox::libraries_of(chat.store(), workspace, inbox).await {
            Err(chat::Error::NotFound) => Some(Vec::new()),
            found => found?,
        };
        Ok(Self { libraries, ..Self::default() })
    }

    /// The same of whom this was measured.
    pub(crate) fn proven_by(self, signals: &Signals) -> Self {
        let known = signals.attributes.clone();
        Self { reader: if known.is_empty() { Reader::Anyone } else { Reader::Proven(known) }, ..self }
    }
}
