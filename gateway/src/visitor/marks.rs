//! How far devices have come: noted for many of them at once, since each message delivered is no reason for a commit of its own.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chat::{
    ConversationId, DeviceId, Store,
    cursor::{self, Delivered},
};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_millis(200);
/// Marks of one statement: messages wait for it.
const GROUP: usize = 256;

/// What waits to be noted; cheap to clone. A crash may lose a moment of it: marks say what need not be sent again.
#[derive(Clone, Default)]
pub(crate) struct Marks(Arc<Mutex<HashMap<(ConversationId, DeviceId), Delivered>>>);

impl Marks {
    /// This device has everything up to there.
    pub(crate) fn note(&self, mark: Delivered) {
        let mut waiting = self.0.lock();
        let known = waiting.entry((mark.conversation, mark.device)).or_insert_with(|| mark.clone());
        if known.seq < mark.seq {
            *known = mark;
        }
    }

    /// Writes them down several times a second, until cancelled.
    pub(crate) async fn run(&self, store: &Store, cancel: &CancellationToken) {
        while cancel.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
            self.write(store).await;
        }
    }

    pub(crate) async fn write(&self, store: &Store) {
        let waiting: Vec<Delivered> = std::mem::take(&mut *self.0.lock()).into_values().collect();
        for group in waiting.chunks(GROUP) {
            if let Err(error) = cursor::delivered(store, group).await {
                tracing::warn!(devices.count = group.len(), %error, "it could not be noted how far some devices have come");
            }
        }
    }
}
