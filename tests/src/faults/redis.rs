//! Redis flushed, frozen and cut off from two nodes: writers are at one, readers at the other.

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crowd::{Crowd, Habits};
use crate::private::{Postgres, Redis, Valve};
use crate::record::Record;
use crate::server::Plan as Start;

/// How Redis is tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Moments of trouble.
    pub times: u64,
    /// How long it is frozen or cut off, at most.
    pub trouble: Duration,
    /// Rest between two troubles, at most.
    pub rest: Duration,
    /// How people write.
    pub habits: Habits,
}

/// Torments the bus; answers figures, and under `faults` all that was wrong.
pub async fn run(start: &Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let (database, bus) = (Postgres::start().await?, Redis::start().await?);
    let start = start.clone().unlimited().env("WARBLER_RECORD__ADDRESS", database.address());
    let valves = [Valve::before(bus.port()).await?, Valve::before(bus.port()).await?];
    let by = |valve: &Valve| start.clone().env("WARBLER_RECORD__BUS", format!("redis://127.0.0.1:{}", valve.port()));
    let nodes = [by(&valves[0]).start().await?, by(&valves[1]).start().await?];
    let inbox = nodes[0].inbox().await?;
    let doors: Vec<String> = nodes.iter().map(crate::server::Server::base).collect();
    let crowd = Crowd::start(&doors, &inbox, &plan.habits);
    crowd.gather(plan.habits.people, Duration::from_secs(60)).await?;
    let mut random = rand::rngs::StdRng::seed_from_u64(plan.habits.seed);
    let begun = Instant::now();
    let (mut kinds, mut healed, mut faults) = ([0_u64; 4], Vec::new(), Vec::new());
    for time in 0..plan.times {
        tokio::time::sleep(plan.rest.mul_f64(random.random_range(0.2..1.0))).await;
        let trouble = plan.trouble.mul_f64(random.random_range(0.1..1.0));
        let before = crowd.acknowledged();
        let kind = (time % 4) as usize;
        kinds[kind] += 1;
        match kind {
            0 => bus.flush().await?,
            1 => {
                bus.freeze()?;
                tokio::time::sleep(trouble).await;
                bus.thaw()?;
            }
            2 => cut(&valves, trouble).await,
            // One node only: the other does not notice by itself that it misses something.
            _ => cut(&valves[..1], trouble).await,
        }
        if kind > 0 && crowd.acknowledged() == before {
            faults.push(format!("nothing was acknowledged in {trouble:?} without Redis"));
        }
        let connections = crowd.connections();
        match heals(&crowd).await {
            Some(time) => healed.push(time.as_millis() as u64),
            None => faults.push(format!("30 s after trouble {} the readers still miss what was acknowledged", time + 1)),
        }
        if crowd.connections() != connections {
            faults.push(format!("after trouble {} somebody came back to hear what nobody had told them", time + 1));
        }
        progress(time + 1);
    }
    let acknowledged = crowd.acknowledged();
    let outcome = crowd.stop(&doors[1]).await?;
    faults.extend(outcome.faults.iter().cloned());
    let mut record = Record::at(&database.address()).await?;
    faults.extend(record.faults().await?);
    record.close().await?;
    healed.sort_unstable();
    Ok(json!({
        "flushes": kinds[0],
        "freezes": kinds[1],
        "cuts_of_both_nodes": kinds[2],
        "cuts_of_one_node": kinds[3],
        "acknowledged": acknowledged,
        "read_back": outcome.read_back,
        "live_again_ms_p50": healed.get(healed.len() / 2),
        "live_again_ms_max": healed.last(),
        "connections_lost": outcome.resumed.len(),
        "resume_ms_p99": outcome.resume_ms(0.99),
        "seconds": begun.elapsed().as_secs(),
        "faults": faults,
    }))
}

async fn cut(valves: &[Valve], trouble: Duration) {
    valves.iter().for_each(Valve::close);
    tokio::time::sleep(trouble).await;
    valves.iter().for_each(Valve::open);
}

/// How long it takes until the readers were told of everything that was acknowledged. Nobody writes meanwhile: the next message
/// would show a reader the gap before it.
async fn heals(crowd: &Crowd) -> Option<Duration> {
    let begun = Instant::now();
    crowd.hush(true);
    while !crowd.settled() && begun.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let healed = crowd.settled().then(|| begun.elapsed());
    crowd.hush(false);
    healed
}
