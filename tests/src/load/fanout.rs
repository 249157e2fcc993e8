//! One message to many readers of the same conversation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::crowd::{Crowd, Pace};
use super::hold::{Held, Losses};
use super::session::{Door, Session};
use super::spread::Spread;
use super::wire::{Heard, Who};

/// How long the last reader may wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent to whom.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Devices that read.
    pub readers: usize,
    /// Messages, one after the other.
    pub messages: u64,
    /// Rest between two.
    pub pause: Duration,
    /// Bytes of a body.
    pub bytes: usize,
    /// How the readers come.
    pub pace: Pace,
}

#[derive(Default)]
struct Board {
    /// Readers the message of this index has reached.
    reached: Vec<AtomicUsize>,
    all: Notify,
}

/// Sends one message after the other and waits for the last reader of each; figures.
pub async fn run(door: &Door, plan: &Plan, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Value> {
    let mut sender = Session::open(door, Who::new(0)).await?;
    sender.hand_over().await?;
    // Readers are devices of the same visitor, and begin where the sender is.
    let device = |n| Who { n, device: uuid::Uuid::new_v4(), ..sender.who.clone() };
    let readers = (1..=plan.readers).map(device).collect();
    let crowd = Crowd::open(door, plan.pace, readers, progress).await?;
    let board = Arc::new(Board { reached: (0..=plan.messages).map(|_| AtomicUsize::new(0)).collect(), all: Notify::new() });
    let (losses, count) = (Arc::new(Losses::default()), plan.readers);
    let listen = |session| {
        let board = board.clone();
        Held::of(session, losses.clone(), move |heard| {
            let Heard::Message { index: Some(index), .. } = heard else { return };
            let reached = board.reached.get(*index as usize).map_or(0, |reached| reached.fetch_add(1, Ordering::Relaxed) + 1);
            if reached == count {
                board.all.notify_one();
            }
        })
    };
    let readers: Vec<Held> = crowd.sessions.into_iter().map(listen).collect();
    let sender = Held::of(sender, losses.clone(), |_| {});
    tokio::time::sleep(plan.pause).await;
    let mut last = Spread::default();
    let body = "m".repeat(plan.bytes);
    for index in 1..=plan.messages {
        let begun = Instant::now();
        sender.writer.send(sender.wire.send(&sender.who, index, &body).as_bytes()).await?;
        let all = tokio::time::timeout(PATIENCE, board.all.notified()).await;
        let reached = board.reached[index as usize].load(Ordering::Relaxed);
        all.with_context(|| format!("message {index} has reached {reached} of {count} readers; {:?}", losses.faults()))?;
        last.add(begun.elapsed());
        tokio::time::sleep(plan.pause).await;
    }
    let mut faults = losses.faults();
    let wrong = (1..=plan.messages as usize).filter(|index| board.reached[*index].load(Ordering::Relaxed) != count).count();
    if wrong > 0 {
        faults.push(format!("{wrong} messages did not reach each reader exactly once"));
    }
    Ok(json!({
        "readers": readers.len(),
        "messages": plan.messages,
        "p50_ms": last.at(0.5), "p99_ms": last.at(0.99), "max_ms": last.at(1.0),
        "faults": faults,
    }))
}
