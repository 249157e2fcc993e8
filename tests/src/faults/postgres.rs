//! PostgreSQL killed and started again under two nodes: writes pause, nothing acknowledged is lost, nothing comes twice.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crowd::{Crowd, Habits};
use crate::private::{Postgres, Redis};
use crate::record::Record;
use crate::server::Plan as Start;

/// How PostgreSQL is tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often it is killed.
    pub times: u64,
    /// How long it stays away, at most.
    pub away: Duration,
    /// Rest between two kills, at most.
    pub rest: Duration,
    /// How people write.
    pub habits: Habits,
}

/// Torments the database; answers figures, and under `faults` all that was wrong.
pub async fn run(start: &Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let (mut database, bus) = (Postgres::start().await?, Redis::start().await?);
    let start = start.clone().unlimited().env("WARBLER_RECORD__ADDRESS", database.address()).env("WARBLER_RECORD__BUS", bus.address());
    let nodes = [start.clone().start().await?, start.start().await?];
    let pids = nodes.each_ref().map(crate::server::Server::pid);
    let inbox = nodes[0].inbox().await?;
    let doors: Vec<String> = nodes.iter().map(crate::server::Server::base).collect();
    let crowd = Crowd::start(&doors, &inbox, &plan.habits);
    crowd.gather(plan.habits.people, Duration::from_secs(60)).await?;
    let mut random = rand::rngs::StdRng::seed_from_u64(plan.habits.seed);
    let begun = Instant::now();
    let (mut up, mut paused, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for time in 0..plan.times {
        tokio::time::sleep(plan.rest.mul_f64(random.random_range(0.2..1.0))).await;
        database.kill()?;
        let killed = Instant::now();
        tokio::time::sleep(plan.away.mul_f64(random.random_range(0.0..1.0))).await;
        up.push(database.run().await?.as_millis() as u64);
        let ready = Instant::now();
        let before = crowd.acknowledged();
        while crowd.acknowledged() == before && ready.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if crowd.acknowledged() == before {
            faults.push(format!("60 s after restart {} nothing is acknowledged", time + 1));
        }
        paused.push((ready.elapsed().as_millis() as u64, killed.elapsed().as_millis() as u64));
        progress(time + 1);
    }
    let acknowledged = crowd.acknowledged();
    let refused = crowd.tally.refused.load(Ordering::Relaxed);
    let outcome = crowd.stop(&doors[1]).await?;
    faults.extend(outcome.faults.iter().cloned());
    if nodes.each_ref().map(crate::server::Server::pid) != pids {
        faults.push("a node was started again".to_owned());
    }
    let mut record = Record::at(&database.address()).await?;
    faults.extend(record.faults().await?);
    record.close().await?;
    up.sort_unstable();
    paused.sort_unstable();
    Ok(json!({
        "kills": plan.times,
        "acknowledged": acknowledged,
        "refused_and_sent_again": refused,
        "read_back": outcome.read_back,
        "postgres_up_ms_p50": up.get(up.len() / 2),
        "writes_again_ms_after_it_is_up_p50": paused.get(paused.len() / 2).map(|(after, _)| after),
        "writes_again_ms_after_it_is_up_max": paused.last().map(|(after, _)| after),
        "connections_lost": outcome.resumed.len(),
        "resume_ms_p99": outcome.resume_ms(0.99),
        "seconds": begun.elapsed().as_secs(),
        "faults": faults,
    }))
}
