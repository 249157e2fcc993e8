//! Keeps an index in step with the record: adds what is missing, removes what is gone, rebuilds what is worn or damaged.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use chat::{News, Topic, WorkspaceId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Counts, Recipe, Shard, Slot, blocking, point::Point, writer::Writer};
use crate::{Error, Knowledge, Result, passage, passage::Passage, revision};

/// Passages of one step; searches go on between steps.
const STEP: usize = 256;
/// Passages whose length stands for all, before the first index.
pub(super) const SAMPLE: usize = 1_000;
/// After so many changes the graph of vectors is worth building.
const MANY: usize = 5_000;
/// How often a server is asked whether it answers.
const PULSE: Duration = Duration::from_secs(10);
/// How often it is told which indexes are in use, and looked whether they are there.
const TENDING: Duration = Duration::from_secs(600);

/// What an index is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// To be there when somebody asks.
    Kept,
    /// To be searched now.
    Searched,
    /// To be built again, whatever there is.
    Anew,
}

/// What the next generation of an index is built from.
pub(super) struct Plan {
    pub revision: i64,
    pub ids: Vec<Uuid>,
    /// Words of a passage on average.
    pub average_length: f32,
}

impl Knowledge {
    /// Keeps all indexes in step until cancelled: at news, and by a sweep about every second that finds what news missed.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut news = self.chat().bus().subscribe(Topic::Bot);
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        let (mut pulse, mut tending) = (tokio::time::interval(PULSE), tokio::time::interval(TENDING));
        loop {
            let pause = Duration::from_millis(900 + self.chat().random().below(200));
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => self.sweep().await,
                _ = minute.tick() => crate::words::rest(),
                _ = pulse.tick() => self.feel().await,
                _ = tending.tick() => self.look_after().await,
                heard = news.next() => if let chat::Heard::News(news) = heard
                    && let News::Knowledge { workspace } = *news
                {
                    self.keep_quietly(workspace).await;
                },
            }
        }
    }

    /// Brings the workspace's index in step with the record now, however long it takes.
    ///
    /// # Errors
    /// [`Error::Index`] when the engine cannot be used; [`Error::Record`] when the record cannot be read.
    pub async fn ready(&self, workspace: WorkspaceId) -> Result<()> {
        self.keep(workspace, Need::Searched).await
    }

    /// Builds the workspace's index anew from the record; returns how many passages it holds.
    ///
    /// # Errors
    /// As [`Knowledge::ready`].
    pub async fn rebuild(&self, workspace: WorkspaceId) -> Result<usize> {
        self.keep(workspace, Need::Anew).await?;
        Ok(self.indexed(workspace))
    }

    async fn sweep(&self) {
        match self.index().try_own() {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the index folder cannot be locked"),
        }
        match revision::all(self.chat().store()).await {
            Ok(all) => {
                for (workspace, revision) in all {
                    if !self.index().is_in_step(workspace, revision) || self.owes_vectors(workspace) {
                        self.keep_quietly(workspace).await;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the revisions of knowledge cannot be read"),
        }
    }

    async fn keep_quietly(&self, workspace: WorkspaceId) {
        let Err(error) = self.keep(workspace, Need::Kept).await else { return };
        // A server that is away was told of once.
        if self.index().server().is_none_or(|server| server.trouble().is_none()) {
            tracing::warn!(workspace.id = %workspace, %error, "the index could not be brought in step; it is tried again");
        }
    }

    /// Whether passages wait for a vector that the model may give by now.
    pub(super) fn owes_vectors(&self, workspace: WorkspaceId) -> bool {
        let slot = self.index().slot(workspace);
        self.embedder().is_some_and(|embedder| embedder.may_try())
            && slot.shard.try_read().is_some_and(|shard| shard.as_ref().is_some_and(Shard::waits))
    }

    /// Whether the server answers, so that it is known before somebody asks.
    async fn feel(&self) {
        let Some(server) = self.index().server() else { return };
        let was_away = server.trouble().is_some();
        if server.version().await.is_ok() && was_away {
            // Whoever comes back may have come back empty.
            self.index().doubt();
        }
    }

    async fn look_after(&self) {
        let Some(server) = self.index().server() else { return };
        if let Err(error) = self.tend(server).await
            && server.trouble().is_none()
        {
            tracing::warn!(%error, "the indexes on the server could not be looked after; it is tried again in ten minutes");
        }
        self.index().doubt();
    }

    async fn keep(&self, workspace: WorkspaceId, need: Need) -> Result<()> {
        let slot = self.index().slot(workspace);
        let _keeping = slot.keeping.lock().await;
        if let Some(server) = self.index().server() {
            self.keep_shared(server, workspace, &slot, need).await?;
            slot.doubted.store(false, SeqCst);
            return Ok(());
        }
        let anew = need == Need::Anew;
        let recipe = Recipe::new(self.model().await);
        if !anew {
            self.open_index(workspace, &slot, &recipe).await?;
        }
        let fits = slot.shard.read().as_ref().is_some_and(|shard| shard.fits(&recipe));
        let kept = if anew || !fits { self.build(workspace, &slot, recipe).await } else { self.follow(workspace, &slot, recipe).await };
        if kept.is_err() {
            // Whatever state the engine is in: the record has everything.
            let slot = slot.clone();
            let dropped = blocking(move || {
                slot.shard.write().take();
                Ok(())
            });
            drop(dropped.await);
        }
        kept
    }

    async fn open_index(&self, workspace: WorkspaceId, slot: &Arc<Slot>, recipe: &Recipe) -> Result<()> {
        if slot.shard.read().is_some() {
            return Ok(());
        }
        let (folders, slot, recipe) = (self.index().folders(workspace), slot.clone(), recipe.clone());
        let opened = blocking(move || {
            *slot.shard.write() = folders.iter().rev().find_map(|folder| Shard::open(folder, &recipe));
            Ok(())
        });
        // One that makes the engine panic is rebuilt like one that is missing.
        opened.await.or(Ok(()))
    }

    /// Adds and removes what has changed since.
    async fn follow(&self, workspace: WorkspaceId, slot: &Arc<Slot>, recipe: Recipe) -> Result<()> {
        let revision = revision::now(self.chat().store(), workspace).await?;
        let owes = self.owes_vectors(workspace);
        if !owes && slot.shard.read().as_ref().is_some_and(|shard| shard.revision == revision) {
            return Ok(());
        }
        let wanted = passage::ids(self.chat().store(), workspace).await?;
        let at = slot.clone();
        let (missing, removed, all) = blocking(move || {
            let mut shard = at.shard.write();
            let shard = shard.as_mut().ok_or_else(closed)?;
            let (stale, mut missing) = shard.difference(&wanted);
            if !stale.is_empty() {
                shard.remove(&stale)?;
            }
            if owes {
                missing.extend(shard.pending());
            }
            Ok((missing, stale.len(), wanted.len()))
        })
        .await?;
        // Most of it is new: weights made for what was there would be wrong.
        if missing.len() * 2 > all && missing.len() > SAMPLE {
            return self.build(workspace, slot, recipe).await;
        }
        self.add(workspace, slot, &missing, None).await?;
        let (at, many) = (slot.clone(), missing.len() + removed > MANY);
        let worn = blocking(move || seal(&at, revision, many)).await?;
        if worn { self.build(workspace, slot, recipe).await } else { Ok(()) }
    }

    /// Builds the next generation beside the one in use, and puts it in its place.
    async fn build(&self, workspace: WorkspaceId, slot: &Arc<Slot>, recipe: Recipe) -> Result<()> {
        let started = std::time::Instant::now();
        let plan = self.plan(workspace).await?;
        let (old, folder) = (self.index().folders(workspace), self.index().next_folder(workspace));
        let fresh = Arc::new(self.index().empty_slot());
        let (at, average_length) = (fresh.clone(), plan.average_length);
        blocking(move || {
            *at.shard.write() = Some(Shard::create(&folder, recipe, average_length)?);
            Ok(())
        })
        .await?;
        self.add(workspace, &fresh, &plan.ids, None).await?;
        let at = slot.clone();
        blocking(move || {
            seal(&fresh, plan.revision, true)?;
            let before = std::mem::replace(&mut *at.shard.write(), fresh.shard.write().take());
            drop(before);
            for folder in old {
                std::fs::remove_dir_all(folder)?;
            }
            Ok(())
        })
        .await?;
        tracing::info!(workspace.id = %workspace, index.passages = plan.ids.len(), index.ms = started.elapsed().as_millis() as u64, "the index was built");
        Ok(())
    }

    /// What there is to build from, and how long its passages are.
    pub(super) async fn plan(&self, workspace: WorkspaceId) -> Result<Plan> {
        let store = self.chat().store();
        let revision = revision::now(store, workspace).await?;
        let ids: Vec<Uuid> = passage::ids(store, workspace).await?.into_keys().collect();
        let sample: Vec<Uuid> = ids.iter().step_by((ids.len() / SAMPLE).max(1)).take(SAMPLE).copied().collect();
        let sample = passage::some(store, workspace, &sample).await?;
        let average_length = blocking(move || {
            let words: u32 = sample.values().map(|passage| Counts::of_passage(passage).length).sum();
            Ok(words as f32 / sample.len().max(1) as f32)
        })
        .await?;
        Ok(Plan { revision, ids, average_length })
    }

    /// Puts passages into the index; `writer` is the right to, where others have it too.
    pub(super) async fn add(&self, workspace: WorkspaceId, slot: &Arc<Slot>, ids: &[Uuid], writer: Option<&Writer>) -> Result<()> {
        for step in ids.chunks(STEP) {
            writer.map_or(Ok(()), Writer::check)?;
            let passages = passage::some(self.chat().store(), workspace, step).await?;
            let passages: Vec<Passage> = passages.into_values().collect();
            let meanings = match self.embedder() {
                Some(embedder) => embedder.passages(&passages).await,
                None => passages.iter().map(|_| (None, false)).collect(),
            };
            let slot = slot.clone();
            blocking(move || {
                let points: Vec<Point> =
                    passages.iter().zip(meanings).map(|(passage, (meaning, pending))| point(passage, meaning, pending)).collect();
                slot.shard.write().as_mut().ok_or_else(closed)?.put(&points)
            })
            .await?;
        }
        Ok(())
    }
}

/// Writes everything to disk; says whether the index must be built anew.
fn seal(slot: &Slot, revision: i64, many: bool) -> Result<bool> {
    let mut shard = slot.shard.write();
    let shard = shard.as_mut().ok_or_else(closed)?;
    if many && shard.has_vectors() {
        shard.optimize()?;
    }
    shard.seal(revision)?;
    Ok(shard.is_worn())
}

fn point(passage: &Passage, meaning: Option<Vec<f32>>, pending: bool) -> Point {
    Point {
        id: passage.id.0,
        document: passage.document.0,
        library: passage.library,
        audience: passage.audience.clone(),
        span: passage.span,
        kind: passage.kind,
        counts: Counts::of_passage(passage),
        meaning,
        pending,
    }
}

pub(super) fn closed() -> Error {
    Error::Index("it was closed while it was brought in step".into())
}
