//! Who was here: noted for many visitors at once, since each reconnecting is no reason for a commit of its own.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chat::{
    Store, VisitorId, WorkspaceId,
    visitor::{self, Seen},
};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);
/// Visitors of one statement: messages wait for it.
const GROUP: usize = 256;

/// What waits to be noted; cheap to clone. A crash may lose a second of it.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Arc<Mutex<HashMap<VisitorId, Seen>>>);

impl Arrivals {
    pub(crate) fn note(&self, workspace: WorkspaceId, visitor: VisitorId, locale: &str, at: i64) {
        self.0.lock().insert(visitor, Seen { workspace, visitor, locale: locale.to_owned(), at });
    }

    /// Writes them down once a second, and runs `sweep` once a minute, until cancelled.
    pub(crate) async fn run(&self, store: &Store, cancel: &CancellationToken, mut sweep: impl FnMut()) {
        for second in 1u64.. {
            if cancel.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
                return;
            }
            self.write(store).await;
            if second % 60 == 0 {
                sweep();
            }
        }
    }

    pub(crate) async fn write(&self, store: &Store) {
        let waiting: Vec<Seen> = std::mem::take(&mut *self.0.lock()).into_values().collect();
        for group in waiting.chunks(GROUP) {
            if let Err(error) = visitor::seen(store, group).await {
                tracing::warn!(visitors.count = group.len(), %error, "it could not be noted which visitors were here");
            }
        }
    }
}
