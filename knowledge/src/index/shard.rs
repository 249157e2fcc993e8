//! One workspace's index: an engine with its points, and what is known of them in memory. Every call blocks.

use std::{collections::HashMap, path::Path};

use uuid::Uuid;

use super::{
    embedded::Embedded,
    engine::Engine,
    point::{Held, Point, Probe, Scope, Scored},
    recipe::{Recipe, Seal},
    stats::Stats,
    weights::Counts,
};
use crate::{Audience, Result, release::Span};

/// Points that may be taken out before an index is worth building anew, beside as many as it holds.
const SPARE: usize = 5_000;
/// Points that are asked for at once.
const PAGE: usize = 1_000;

pub(crate) struct Shard {
    engine: Box<dyn Engine>,
    recipe: Recipe,
    average_length: f32,
    pub(crate) revision: i64,
    pub(crate) stats: Stats,
    /// Points that were taken out since it was built; the engine keeps their room.
    removed: usize,
}

impl Shard {
    /// Opens the index of a folder that was sealed with a fitting recipe; `None` when it must be built anew.
    pub(crate) fn open(folder: &Path, recipe: &Recipe) -> Option<Self> {
        let (engine, seal) = Embedded::open(folder, recipe)?;
        let shard = Self::of(Box::new(engine), &seal).ok()?;
        // Fewer than were sealed: a segment is gone.
        (shard.len() == seal.points).then_some(shard)
    }

    /// An empty index in a folder, in place of whatever is there.
    pub(crate) fn create(folder: &Path, recipe: Recipe, average_length: f32) -> Result<Self> {
        Ok(Self::empty(Box::new(Embedded::create(folder, &recipe)?), recipe, average_length))
    }

    /// An empty index.
    pub(super) fn empty(engine: Box<dyn Engine>, recipe: Recipe, average_length: f32) -> Self {
        let stats = Stats::new(engine.is_shared());
        Self { engine, recipe, average_length, revision: -1, stats, removed: 0 }
    }

    /// An index that was sealed.
    pub(super) fn of(engine: Box<dyn Engine>, seal: &Seal) -> Result<Self> {
        let mut shard = Self { removed: seal.removed, ..Self::empty(engine, seal.recipe.clone(), seal.average_length) };
        shard.revision = seal.revision;
        shard.read()?;
        Ok(shard)
    }

    /// Whether it can be used where this recipe is asked for.
    pub(crate) fn fits(&self, recipe: &Recipe) -> bool {
        self.recipe.fits(recipe)
    }

    /// Whether it should be built anew: passages have become so much longer or shorter that their weights are wrong, or more
    /// was taken out than is in it.
    pub(crate) fn is_worn(&self) -> bool {
        let now = self.stats.average_length();
        // A server tidies up by itself.
        if !self.engine.is_shared() && self.removed > self.len() + SPARE {
            return true;
        }
        !self.stats.points().is_empty() && (now > self.average_length * 1.15 || now < self.average_length / 1.15)
    }

    /// Adds passages, or replaces those of the same id.
    pub(crate) fn put(&mut self, points: &[Point]) -> Result<()> {
        let known: Vec<Uuid> = points.iter().map(|point| point.id).filter(|id| self.stats.points().contains_key(id)).collect();
        self.forget(&known)?;
        let size = self.recipe.size();
        self.engine.put(points.iter().map(|point| point.row(self.average_length, size)).collect())?;
        for point in points {
            self.stats.add(point.id, point.known(), point.counts.terms.iter().map(|(dimension, _)| *dimension));
        }
        Ok(())
    }

    /// Removes passages.
    pub(crate) fn remove(&mut self, ids: &[Uuid]) -> Result<()> {
        self.forget(ids)?;
        self.engine.remove(ids)
    }

    /// Everything is kept and in step with the record's `revision`.
    pub(crate) fn seal(&mut self, revision: i64) -> Result<()> {
        self.revision = revision;
        let (recipe, points) = (self.recipe.clone(), self.len());
        self.engine.seal(&Seal { recipe, average_length: self.average_length, revision, points, removed: self.removed })
    }

    /// Whether it has vectors of meaning.
    pub(crate) fn has_vectors(&self) -> bool {
        self.recipe.size().is_some()
    }

    /// Merges small segments and builds the graph of vectors; worth it after large changes.
    pub(crate) fn optimize(&self) -> Result<()> {
        self.engine.optimize()
    }

    /// Ids that are here and should not be, or have another audience or other releases; and those that should be and are not.
    pub(crate) fn difference(&self, wanted: &HashMap<Uuid, (Audience, Span)>) -> (Vec<Uuid>, Vec<Uuid>) {
        let here = |id: &Uuid| self.stats.points().get(id).map(|known| (&known.audience, known.span));
        let stale = self.stats.points().keys().filter(|id| here(id) != wanted.get(id).map(right)).copied().collect();
        let missing = wanted.iter().filter(|(id, wanted)| here(id) != Some(right(wanted))).map(|(id, _)| *id).collect();
        (stale, missing)
    }

    /// Whether passages wait for their vector: a count, for this is asked every second.
    pub(crate) fn waits(&self) -> bool {
        self.stats.waits()
    }

    /// Passages that wait for their vector.
    pub(crate) fn pending(&self) -> Vec<Uuid> {
        self.stats.points().iter().filter(|(_, known)| known.pending).map(|(id, _)| *id).collect()
    }

    /// How many passages it holds.
    pub(crate) fn len(&self) -> usize {
        self.stats.points().len()
    }

    /// The best passages by words. `query` holds each word once, with how often it was asked.
    pub(crate) fn by_words(&self, query: &Counts, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        let (indices, values): (Vec<u32>, Vec<f32>) =
            query.terms.iter().filter(|(dimension, _)| self.stats.knows(*dimension)).copied().unzip();
        if indices.is_empty() {
            return Ok(Vec::new());
        }
        self.nearest(Probe::Words(indices, values), scope, limit)
    }

    /// The nearest passages by meaning.
    pub(crate) fn by_meaning(&self, query: Vec<f32>, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        self.nearest(Probe::Meaning(query), scope, limit)
    }

    /// The words of passages, as dimensions.
    pub(crate) fn dimensions(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<u32>>> {
        if let Some(kept) = self.stats.kept() {
            return Ok(ids.iter().filter_map(|id| Some((*id, kept.get(id)?.to_vec()))).collect());
        }
        self.engine.words(ids)
    }

    /// Takes over what others have changed in a shared index: forgets what is not wanted, and reads what is wanted from the engine.
    /// Those that wait for a vector are looked at again if `pending`. Returns what is not there as it is wanted, and what still waits.
    pub(super) fn adopt(&mut self, wanted: &HashMap<Uuid, (Audience, Span)>, pending: bool) -> Result<Vec<Uuid>> {
        let (stale, mut look) = self.difference(wanted);
        for id in &stale {
            self.stats.subtract(*id, &[]);
        }
        if pending {
            look.extend(self.pending());
        }
        for page in look.chunks(PAGE) {
            for held in self.engine.some(page)? {
                if wanted.get(&held.id).is_some_and(|(audience, span)| (audience, span) == (&held.known.audience, &held.known.span)) {
                    self.take(held);
                }
            }
        }
        look.retain(|id| self.stats.points().get(id).is_none_or(|known| pending && known.pending));
        Ok(look)
    }

    /// Removes points that nobody wants any more from a shared index, whether this process knew them or not.
    pub(super) fn purge(&mut self, ids: &[Uuid]) -> Result<()> {
        for id in ids {
            self.stats.subtract(*id, &[]);
        }
        self.removed += ids.len();
        self.engine.remove(ids)
    }

    /// Whether the engine has as many points as are known; if not, they are read again.
    pub(super) fn recount(&mut self) -> Result<bool> {
        if self.engine.count()? == self.len() {
            return Ok(true);
        }
        self.read()?;
        Ok(false)
    }

    fn nearest(&self, probe: Probe, scope: &Scope, limit: usize) -> Result<Vec<Scored>> {
        let found = self.engine.nearest(probe, scope.conditions(&self.stats), scope.exact, limit)?;
        let scored = found.into_iter().filter_map(|(id, score)| {
            let known = self.stats.points().get(&id)?;
            Some(Scored { id, document: known.document, kind: known.kind, score: f64::from(score) })
        });
        Ok(scored.collect())
    }

    fn forget(&mut self, ids: &[Uuid]) -> Result<()> {
        self.removed += ids.len();
        for (id, dimensions) in self.dimensions(ids)? {
            self.stats.subtract(id, &dimensions);
        }
        Ok(())
    }

    fn take(&mut self, held: Held) {
        self.stats.subtract(held.id, &[]);
        self.stats.add(held.id, held.known, held.words.into_iter());
    }

    fn read(&mut self) -> Result<()> {
        let mut stats = Stats::new(self.engine.is_shared());
        self.engine.read(&mut |held| stats.add(held.id, held.known, held.words.into_iter()))?;
        self.stats = stats;
        Ok(())
    }
}

/// What a point must be like.
fn right((audience, span): &(Audience, Span)) -> (&Audience, Span) {
    (audience, *span)
}
