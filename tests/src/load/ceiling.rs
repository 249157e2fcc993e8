//! How many messages a second are acknowledged in time: each writer sends its next one when the last is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::crowd::Pace;
use super::hold::{Held, Losses};
use super::session::{Door, Session};
use super::spread::Spread;
use super::wire::Heard;
use super::writers::Writers;

/// One number of writers that is too slow may be the machine's doing; this many in a row are the server's.
const LATE: usize = 3;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sessions that are open.
    pub sessions: usize,
    /// Writers, at most.
    pub writers: usize,
    /// How long each number of writers is measured.
    pub seconds: f64,
    /// What 99 of 100 acknowledgements must not exceed.
    pub within: Duration,
    /// Bytes of a body.
    pub bytes: usize,
    /// How the sessions come.
    pub pace: Pace,
}

/// What the writers share.
struct Turnstile {
    begun: Instant,
    /// Writers below this number go on.
    active: AtomicUsize,
    sent: Vec<AtomicU64>,
    took: Mutex<Spread>,
}

/// More and more writers, until the acknowledgements take too long; the best that was in time.
pub async fn run(door: &Door, plan: &Plan, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Value> {
    let writers = Writers::open(door, (plan.sessions, plan.writers), plan.pace, progress).await?;
    let count = writers.writing.len();
    let gate = Arc::new(Turnstile {
        begun: Instant::now(),
        active: AtomicUsize::new(0),
        sent: (0..count).map(|_| AtomicU64::new(0)).collect(),
        took: Mutex::default(),
    });
    let body: Arc<str> = "m".repeat(plan.bytes).into();
    let enter = |(n, session)| turn(n, session, &gate, &writers.losses, &body);
    let writing: Vec<Held> = writers.writing.into_iter().enumerate().map(enter).collect();
    let within = plan.within.as_secs_f64() * 1000.0;
    let (mut tried, mut late) = (Vec::new(), 0);
    let mut at_once = 1;
    loop {
        let (rate, p99) = measure(&gate, &writing, at_once, plan.seconds, &body).await?;
        tried.push((at_once, rate, p99));
        late = if p99 > within { late + 1 } else { 0 };
        if at_once == count || late == LATE {
            break;
        }
        // Finer steps towards the end: each half as large again, then double.
        at_once = if at_once.is_power_of_two() && at_once > 8 { at_once * 3 / 2 } else { (at_once + 1).next_power_of_two() }.min(count);
    }
    let best = tried.iter().filter(|(_, _, p99)| *p99 <= within).max_by(|a, b| a.1.total_cmp(&b.1));
    Ok(json!({
        "within_ms": plan.within.as_millis() as u64,
        "messages_per_s": best.map(|best| best.1.round()),
        "at_once": best.map(|best| best.0),
        "p99_ms": best.map(|best| best.2),
        "most_per_s": tried.iter().map(|tried| tried.1.round()).reduce(f64::max),
        "tried": tried.iter().map(|(at_once, rate, p99)| json!({"at_once": at_once, "per_s": rate.round(), "p99_ms": p99})).collect::<Vec<_>>(),
        "faults": writers.losses.faults(),
    }))
}

/// A writer that sends again when it was acknowledged, while it is its turn.
fn turn(n: usize, session: Session, gate: &Arc<Turnstile>, losses: &Arc<Losses>, body: &Arc<str>) -> Held {
    let (gate, losses, body) = (gate.clone(), losses.clone(), body.clone());
    let (who, wire, writer) = (session.who.clone(), session.wire().clone(), session.link.writer.clone());
    let stuck = losses.clone();
    Held::of(session, losses, move |heard| {
        let Heard::Ack(index) = heard else { return };
        let now = gate.begun.elapsed();
        let sent = Duration::from_nanos(gate.sent[n].swap(0, Ordering::Relaxed));
        gate.took.lock().add(now - sent);
        if n < gate.active.load(Ordering::Relaxed) {
            gate.sent[n].store(now.as_nanos() as u64, Ordering::Relaxed);
            if !writer.now(wire.send(&who, index + 1, &body).as_bytes()) {
                stuck.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    })
}

/// Messages a second and p99 in milliseconds with this many writers.
async fn measure(gate: &Turnstile, writing: &[Held], at_once: usize, seconds: f64, body: &str) -> Result<(f64, f64)> {
    gate.active.store(at_once, Ordering::Relaxed);
    for (n, held) in writing[..at_once].iter().enumerate() {
        let now = gate.begun.elapsed().as_nanos() as u64;
        gate.sent[n].store(now, Ordering::Relaxed);
        // Each number of writers begins a thousand million indexes later, so that no index comes twice.
        let index = 1 + at_once as u64 * 1_000_000_000;
        held.writer.send(held.wire.send(&held.who, index, body).as_bytes()).await?;
    }
    tokio::time::sleep(Duration::from_secs_f64(seconds / 4.0)).await;
    drop(std::mem::take(&mut *gate.took.lock()));
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    let mut took = std::mem::take(&mut *gate.took.lock());
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    gate.active.store(0, Ordering::Relaxed);
    let until = Instant::now() + Duration::from_secs(10);
    while gate.sent.iter().any(|sent| sent.load(Ordering::Relaxed) != 0) && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok((rate, took.at(0.99).unwrap_or(f64::INFINITY)))
}
