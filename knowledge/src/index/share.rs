//! Keeps an index on a server in step: one node at a time writes, the others read what it wrote.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use chat::WorkspaceId;

use super::{
    Recipe, Shard, Slot, blocking,
    keep::{Need, SAMPLE, closed},
    remote::Remote,
    server::{Collection, Server},
    writer::Writer,
};
use crate::{Knowledge, Result, passage, revision};

/// How long is waited before it is looked again whether another node is done.
const LOOK: Duration = Duration::from_millis(200);
/// A collection of another recipe that nobody used for so long is of an older version, in ms.
const FORGOTTEN: i64 = 3_600_000;

impl Knowledge {
    /// Brings the workspace's index on the server in step with the record, or waits until another node has.
    pub(super) async fn keep_shared(&self, server: &Arc<Server>, workspace: WorkspaceId, slot: &Arc<Slot>, need: Need) -> Result<()> {
        let (recipe, anew) = (Recipe::new(self.model().await), need == Need::Anew);
        if need == Need::Kept && slot.shard.read().is_none() {
            // Nobody searches here: it is not read for nothing.
            let revision = revision::now(self.chat().store(), workspace).await?;
            if server.current(workspace, &recipe).await?.is_some_and(|(_, seal)| seal.revision == revision) {
                slot.sealed.store(revision, SeqCst);
                return Ok(());
            }
        }
        loop {
            let revision = revision::now(self.chat().store(), workspace).await?;
            let sealed = self.follow_shared(server, workspace, slot, &recipe).await?;
            if !anew && sealed == Some(revision) && !self.owes_vectors(workspace) {
                return Ok(());
            }
            let Some(writer) = Writer::take(self.chat(), workspace, recipe.name()).await? else {
                tokio::time::sleep(LOOK).await;
                continue;
            };
            // What another node did between the look and the claim is not done again.
            let sealed = self.follow_shared(server, workspace, slot, &recipe).await?;
            if anew || sealed.is_none() {
                return self.build_shared(server, workspace, slot, recipe, &writer).await;
            }
            if sealed != Some(revision) || self.owes_vectors(workspace) {
                return self.write_shared(server, workspace, slot, recipe, &writer).await;
            }
        }
    }

    /// Opens what is whole on the server, or takes over what was changed there; the revision it is in step with, `None` without one.
    async fn follow_shared(&self, server: &Arc<Server>, workspace: WorkspaceId, slot: &Arc<Slot>, recipe: &Recipe) -> Result<Option<i64>> {
        let Some((collection, seal)) = server.current(workspace, recipe).await? else { return Ok(None) };
        let (server, at, here) = (server.clone(), slot.clone(), collection.clone());
        let open = *slot.collection.lock() == Some(collection) && slot.shard.read().is_some();
        if !open {
            return blocking(move || {
                let shard = Shard::of(Box::new(Remote::open(server, &here)), &seal)?;
                *at.shard.write() = Some(shard);
                *at.collection.lock() = Some(here);
                Ok(Some(seal.revision))
            })
            .await;
        }
        if slot.shard.read().as_ref().is_some_and(|shard| shard.revision == seal.revision) {
            return Ok(Some(seal.revision));
        }
        let wanted = passage::ids(self.chat().store(), workspace).await?;
        blocking(move || {
            let mut shard = at.shard.write();
            let shard = shard.as_mut().ok_or_else(closed)?;
            shard.adopt(&wanted, false)?;
            shard.revision = seal.revision;
            Ok(Some(seal.revision))
        })
        .await
    }

    /// Adds and removes what has changed since.
    async fn write_shared(
        &self,
        server: &Arc<Server>,
        workspace: WorkspaceId,
        slot: &Arc<Slot>,
        recipe: Recipe,
        writer: &Writer,
    ) -> Result<()> {
        let revision = revision::now(self.chat().store(), workspace).await?;
        let owes = self.owes_vectors(workspace);
        let wanted = passage::ids(self.chat().store(), workspace).await?;
        let (at, all) = (slot.clone(), wanted.len());
        let missing = blocking(move || {
            let mut shard = at.shard.write();
            let shard = shard.as_mut().ok_or_else(closed)?;
            // A writer that died may have left points that nobody knows of.
            shard.recount()?;
            let (mut stale, _) = shard.difference(&wanted);
            // What is wanted otherwise than it is, is replaced.
            stale.retain(|id| !wanted.contains_key(id));
            let missing = shard.adopt(&wanted, owes)?;
            if !stale.is_empty() {
                shard.purge(&stale)?;
            }
            Ok(missing)
        })
        .await?;
        if missing.len() * 2 > all && missing.len() > SAMPLE {
            return self.build_shared(server, workspace, slot, recipe, writer).await;
        }
        self.add(workspace, slot, &missing, Some(writer)).await?;
        let at = slot.clone();
        let worn = blocking(move || {
            let mut shard = at.shard.write();
            let shard = shard.as_mut().ok_or_else(closed)?;
            shard.seal(revision)?;
            Ok(shard.is_worn())
        })
        .await?;
        if worn { self.build_shared(server, workspace, slot, recipe, writer).await } else { Ok(()) }
    }

    /// Builds the next collection beside the one in use, and puts it in its place.
    async fn build_shared(
        &self,
        server: &Arc<Server>,
        workspace: WorkspaceId,
        slot: &Arc<Slot>,
        recipe: Recipe,
        writer: &Writer,
    ) -> Result<()> {
        let started = std::time::Instant::now();
        let plan = self.plan(workspace).await?;
        let old: Vec<Collection> = server.collections(workspace).await?.into_iter().filter(|found| found.is_of(&recipe)).collect();
        let collection = server.next(workspace, &recipe).await?;
        let engine = Remote::create(server.clone(), &collection, &recipe, self.chat().now()).await?;
        let fresh = Arc::new(Slot::default());
        *fresh.shard.write() = Some(Shard::empty(Box::new(engine), recipe, plan.average_length));
        self.add(workspace, &fresh, &plan.ids, Some(writer)).await?;
        writer.check()?;
        let at = slot.clone();
        blocking(move || {
            let mut shard = fresh.shard.write().take().ok_or_else(closed)?;
            shard.seal(plan.revision)?;
            *at.shard.write() = Some(shard);
            *at.collection.lock() = Some(collection);
            Ok(())
        })
        .await?;
        for collection in old {
            server.drop_collection(&collection).await?;
        }
        tracing::info!(workspace.id = %workspace, index.passages = plan.ids.len(), index.ms = started.elapsed().as_millis() as u64, "the index was built on the server");
        Ok(())
    }

    /// Says of every workspace's collections that they are in use, and removes those that another version of Warbler left behind.
    pub(super) async fn tend(&self, server: &Arc<Server>) -> Result<()> {
        let (recipe, now) = (Recipe::new(self.model().await), self.chat().now());
        for (workspace, _) in revision::all(self.chat().store()).await? {
            for collection in server.collections(workspace).await? {
                if collection.is_of(&recipe) {
                    server.touch(&collection, now).await?;
                } else if server.card(&collection).await?.used_at < now - FORGOTTEN {
                    server.drop_collection(&collection).await?;
                    tracing::info!(workspace.id = %workspace, "an index that no version uses any more was removed from the server");
                }
            }
        }
        Ok(())
    }
}
