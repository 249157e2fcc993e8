//! Visitors with many devices who write, vanish and come back on any node, until every device must hold
//! every acknowledged message, in order, exactly once.

mod party;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::party::Party;

/// What is done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The addresses of all nodes.
    pub nodes: Vec<String>,
    /// The inbox visitors come to.
    pub inbox: String,
    /// Visitors.
    pub senders: usize,
    /// Devices of each.
    pub devices: usize,
    /// Messages of each visitor.
    pub messages: u64,
    /// How likely a device vanishes before a message.
    pub vanish: f64,
    /// Milliseconds between two messages of a visitor, at most.
    pub pause_ms: u64,
    /// Repeats the random choices of a run.
    pub seed: u64,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages that were acknowledged.
    pub acknowledged: AtomicU64,
    /// Connections that were made.
    pub connections: AtomicU64,
    /// Connections the server or the network ended.
    pub lost: AtomicU64,
    /// Messages that devices held at the end.
    pub held: AtomicU64,
}

/// Lets all visitors write and compares; figures, and under `faults` all that was wrong.
pub async fn run(plan: &Plan, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Value> {
    let (tally, progress) = (Arc::new(Tally::default()), Arc::new(progress));
    let mut visitors = JoinSet::new();
    for n in 0..plan.senders {
        let random = StdRng::seed_from_u64(plan.seed.wrapping_add(n as u64));
        let (plan, tally, progress) = (plan.clone(), tally.clone(), progress.clone());
        visitors.spawn(async move {
            let mut party = Party::new(plan, random, tally.clone());
            party.chat(|| progress(tally.acknowledged.load(Ordering::Relaxed))).await;
            party.faults().await
        });
    }
    let mut faults = Vec::new();
    while let Some(found) = visitors.join_next().await {
        faults.extend(found?);
    }
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Ok(json!({
        "nodes": plan.nodes.len(),
        "senders": plan.senders,
        "devices": plan.senders * plan.devices,
        "acknowledged": count(&tally.acknowledged),
        "read_back": count(&tally.held),
        "connections": count(&tally.connections),
        "lost_connections": count(&tally.lost),
        "faults": faults,
    }))
}
