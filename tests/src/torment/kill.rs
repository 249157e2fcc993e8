//! Kill -9 in the middle of appends, bot turns and handovers, and what is there afterwards.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::traffic::Traffic;
use crate::record::Record;
use crate::server::Server;
use crate::staff::Staff;

/// How the server is tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often it is killed.
    pub trials: u64,
    /// How many visitors write all the time.
    pub visitors: usize,
    /// Repeats a run.
    pub seed: u64,
    /// The shortest and longest life between two kills.
    pub life: (Duration, Duration),
}

/// A bot turn that died is taken over when its lease ends; nothing may wait longer than this.
const PATIENCE: Duration = Duration::from_secs(90);

/// Torments a started server whose owner is signed in; answers figures, and under `faults` all that was wrong.
pub async fn run(server: &mut Server, staff: Staff, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let mut random = rand::rngs::StdRng::seed_from_u64(plan.seed);
    let traffic = Traffic::start(&server.base(), &server.inbox().await?, staff, plan.visitors, plan.seed);
    let mut faults = Vec::new();
    let mut back = Vec::new();
    for trial in 0..plan.trials {
        let (short, long) = plan.life;
        tokio::time::sleep(random.random_range(short..=long)).await;
        server.kill()?;
        back.push(server.start().await?.as_millis());
        // One snapshot of the living record: every law holds at every moment.
        let mut record = Record::at(&server.record()).await?;
        faults.extend(record.faults().await?.into_iter().map(|fault| format!("after kill {}: {fault}", trial + 1)));
        record.close().await?;
        progress(trial + 1);
    }
    let tally = traffic.tally.clone();
    faults.extend(traffic.stop().await?);
    let mut record = Record::at(&server.record()).await?;
    let settled = settle(&mut record).await?;
    faults.extend(record.faults().await?);
    if let Err(stuck) = &settled {
        faults.push(format!("stuck with a dead speaker after {PATIENCE:?}: {}", stuck.join(", ")));
    }
    faults.extend(halves(&mut record).await?);
    let messages = record.number("SELECT COUNT(*) AS n FROM message").await?;
    let tickets = record.number("SELECT COUNT(*) AS n FROM ticket").await?;
    let turns = record.number("SELECT COUNT(*) AS n FROM turn").await?;
    back.sort_unstable();
    Ok(json!({
        "kills": plan.trials,
        "acknowledged": tally.acknowledged.load(Ordering::Relaxed),
        "connections": tally.connections.load(Ordering::Relaxed),
        "agent_replies": tally.replies.load(Ordering::Relaxed),
        "messages": messages,
        "turns": turns,
        "tickets": tickets,
        "back_ms_p50": back.get(back.len() / 2).map(|ms| *ms as u64),
        "back_ms_max": back.last().map(|ms| *ms as u64),
        "settled_ms": settled.as_ref().ok().map(|time| time.as_millis() as u64),
        "faults": faults,
    }))
}

/// Waits until nobody waits for the bot any more; otherwise answers the conversations that still do.
pub(crate) async fn settle(record: &mut Record) -> Result<Result<Duration, Vec<String>>> {
    let begun = Instant::now();
    loop {
        let waiting = record.texts("SELECT id FROM conversation WHERE speaker = 'bot' AND asked_seq > answered_seq").await?;
        if waiting.is_empty() {
            return Ok(Ok(begun.elapsed()));
        }
        if begun.elapsed() > PATIENCE {
            return Ok(Err(waiting));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Answers a model wrote that are only the beginning of another one: the same question gets the same words.
pub(crate) async fn halves(record: &mut Record) -> Result<Vec<String>> {
    let written = "SELECT DISTINCT body AS id FROM message WHERE author = 'bot' AND extra NOT LIKE '%\"extract\":true%'";
    let bodies = record.texts(written).await?;
    let half = |body: &&String| bodies.iter().any(|other| other.len() > body.len() && other.starts_with(body.as_str()));
    Ok(bodies.iter().filter(half).map(|body| format!("half an answer stayed: {body}")).collect())
}
