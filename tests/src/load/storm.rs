//! Everybody loses the connection at once, and everybody comes back with a cursor.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::crowd::{self, Crowd, Pace};
use super::hold::{Held, Losses};
use super::session::{Door, Session};
use super::spread::Spread;
use super::wire::{Heard, Who};

/// How long what was missed may take after the greeting.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who is lost, and how they come back.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sessions.
    pub sessions: usize,
    /// Visitors they belong to: several sessions of one visitor are its devices.
    pub visitors: usize,
    /// Messages each has missed.
    pub missed: i64,
    /// Between the loss and the first return.
    pub away: Duration,
    /// How they come and come back.
    pub pace: Pace,
}

/// Sessions that are about to be lost.
#[derive(Debug)]
pub struct Eve {
    /// Open, in step with the record.
    pub sessions: Vec<Session>,
    /// The seq each must hold when it is back, by session.
    pub last: Vec<i64>,
}

/// Fills conversations, loses all sessions, resumes them; figures.
pub async fn run(door: &Door, plan: &Plan, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Value> {
    let eve = fill(door, plan, progress.clone()).await?;
    let missed = plan.missed;
    // What is missed is what the client does not hold: the server cannot tell the difference.
    let forget = move |who: &mut Who| who.cursor = (who.cursor - missed).max(0);
    drop_and_resume(door, plan, eve, forget, async { Ok(()) }, progress).await
}

/// A conversation for each visitor with an answer in it, and all the sessions.
async fn fill(door: &Door, plan: &Plan, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Eve> {
    let (visitors, told, done) = (plan.visitors.clamp(1, plan.sessions), progress.clone(), Arc::new(AtomicU64::new(0)));
    let to = door.clone();
    let owners = crowd::each((0..visitors).map(Who::new).collect(), plan.pace, move |who| {
        let (to, told, done) = (to.clone(), told.clone(), done.clone());
        async move {
            let mut session = Session::open(&to, who).await?;
            session.greet_and_be_answered().await.context("a conversation was not begun")?;
            told(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(session.who)
        }
    });
    let mut owners = owners.await?;
    owners.sort_by_key(|who| who.n);
    let clients = (0..plan.sessions).map(|n| Who { n, device: uuid::Uuid::new_v4(), ..owners[n % visitors].clone() });
    let crowd = Crowd::open(door, plan.pace, clients.collect(), progress).await?;
    let last = crowd.sessions.iter().map(|session| session.who.cursor).collect();
    Ok(Eve { sessions: crowd.sessions, last })
}

/// Loses all sessions at once, waits while `away` happens, and resumes them.
pub async fn drop_and_resume(
    door: &Door,
    plan: &Plan,
    eve: Eve,
    forget: impl Fn(&mut Who),
    away: impl Future<Output = Result<()>>,
    progress: impl Fn(u64) + Send + Sync + 'static,
) -> Result<Value> {
    let losses = Arc::new(Losses::default());
    let mut clients: Vec<Who> = eve.sessions.iter().map(|session| session.who.clone()).collect();
    clients.iter_mut().for_each(forget);
    let held = Held::all(eve.sessions, &losses);
    // Everything that is still on its way arrives before the loss.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = losses.faults();
    drop(held);
    tokio::time::sleep(plan.away).await;
    away.await?;
    let (last, done, door) = (Arc::new(eve.last), AtomicU64::new(0), door.clone());
    let shared = Arc::new((progress, done));
    let begun = Instant::now();
    let back = crowd::each(clients, plan.pace, move |who| {
        let (door, shared, last) = (door.clone(), shared.clone(), last.clone());
        async move {
            let last = last.get(who.n).copied().unwrap_or(0);
            let back = resume(&door, who, last).await?;
            (shared.0)(shared.1.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(back)
        }
    });
    let back = back.await?;
    let took = back.iter().map(|back| back.at).max().map_or(Duration::ZERO, |last| last - begun);
    let (lost, got): (i64, i64) = back.iter().fold((0, 0), |sum, back| (sum.0 + back.lost, sum.1 + back.got));
    let wrong: u64 = back.iter().map(|back| back.wrong).sum();
    let mut greeted = Spread::default();
    back.iter().for_each(|back| greeted.add(back.took));
    let mut faults = before;
    if wrong > 0 {
        faults.push(format!("{wrong} messages came twice or after a hole"));
    }
    Ok(json!({
        "sessions": back.len(),
        "visitors": plan.visitors,
        "seconds": took.as_secs_f64(),
        "sessions_per_s": (back.len() as f64 / took.as_secs_f64()).round(),
        "resumed": greeted.figures(),
        "messages": got,
        "lost": lost,
        "faults": faults,
    }))
}

/// One session that is back, and stays until all are.
struct Back {
    at: Instant,
    took: Duration,
    got: i64,
    lost: i64,
    wrong: u64,
    _session: Session,
}

async fn resume(door: &Door, who: Who, last: i64) -> Result<Back> {
    let begun = Instant::now();
    let (mut got, mut wrong) = (0, 0);
    let mut count = |heard: &Heard| match heard {
        Heard::Message { .. } | Heard::HandedOver => got += 1,
        Heard::Double | Heard::Hole => wrong += 1,
        _ => {}
    };
    let mut session = Session::open_hearing(door, who, &mut count).await?;
    let rest = async { while session.who.cursor < last && session.hear(&mut count).await.is_ok() {} };
    // Whoever recovers nothing says nothing: the time of waiting for it is not counted.
    let late = tokio::time::timeout(PATIENCE, rest).await.is_err();
    let took = if late { begun.elapsed().saturating_sub(PATIENCE) } else { begun.elapsed() };
    let lost = (last - session.who.cursor).max(0);
    Ok(Back { at: begun + took, took, got, lost, wrong, _session: session })
}
