//! What a session costs while nobody speaks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::crowd::{Crowd, Pace};
use super::hold::{Held, Losses};
use super::session::Door;
use super::wire::Who;
use super::{memory, slope};

/// How long memory may take to come to rest.
const REST: Duration = Duration::from_secs(20);

/// How idle sessions are measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sessions that are open when memory is read, ascending.
    pub steps: Vec<usize>,
    /// How they come.
    pub pace: Pace,
    /// Rest before memory is read.
    pub settle: Duration,
    /// How long all of them are held at the end.
    pub hold: Duration,
}

/// Opens sessions step by step and reads the server's memory at each; figures.
pub async fn run(door: &Door, pid: u32, plan: &Plan, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Value> {
    let losses = Arc::new(Losses::default());
    let mut held: Vec<Held> = Vec::new();
    let mut points = Vec::new();
    let mut opening = Duration::ZERO;
    // Whatever a server does after its start is not the cost of a session.
    let before = memory::at_rest(pid, REST).await?;
    for step in &plan.steps {
        let have = held.len();
        let clients = (have..*step).map(Who::new).collect();
        let told = progress.clone();
        let crowd = Crowd::open(door, plan.pace, clients, move |done| told(have as u64 + done)).await?;
        opening += crowd.took;
        held.extend(Held::all(crowd.sessions, &losses));
        tokio::time::sleep(plan.settle).await;
        points.push((held.len() as f64, memory::at_rest(pid, REST).await? as f64));
    }
    let (used, begun) = (memory::processor(pid)?, Instant::now());
    tokio::time::sleep(plan.hold).await;
    let held_for = begun.elapsed().as_secs_f64();
    Ok(json!({
        "sessions": held.len(),
        "kb_per_session": slope::fit(&points).map(|(_, slope)| (slope * 100.0).round() / 100.0),
        "rss_before_mib": before / 1024,
        "rss_mib": points.last().map(|point| (point.1 / 1024.0).round()),
        "points": points.iter().map(|(sessions, kib)| json!([sessions, kib])).collect::<Vec<_>>(),
        "sessions_per_s": (held.len() as f64 / opening.as_secs_f64()).round(),
        "idle_core_percent": (held_for > 0.5).then(|| ((memory::processor(pid).unwrap_or(used) - used) / held_for * 1000.0).round() / 10.0),
        "faults": losses.faults(),
    }))
}
