//! Three nodes on PostgreSQL and Redis behind HAProxy: one is killed again and again, then each is drained in turn.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crowd::{Crowd, Habits};
use crate::private::{Haproxy, Postgres, Redis};
use crate::record::Record;
use crate::server::{Plan as Start, Server};

/// How the nodes are tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many nodes.
    pub nodes: usize,
    /// A node is killed after every so much time.
    pub every: Duration,
    /// For how long altogether.
    pub time: Duration,
    /// How people write.
    pub habits: Habits,
}

/// A cluster and its door.
struct Cluster {
    nodes: Vec<Server>,
    door: Haproxy,
    database: Postgres,
    _bus: Redis,
}

impl Cluster {
    async fn start(start: &Start, nodes: usize) -> Result<Cluster> {
        let (database, bus) = (Postgres::start().await?, Redis::start().await?);
        let start = start.clone().unlimited().env("WARBLER_RECORD__ADDRESS", database.address()).env("WARBLER_RECORD__BUS", bus.address());
        let mut servers = Vec::new();
        for _ in 0..nodes {
            servers.push(start.clone().lay().await?);
        }
        // All at once on an empty record: the first furnishes it, the others find it furnished.
        for server in &mut servers {
            server.spawn()?;
        }
        for server in &mut servers {
            server.ready().await?;
        }
        let addresses: Vec<String> = servers.iter().map(|node| node.base().replace("http://", "")).collect();
        let door = Haproxy::start(&addresses).await?;
        Ok(Cluster { nodes: servers, door, database, _bus: bus })
    }

    /// Sessions each node has now.
    fn files(&self) -> Vec<usize> {
        let count = |pid: u32| std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
        self.nodes.iter().map(|node| node.pid().map_or(0, count)).collect()
    }
}

/// Torments the nodes; answers figures, and under `faults` all that was wrong.
pub async fn run(start: &Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let mut random = rand::rngs::StdRng::seed_from_u64(plan.habits.seed);
    let mut cluster = Cluster::start(start, plan.nodes).await?;
    let inbox = cluster.nodes[0].inbox().await?;
    let door = cluster.door.base();
    let crowd = Crowd::start(std::slice::from_ref(&door), &inbox, &plan.habits);
    crowd.gather(plan.habits.people, Duration::from_secs(120)).await?;
    let files = cluster.files();
    let begun = Instant::now();
    let mut kills = 0_u64;
    while begun.elapsed() < plan.time {
        tokio::time::sleep(plan.every).await;
        let victim = random.random_range(0..plan.nodes);
        cluster.nodes[victim].kill()?;
        cluster.nodes[victim].start().await?;
        kills += 1;
        progress(begun.elapsed().as_secs().min(plan.time.as_secs()));
    }
    let killed = crowd.acknowledged();
    let mut faults = Vec::new();
    let mut drains = Vec::new();
    for node in &mut cluster.nodes {
        tokio::time::sleep(plan.every.min(Duration::from_secs(5))).await;
        let drain = Instant::now();
        let status = node.stop().await?;
        drains.push(drain.elapsed().as_millis() as u64);
        if !status.success() {
            faults.push(format!("a drain ended with {status}"));
        }
        node.start().await?;
    }
    crowd.gather(plan.habits.people, Duration::from_secs(120)).await?;
    let acknowledged = crowd.acknowledged();
    let refused = crowd.tally.refused.load(std::sync::atomic::Ordering::Relaxed);
    let connections = crowd.tally.connections.load(std::sync::atomic::Ordering::Relaxed);
    let outcome = crowd.stop(&door).await?;
    faults.extend(outcome.faults.iter().cloned());
    let mut record = Record::at(&cluster.database.address()).await?;
    faults.extend(record.faults().await?);
    let workspaces = record.number("SELECT COUNT(*) AS n FROM workspace").await?;
    let living = record.number("SELECT COUNT(*) AS n FROM node").await?;
    record.close().await?;
    ensure!(workspaces == 1, "{workspaces} workspaces were furnished");
    if living < plan.nodes as i64 {
        faults.push(format!("only {living} nodes are known"));
    }
    Ok(json!({
        "nodes": plan.nodes,
        "sessions": plan.habits.people * 2,
        "open_files_per_node": files,
        "kills": kills,
        "drains_ms": drains,
        "acknowledged": acknowledged,
        "acknowledged_under_kills": killed,
        "refused_and_sent_again": refused,
        "connections": connections,
        "read_back": outcome.read_back,
        "resumes": outcome.resumed.len(),
        "resume_ms_p50": outcome.resume_ms(0.5),
        "resume_ms_p99": outcome.resume_ms(0.99),
        "seconds": begun.elapsed().as_secs(),
        "faults": faults,
    }))
}
