//! SQLite's write-ahead log is copied into the database beside the writer: no message waits for that.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sqlx::AnyPool;
use tokio::sync::watch;

/// The writer does it itself, in the middle of its work, only when the log has grown to 32 MiB in spite of it.
pub(super) const BY_THE_WRITER: &str = "wal_autocheckpoint = 8192";

const EVERY: Duration = Duration::from_millis(500);
/// A log of fewer bytes is left alone.
const WORTH: u64 = 2 * 1024 * 1024;

/// As long as this is held.
#[derive(Debug)]
pub(super) struct Tending(#[expect(dead_code, reason = "dropping it ends the task")] watch::Sender<()>);

/// Starts it.
pub(super) fn tend(address: &str, pool: AnyPool) -> Tending {
    let (held, mut released) = watch::channel(());
    let log = log_of(address);
    tokio::spawn(async move {
        let mut copied = None;
        loop {
            tokio::select! {
                _ = released.changed() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let now = state(&log).await.filter(|(length, _)| *length >= WORTH);
            if now.is_none() || now == copied || pool.is_closed() {
                continue;
            }
            match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&pool).await {
                Ok(_) => copied = now,
                Err(error) => tracing::debug!(%error, "the log could not be copied into the record; the writer will do it"),
            }
        }
    });
    Tending(held)
}

/// Its length and when it was last written to.
async fn state(log: &Path) -> Option<(u64, SystemTime)> {
    let found = tokio::fs::metadata(log).await.ok()?;
    Some((found.len(), found.modified().ok()?))
}

fn log_of(address: &str) -> PathBuf {
    let path = address.trim_start_matches("sqlite:").trim_start_matches("//");
    PathBuf::from(format!("{}-wal", path.split('?').next().unwrap_or_default()))
}
