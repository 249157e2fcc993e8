//! Record, speaker lease and resume under one seeded scheduler: nodes, devices, agents and bots take steps in a random
//! order while news and connections fail, and after each step the contract of the record is checked.
//!
//! The parts are the product's: its record on SQLite, its visitor sessions, its desk, its turn leases. Clock and randomness are
//! passed in and one step ends before the next begins, so a seed always gives the same steps. Tokio's paused clock is not
//! used: it jumps while a thread of SQLite works. No step depends on a timer.

mod client;
mod contract;
mod house;
mod network;
mod node;
mod sabotage;
mod staff;
mod step;
mod turns;
mod visitors;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

pub use self::sabotage::Sabotage;
pub use self::step::Kind;
use self::world::World;

/// How large a world is and how long it lives.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Steps before everything is healed and compared.
    pub steps: usize,
    /// Processes on one record.
    pub nodes: usize,
    /// Visitors, each with one conversation or more.
    pub visitors: usize,
    /// Devices of each visitor.
    pub devices: usize,
    /// A rule that is broken on purpose.
    pub sabotage: Option<Sabotage>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { steps: 200, nodes: 2, visitors: 2, devices: 2, sabotage: None }
    }
}

/// What became of a seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// One line a step.
    pub trace: Vec<String>,
    /// What broke the contract, in words.
    pub faults: Vec<String>,
    /// How often each kind of step was taken.
    pub kinds: BTreeMap<Kind, u64>,
    /// Messages in the record at the end.
    pub messages: usize,
}

/// A furnished record that every seed starts from.
#[derive(Debug)]
pub struct Start {
    folder: TempDir,
}

impl Start {
    /// Makes it in a temporary folder.
    ///
    /// # Errors
    /// The record's.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("warbler-simulate-").tempdir()?;
        runtime()?.block_on(node::furnish(&folder.path().join(RECORD)))?;
        Ok(Self { folder })
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join(RECORD)
    }

    /// Lives through one seed.
    ///
    /// # Errors
    /// What has nothing to do with the contract: a full disk, say.
    pub fn run(&self, seed: u64, plan: &Plan) -> Result<Run> {
        let folder = tempfile::Builder::new().prefix("seed-").tempdir_in(self.folder.path())?;
        std::fs::copy(self.record(), folder.path().join(RECORD))?;
        runtime()?.block_on(live(seed, plan, folder.path()))
    }
}

const RECORD: &str = "record.db";

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn live(seed: u64, plan: &Plan, folder: &Path) -> Result<Run> {
    let mut world = World::new(seed, plan, folder).await?;
    for _ in 0..plan.steps {
        world.step().await?;
        if !world.faults.is_empty() {
            break;
        }
    }
    if world.faults.is_empty() {
        world.heal().await?;
    }
    let messages = world.truth().await?.messages();
    world.close().await;
    Ok(Run { trace: world.trace, faults: world.faults, kinds: world.kinds, messages })
}
