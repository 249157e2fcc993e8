//! What an index needs of an engine, the one in this process or a server.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    point::{Held, Must, Probe, Row},
    recipe::Seal,
};
use crate::Result;

/// Holds the points of one index. Every call blocks.
pub(super) trait Engine: Send + Sync {
    /// Adds points, or replaces those of the same id.
    fn put(&self, rows: Vec<Row>) -> Result<()>;

    /// Removes points; those that are not there are no error.
    fn remove(&self, ids: &[Uuid]) -> Result<()>;

    /// The nearest points with their scores, best first; only those for which all of `must` holds are compared.
    fn nearest(&self, probe: Probe, must: Vec<Must>, exact: bool, limit: usize) -> Result<Vec<(Uuid, f32)>>;

    /// Those of the points that are there.
    fn some(&self, ids: &[Uuid]) -> Result<Vec<Held>>;

    /// The words of those of the points that are there, as dimensions.
    fn words(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<u32>>> {
        Ok(self.some(ids)?.into_iter().map(|held| (held.id, held.words)).collect())
    }

    /// Reads every point.
    fn read(&self, each: &mut dyn FnMut(Held)) -> Result<()>;

    /// How many points there are.
    fn count(&self) -> Result<usize>;

    /// Makes searches quick again after a large change.
    fn optimize(&self) -> Result<()>;

    /// Keeps everything, and says that it is whole.
    fn seal(&self, seal: &Seal) -> Result<()>;

    /// Whether others may change the points too; then their words are kept in memory, for those that are taken away elsewhere.
    fn is_shared(&self) -> bool;
}
