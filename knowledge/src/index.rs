//! The search index: a cache of the record's passages, one folder a workspace or one collection on a Qdrant server, rebuilt
//! whenever it cannot be trusted.

mod embedded;
mod engine;
mod keep;
mod point;
mod recipe;
mod remote;
mod server;
mod shard;
mod share;
mod stats;
mod weights;
mod writer;

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
};

use chat::WorkspaceId;
use parking_lot::{Mutex, RwLock};
use tempfile::TempDir;

pub(crate) use point::{Scope, Scored};
pub(crate) use recipe::Recipe;
use server::Collection;
pub(crate) use server::Server;
pub(crate) use shard::Shard;
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
    server: Option<Arc<Server>>,
}

/// One process owns the folder; another makes an index of its own, and throws it away. A server is everybody's.
enum Ground {
    Own { _lock: File },
    Borrowed { folder: Arc<TempDir> },
    Shared,
}

/// One workspace's index.
pub(crate) struct Slot {
    /// Searches read, changes write; both block.
    pub shard: RwLock<Option<Shard>>,
    /// Only one task brings it in step at a time.
    pub keeping: tokio::sync::Mutex<()>,
    /// What is open of a server.
    collection: Mutex<Option<Collection>>,
    /// The revision that is whole on a server while nothing is open here; −1 when it is not known.
    sealed: AtomicI64,
    /// It is to be looked whether it is still there.
    doubted: AtomicBool,
    // After the shard: an engine that is dropped flushes into its folder, so a folder that is thrown away must outlive it,
    // even when everything else is gone.
    _folder: Option<Arc<TempDir>>,
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            shard: RwLock::default(),
            keeping: tokio::sync::Mutex::default(),
            collection: Mutex::default(),
            sealed: AtomicI64::new(-1),
            doubted: AtomicBool::default(),
            _folder: None,
        }
    }
}

impl Index {
    /// Takes the folder if no other process has it.
    pub(crate) fn open(home: &Path) -> Result<Self> {
        fs::create_dir_all(home)?;
        let ground = match lock(home)? {
            Some(lock) => Ground::Own { _lock: lock },
            None => Ground::Borrowed { folder: Arc::new(tempfile::tempdir()?) },
        };
        Ok(Self { home: home.to_owned(), ground: Mutex::new(ground), slots: Mutex::default(), server: None })
    }

    /// On a server that all nodes share.
    pub(crate) fn shared(server: Server) -> Self {
        let (ground, server) = (Mutex::new(Ground::Shared), Some(Arc::new(server)));
        Self { home: PathBuf::new(), ground, slots: Mutex::default(), server }
    }

    /// The server, if that is where the index is.
    pub(crate) fn server(&self) -> Option<&Arc<Server>> {
        self.server.as_ref()
    }

    /// An index in a folder of its own that goes with it.
    pub(crate) fn throwaway() -> Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        Ok(Self { home: folder.path().to_owned(), ground: Mutex::new(Ground::Borrowed { folder }), slots: Mutex::default(), server: None })
    }

    /// Whether what is built here stays.
    pub(crate) fn is_own(&self) -> bool {
        !matches!(*self.ground.lock(), Ground::Borrowed { .. })
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
            Ground::Own { .. } | Ground::Shared => None,
            Ground::Borrowed { folder } => Some(folder.clone()),
        };
        Slot { _folder: folder, ..Slot::default() }
    }

    /// The revision the workspace's index is in step with, without opening it.
    pub(crate) fn revision(&self, workspace: WorkspaceId) -> Option<i64> {
        let slot = self.slot(workspace);
        let open = slot.shard.try_read().and_then(|shard| shard.as_ref().map(|shard| shard.revision));
        let sealed = Some(slot.sealed.load(SeqCst)).filter(|revision| *revision >= 0);
        open.or(sealed).or_else(|| self.folders(workspace).iter().rev().find_map(|folder| embedded::sealed_revision(folder)))
    }

    /// Whether the workspace's index has all of a revision, as far as is known.
    pub(crate) fn is_in_step(&self, workspace: WorkspaceId, revision: i64) -> bool {
        !self.slot(workspace).doubted.load(SeqCst) && self.revision(workspace) == Some(revision)
    }

    /// Lets everything be looked at again.
    pub(crate) fn doubt(&self) {
        for slot in self.slots.lock().values() {
            slot.doubted.store(true, SeqCst);
        }
    }

    /// Generations of the workspace's index, oldest first.
    pub(crate) fn folders(&self, workspace: WorkspaceId) -> Vec<PathBuf> {
        if self.server.is_some() {
            return Vec::new();
        }
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
            Ground::Own { .. } | Ground::Shared => self.home.join(workspace.text()),
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
