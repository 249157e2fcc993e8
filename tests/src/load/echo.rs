//! From a message to its acknowledgement, at a rate that does not wait for slow answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::crowd::Pace;
use super::hold::Held;
use super::metronome::Metronome;
use super::session::Door;
use super::spread::Spread;
use super::wire::Heard;
use super::writers::Writers;

/// How often the sender looks what is due, and how late a message may be before that counts with its time.
const TICK: Duration = Duration::from_micros(250);
const LATE: Duration = Duration::from_millis(1);
/// How long the last acknowledgements may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is sent.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sessions that are open.
    pub sessions: usize,
    /// Those of them that write.
    pub writers: usize,
    /// Messages a second.
    pub rate: f64,
    /// How long, after a second of warming up.
    pub seconds: f64,
    /// Bytes of a body.
    pub bytes: usize,
    /// How the sessions come.
    pub pace: Pace,
}

/// When each message was sent, and how long its acknowledgement took.
struct Board {
    begun: Instant,
    warm: u64,
    sent: Vec<AtomicU64>,
    took: Mutex<Spread>,
    acknowledged: AtomicU64,
}

impl Board {
    fn acknowledged(&self, index: u64) {
        let sent = self.sent.get(index as usize).map_or(0, |sent| sent.swap(0, Ordering::Relaxed));
        // A message that was acknowledged twice, or never sent, is not counted.
        if sent == 0 {
            return;
        }
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        if index > self.warm {
            self.took.lock().add(self.begun.elapsed().saturating_sub(Duration::from_nanos(sent)));
        }
    }
}

/// Writes at a rate; figures.
pub async fn run(door: &Door, plan: &Plan, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Value> {
    let writers = Writers::open(door, (plan.sessions, plan.writers), plan.pace, progress).await?;
    let warm = plan.rate.ceil() as u64;
    let total = warm + (plan.rate * plan.seconds).ceil() as u64;
    let board = Arc::new(Board {
        begun: Instant::now(),
        warm,
        sent: (0..=total).map(|_| AtomicU64::new(0)).collect(),
        took: Mutex::default(),
        acknowledged: AtomicU64::new(0),
    });
    let losses = &writers.losses;
    let writing: Vec<Held> = writers
        .writing
        .into_iter()
        .map(|session| {
            let board = board.clone();
            Held::of(session, losses.clone(), move |heard| {
                if let Heard::Ack(index) = heard {
                    board.acknowledged(*index);
                }
            })
        })
        .collect();
    send(&board, &writing, plan, total).await?;
    let until = Instant::now() + PATIENCE;
    while board.acknowledged.load(Ordering::Relaxed) < total && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let acknowledged = board.acknowledged.load(Ordering::Relaxed);
    let mut faults = losses.faults();
    if acknowledged < total {
        faults.push(format!("{} of {total} messages were not acknowledged", total - acknowledged));
    }
    let mut took = board.took.lock();
    Ok(json!({
        "sessions": writing.len() + writers.idle.len(),
        "writers": writing.len(),
        "rate_per_s": plan.rate,
        "acknowledged": acknowledged,
        "p50_ms": took.at(0.5), "p99_ms": took.at(0.99), "max_ms": took.at(1.0),
        "faults": faults,
    }))
}

async fn send(board: &Board, writers: &[Held], plan: &Plan, total: u64) -> Result<()> {
    let body = "m".repeat(plan.bytes);
    let first = board.begun.elapsed();
    let clock = Metronome::every(TICK);
    let mut next = 1;
    while next <= total {
        let now = board.begun.elapsed();
        let due = ((now - first).as_secs_f64() * plan.rate) as u64;
        while next <= due.min(total) {
            let planned = first + Duration::from_secs_f64(next as f64 / plan.rate);
            // A sender that was held up counts from when it should have sent.
            let sent = if now.saturating_sub(planned) > LATE { planned } else { now };
            board.sent[next as usize].store(sent.as_nanos().max(1) as u64, Ordering::Relaxed);
            let held = &writers[next as usize % writers.len()];
            held.writer.send(held.wire.send(&held.who, next, &body).as_bytes()).await?;
            next += 1;
        }
        clock.tick().await;
    }
    Ok(())
}
