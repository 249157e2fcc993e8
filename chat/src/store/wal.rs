//! SQLite's write-ahead log is copied into the database beside the writer: messages hardly wait for that.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sqlx::{AnyPool, Row};
use tokio::sync::watch;

/// The writer does it itself, in the middle of its work, only when the log has grown to 256 MiB in spite of it.
pub(super) const BY_THE_WRITER: &str = "wal_autocheckpoint = 65536";

/// Seldom: a page that was written a hundred times meanwhile is copied once, and whoever copies takes time on a processor.
const EVERY: Duration = Duration::from_secs(2);
/// A log of fewer bytes is left alone.
const WORTH: u64 = 2 * 1024 * 1024;
/// Pages that are much, and pages the writer may be made to wait for.
const MUCH: i64 = 512;
const FEW: i64 = 64;
/// The writer goes on writing: how often what it wrote meanwhile is copied beside it.
const ROUNDS: u32 = 4;

/// As long as this is held.
#[derive(Debug)]
pub(super) struct Tending(#[expect(dead_code, reason = "dropping it ends the task")] watch::Sender<()>);

/// Starts it.
pub(super) fn tend(address: &str, (read, write): (AnyPool, AnyPool)) -> Tending {
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
            if now.is_none() || now == copied || read.is_closed() {
                continue;
            }
            match copy(&read, &write).await {
                Ok(()) => copied = now,
                Err(error) => tracing::debug!(%error, "the log could not be copied into the record; the writer will do it"),
            }
        }
    });
    Tending(held)
}

/// Copies the log. It begins anew only when nothing of it is left to copy, which a writer that never rests
/// does not let happen beside it: the last few pages are copied in its own turn.
async fn copy(read: &AnyPool, write: &AnyPool) -> sqlx::Result<()> {
    let (mut pages, mut copied) = checkpoint(read).await?;
    for _ in 1..ROUNDS {
        let before = pages;
        (pages, copied) = checkpoint(read).await?;
        if pages - before <= FEW {
            break;
        }
    }
    if pages >= MUCH && copied >= pages {
        checkpoint(write).await?;
    }
    Ok(())
}

/// Pages in the log, and pages of it that are in the database now. A reader of an older state keeps some back.
async fn checkpoint(pool: &AnyPool) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await?;
    Ok((row.try_get(1)?, row.try_get(2)?))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Engine;

    #[tokio::test]
    async fn the_log_begins_anew_under_a_writer_that_does_not_rest() {
        let fresh = Engine::Sqlite.fresh().await.unwrap();
        let (read, write) = (fresh.chat.store().read().pool(), fresh.chat.store().write().pool());
        let scribble = async || {
            let sql = "INSERT INTO setting (workspace_id, name, value, updated_at) VALUES ($1, $2, $3, 0)";
            let row = sqlx::query(sql).bind(fresh.workspace.text()).bind(uuid::Uuid::new_v4().to_string()).bind("x".repeat(8_000));
            row.execute(write).await.unwrap();
        };
        for _ in 0..MUCH {
            scribble().await;
        }
        let writer = async {
            loop {
                scribble().await;
            }
        };
        // Every row above is more than one page. Where others take the processors, one time may not catch up with the writer.
        let anew = async {
            loop {
                copy(read, write).await.unwrap();
                let (pages, _) = checkpoint(read).await.unwrap();
                if pages < MUCH {
                    break;
                }
            }
        };
        tokio::select! {
            () = writer => {}
            done = tokio::time::timeout(Duration::from_secs(20), anew) => done.expect("the log only grows"),
        }
    }
}
