//! What tickets tell of a conversation is told anew when words in it are not said any more.

use chat::{ConversationId, WorkspaceId};

use crate::{Desk, Result, change::Change, ticket};

/// Tickets of a conversation that are looked at.
const LOOK: i64 = 100;

impl Desk {
    /// Lets `tell` say subject and packet of every ticket of the conversation anew. Whoever works on one is not disturbed.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn retell(&self, workspace: WorkspaceId, id: ConversationId, tell: impl Fn(&mut String, &mut ticket::Packet)) -> Result<()> {
        let mut change = Change::begin(self, workspace, id).await?;
        let mut changed = false;
        for before in ticket::all_in_tx(&mut change.tx, workspace, id, LOOK).await? {
            let mut after = before.clone();
            tell(&mut after.subject, &mut after.packet);
            if before != after {
                ticket::retell(&mut change.tx, workspace, &after).await?;
                changed = true;
            }
        }
        if changed {
            change.finish().await?;
        }
        Ok(())
    }
}
