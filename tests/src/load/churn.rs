//! Sessions that come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crowd::{Crowd, Pace};
use super::memory;
use super::session::{Door, Session};
use super::wire::Who;

/// Who comes and goes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sessions that are open at any time.
    pub sessions: usize,
    /// How long this goes on.
    pub seconds: u64,
    /// How long a session lives in the mean.
    pub life: Duration,
    /// How the first of them come.
    pub pace: Pace,
    /// Repeats a run.
    pub seed: u64,
}

#[derive(Default)]
struct Tally {
    opened: AtomicU64,
    left: AtomicU64,
    closed: AtomicU64,
    failed: AtomicU64,
    open: AtomicUsize,
}

/// Opens all, then lets each leave after a random life and come back with its key; figures.
pub async fn run(door: &Door, pid: Option<u32>, plan: &Plan, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Value> {
    let crowd = Crowd::open(door, plan.pace, (0..plan.sessions).map(Who::new).collect(), progress).await?;
    let tally = Arc::new(Tally { open: crowd.sessions.len().into(), ..Tally::default() });
    let until = Instant::now() + Duration::from_secs(plan.seconds);
    let mut lives = JoinSet::new();
    for session in crowd.sessions {
        let random = StdRng::seed_from_u64(plan.seed.wrapping_add(session.who.n as u64));
        lives.spawn(live(door.clone(), session, random, plan.life, until, tally.clone()));
    }
    let (mut largest, mut shared, mut fewest) = (0, 0, usize::MAX);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
        fewest = fewest.min(tally.open.load(Ordering::Relaxed));
        let resident = pid.map_or(Ok(0), memory::resident)?;
        if resident > largest {
            // The kernel walks all pages to tell their shares: only when it may be the most.
            (largest, shared) = (resident, pid.map_or(Ok(0), memory::proportional)?);
        }
    }
    while lives.join_next().await.is_some() {}
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (closed, failed) = (count(&tally.closed), count(&tally.failed));
    let faults: Vec<String> = [(closed, "sessions were closed by the server"), (failed, "sessions could not be opened again")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    Ok(json!({
        "sessions": plan.sessions,
        "fewest_open": fewest,
        "seconds": plan.seconds,
        "came_back": count(&tally.opened),
        "left": count(&tally.left),
        "unexpected_closes": closed,
        "failed": failed,
        "largest_rss_mib": pid.map(|_| largest / 1024),
        "its_pss_mib": pid.map(|_| shared / 1024),
        "faults": faults,
    }))
}

/// A time from an exponential distribution: at any moment the rest of a life is as long as it was at its beginning.
fn life(random: &mut StdRng, mean: Duration) -> Duration {
    mean.mul_f64(-random.random_range(f64::EPSILON..1.0_f64).ln())
}

async fn live(door: Door, mut session: Session, mut random: StdRng, mean: Duration, until: Instant, tally: Arc<Tally>) {
    loop {
        let end = (Instant::now() + life(&mut random, mean)).min(until);
        let whole = stay(&mut session, end).await;
        tally.open.fetch_sub(1, Ordering::Relaxed);
        match whole {
            true => tally.left.fetch_add(1, Ordering::Relaxed),
            false => tally.closed.fetch_add(1, Ordering::Relaxed),
        };
        if Instant::now() >= until {
            return;
        }
        // Some say goodbye, others are gone.
        if random.random_bool(0.5) {
            session.link.writer.close().await.ok();
        }
        let who = session.who.clone();
        drop(session);
        match Session::open(&door, who).await {
            Ok(opened) => session = opened,
            Err(_) => {
                tally.failed.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        tally.opened.fetch_add(1, Ordering::Relaxed);
        tally.open.fetch_add(1, Ordering::Relaxed);
    }
}

/// Listens until the end, with a sign of life now and then; false when the server closed.
async fn stay(session: &mut Session, end: Instant) -> bool {
    const BEAT: Duration = Duration::from_secs(25);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        match tokio::time::timeout(left.min(BEAT), session.hear(|_| {})).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return false,
            Err(_) => {
                if let Some(beat) = session.wire().beat()
                    && session.link.writer.send(beat.as_bytes()).await.is_err()
                {
                    return false;
                }
            }
        }
    }
}
