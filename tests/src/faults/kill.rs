//! Kill -9 at random moments at a high rate of appends, with bot turns and handovers beside them.

use std::time::{Duration, Instant};

use anyhow::Result;
use chat::testing::Engine;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crowd::{Crowd, Habits};
use crate::private::Postgres;
use crate::record::Record;
use crate::server::{Plan as Start, Server};
use crate::torment::traffic::Traffic;
use crate::{staff::Staff, torment::kill};

/// How one engine is tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often the server is killed.
    pub kills: u64,
    /// Acknowledged appends at least; it runs on without kills until they are there.
    pub appends: u64,
    /// How people write.
    pub habits: Habits,
    /// Visitors of the bot who write beside them.
    pub visitors: usize,
    /// The shortest and longest life between two kills.
    pub life: (Duration, Duration),
    /// The laws of the record are looked at after every so many kills.
    pub every: u64,
}

/// Torments a server on one engine; `start` names binary and model. Answers figures, and under `faults` all that was wrong.
pub async fn run(engine: Engine, start: Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let database = if engine == Engine::Sqlite { None } else { Some(Postgres::start().await?) };
    let start = match &database {
        Some(database) => start.env("WARBLER_RECORD__ADDRESS", database.address()),
        None => start,
    };
    let mut server = start.unlimited().start().await?;
    let staff = Staff::owner(&server).await?;
    let inbox = server.inbox().await?;
    let begun = Instant::now();
    let traffic = Traffic::start(&server.base(), &inbox, staff, plan.visitors, plan.habits.seed);
    let crowd = Crowd::start(&[server.base()], &inbox, &plan.habits);
    let mut faults = Vec::new();
    let mut back = torment(&mut server, &crowd, plan, &mut faults, &mut progress).await?;
    while crowd.acknowledged() < plan.appends {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let acknowledged = crowd.acknowledged();
    let rate = acknowledged as f64 / begun.elapsed().as_secs_f64();
    let beside = traffic.tally.acknowledged.load(std::sync::atomic::Ordering::Relaxed);
    faults.extend(traffic.stop().await?);
    let outcome = crowd.stop(&server.base()).await?;
    let mut record = Record::at(&server.record()).await?;
    if let Err(stuck) = kill::settle(&mut record).await? {
        faults.push(format!("stuck with a dead speaker: {}", stuck.join(", ")));
    }
    faults.extend(record.faults().await?);
    faults.extend(kill::halves(&mut record).await?);
    let messages = record.number("SELECT COUNT(*) AS n FROM message").await?;
    record.close().await?;
    faults.extend(outcome.faults.iter().cloned());
    back.sort_unstable();
    Ok(json!({
        "engine": format!("{engine:?}").to_lowercase(),
        "kills": plan.kills,
        "acknowledged": acknowledged + beside,
        "acknowledged_per_s": rate.round(),
        "read_back": outcome.read_back,
        "messages": messages,
        "back_ms_p50": back.get(back.len() / 2),
        "back_ms_max": back.last(),
        "resume_ms_p50": outcome.resume_ms(0.5),
        "resume_ms_p99": outcome.resume_ms(0.99),
        "seconds": begun.elapsed().as_secs(),
        "faults": faults,
    }))
}

/// The kills themselves; how long each restart took, in ms.
async fn torment(
    server: &mut Server,
    crowd: &Crowd,
    plan: &Plan,
    faults: &mut Vec<String>,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<u64>> {
    let mut random = rand::rngs::StdRng::seed_from_u64(plan.habits.seed);
    let mut back = Vec::new();
    for kill in 1..=plan.kills {
        let before = crowd.acknowledged();
        let life = random.random_range(plan.life.0..=plan.life.1);
        let begun = Instant::now();
        // A life in which nothing was acknowledged proves nothing.
        while begun.elapsed() < life || (crowd.acknowledged() == before && begun.elapsed() < life * 20) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.kill()?;
        back.push(server.start().await?.as_millis() as u64);
        if kill % plan.every == 0 {
            // One snapshot of the living record: every law holds at every moment.
            let mut record = Record::at(&server.record()).await?;
            faults.extend(record.faults().await?.into_iter().map(|fault| format!("after kill {kill}: {fault}")));
            record.close().await?;
        }
        progress(kill);
    }
    Ok(back)
}
