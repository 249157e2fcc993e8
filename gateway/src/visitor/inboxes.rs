//! The inboxes that visitors come by, kept at hand.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chat::{InboxId, Store, inbox::Inbox};
use dashmap::DashMap;

/// How long an inbox is believed when no news of it came, in ms.
const KEPT_MS: i64 = 10_000;

/// Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Inboxes {
    kept: Arc<DashMap<InboxId, (Arc<Inbox>, i64)>>,
    /// Raised by every change: what was read before it is not kept after it.
    changes: Arc<AtomicU64>,
}

impl Inboxes {
    /// # Errors
    /// [`chat::Error::NotFound`], or the record's.
    pub(crate) async fn get(&self, store: &Store, id: InboxId, now: i64) -> chat::Result<Arc<Inbox>> {
        if let Some(kept) = self.kept.get(&id).filter(|kept| kept.1 > now) {
            return Ok(kept.0.clone());
        }
        let changes = self.changes.load(Ordering::Acquire);
        let inbox = Arc::new(chat::inbox::of_visitor(store, id).await?);
        if changes == self.changes.load(Ordering::Acquire) {
            self.kept.insert(id, (inbox.clone(), now + KEPT_MS));
        }
        Ok(inbox)
    }

    /// Some inbox changed, or may have.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.kept.clear();
    }
}
