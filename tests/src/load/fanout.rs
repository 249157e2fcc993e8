//! One message to many readers of the same conversation.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::crowd::{Crowd, Pace};
use super::hold::{Held, Losses};
use super::readers::Readers;
use super::session::{Door, Session};
use super::spread::Spread;
use super::wire::Who;

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

/// Sends one message after the other and waits for the last reader of each; figures.
pub async fn run(door: &Door, plan: &Plan, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Value> {
    let mut sender = Session::open(door, Who::new(0)).await?;
    sender.hand_over().await?;
    // Readers are devices of the same visitor, and begin where the sender is.
    let device = |n| Who { n, device: uuid::Uuid::new_v4(), ..sender.who.clone() };
    let clients = (1..=plan.readers).map(device).collect();
    let mut readers = Readers::of(Crowd::open(door, plan.pace, clients, progress).await?.sessions)?;
    let losses = Arc::new(Losses::default());
    let sender = Held::of(sender, losses.clone(), |_| {});
    let (mut last, body, pause) = (Spread::default(), "m".repeat(plan.bytes), plan.pause);
    for index in 1..=plan.messages {
        readers = spawn_blocking(move || readers.rest(pause).map(|()| readers)).await??;
        let begun = SystemTime::now();
        sender.writer.send(sender.wire.send(&sender.who, index, &body).as_bytes()).await?;
        let reached = spawn_blocking(move || readers.all_have(index, PATIENCE).map(|at| (readers, at)));
        let at;
        (readers, at) = reached.await??;
        last.add(at.duration_since(begun)?);
    }
    let mut readers = spawn_blocking(move || readers.rest(pause).map(|()| readers)).await??;
    let mut faults = losses.faults();
    faults.append(&mut readers.faults);
    if readers.with(plan.messages) < readers.len() {
        faults.push("the last message did not stay the last, or came twice".to_owned());
    }
    Ok(json!({
        "readers": readers.len(),
        "messages": plan.messages,
        "p50_ms": last.at(0.5), "p99_ms": last.at(0.99), "max_ms": last.at(1.0),
        "faults": faults,
    }))
}
