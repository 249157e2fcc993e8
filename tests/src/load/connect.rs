//! How fast sessions are opened.

use anyhow::Result;
use serde_json::{Value, json};

use super::crowd::{Crowd, Pace};
use super::session::Door;
use super::wire::Who;

/// Opens `count` sessions, each of a new visitor; figures.
pub async fn run(door: &Door, count: usize, pace: Pace, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Value> {
    let clients = (0..count).map(Who::new).collect();
    let mut crowd = Crowd::open(door, pace, clients, progress).await?;
    Ok(json!({
        "sessions": crowd.sessions.len(),
        "seconds": crowd.took.as_secs_f64(),
        "sessions_per_s": (count as f64 / crowd.took.as_secs_f64()).round(),
        "greeted": crowd.greeted.figures(),
    }))
}
