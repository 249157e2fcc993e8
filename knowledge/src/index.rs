//! The search index: a cache of the record's passages, one folder a workspace, rebuilt whenever it cannot be trusted.

mod keep;
mod shard;
mod stats;
mod weights;

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use chat::WorkspaceId;
use parking_lot::{Mutex, RwLock};
use tempfile::TempDir;

pub(crate) use shard::{Recipe, Scope, Scored, Shard};
pub(crate) use stats::Stats;
pub(crate) use weights::{Counts, dimension};

use crate::{Error, Result};

/// All indexes of this process.
pub(crate) struct Index {
    // Before the ground: an engine flushes into its folder when it is dropped.
    slots: Mutex<HashMap<WorkspaceId, Arc<Slot>>>,
    ground: Mutex<Ground>,
    /// Where indexes are kept between runs.
    home: PathBuf,
}

/// One process owns the folder; another makes an index of its own, and throws it away.
enum Ground {
    Own { _lock: File },
    Borrowed { folder: Arc<TempDir> },
}

/// One workspace's index.
#[derive(Default)]
pub(crate) struct Slot {
    /// Searches read, changes write; both block.
    pub shard: RwLock<Option<Shard>>,
    /// Only one task brings it in step at a time.
    pub keeping: tokio::sync::Mutex<()>,
    // After the shard: an engine that is dropped flushes into its folder, so a folder that is thrown away must outlive it,
    // even when everything else is gone.
    _folder: Option<Arc<TempDir>>,
}

impl Index {
    /// Takes the folder if no other process has it.
    pub(crate) fn open(home: &Path) -> Result<Self> {
        fs::create_dir_all(home)?;
        let ground = match lock(home)? {
            Some(lock) => Ground::Own { _lock: lock },
            None => Ground::Borrowed { folder: Arc::new(tempfile::tempdir()?) },
        };
        Ok(Self { home: home.to_owned(), ground: Mutex::new(ground), slots: Mutex::default() })
    }

    /// An index in a folder of its own that goes with it.
    pub(crate) fn throwaway() -> Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        Ok(Self { home: folder.path().to_owned(), ground: Mutex::new(Ground::Borrowed { folder }), slots: Mutex::default() })
    }

    /// Whether what is built here stays.
    pub(crate) fn is_own(&self) -> bool {
        matches!(*self.ground.lock(), Ground::Own { .. })
    }

    /// Takes the folder when the process that had it is gone. What was borrowed is thrown away.
    pub(crate) fn try_own(&self) -> Result<bool> {
        if self.is_own() {
            return Ok(true);
        }
        let Some(lock) = lock(&self.home)? else { return Ok(false) };
        let mut slots = self.slots.lock();
        slots.clear();
        *self.ground.lock() = Ground::Own { _lock: lock };
        Ok(true)
    }

    /// The workspace's index, open or not.
    pub(crate) fn slot(&self, workspace: WorkspaceId) -> Arc<Slot> {
        self.slots.lock().entry(workspace).or_insert_with(|| Arc::new(self.empty_slot())).clone()
    }

    /// Room for an index that is not in use yet.
    pub(crate) fn empty_slot(&self) -> Slot {
        let folder = match &*self.ground.lock() {
            Ground::Own { .. } => None,
            Ground::Borrowed { folder } => Some(folder.clone()),
        };
        Slot { _folder: folder, ..Slot::default() }
    }

    /// The revision the workspace's index is in step with, without opening it.
    pub(crate) fn revision(&self, workspace: WorkspaceId) -> Option<i64> {
        let slot = self.slot(workspace);
        let open = slot.shard.try_read().and_then(|shard| shard.as_ref().map(|shard| shard.revision));
        open.or_else(|| self.folders(workspace).iter().rev().find_map(|folder| shard::sealed_revision(folder)))
    }

    /// Generations of the workspace's index, oldest first.
    pub(crate) fn folders(&self, workspace: WorkspaceId) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.room(workspace)) else { return Vec::new() };
        let mut folders: Vec<(u64, PathBuf)> =
            entries.flatten().filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect();
        folders.sort();
        folders.into_iter().map(|(_, folder)| folder).collect()
    }

    /// Where the next generation is built, beside the one that is in use.
    pub(crate) fn next_folder(&self, workspace: WorkspaceId) -> PathBuf {
        let last = self.folders(workspace).last().and_then(|folder| folder.file_name()?.to_str()?.parse::<u64>().ok());
        self.room(workspace).join(last.map_or(1, |last| last + 1).to_string())
    }

    fn room(&self, workspace: WorkspaceId) -> PathBuf {
        match &*self.ground.lock() {
            Ground::Own { .. } => self.home.join(workspace.text()),
            Ground::Borrowed { folder } => folder.path().join(workspace.text()),
        }
    }
}

fn lock(home: &Path) -> Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(home.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Runs work on an index where it may block. A panic in the engine costs the index, not the process.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Index("the engine gave up".into())),
    }
}
