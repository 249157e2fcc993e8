//! Many at once, but not more than are asked for.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use super::session::{Door, Session};
use super::spread::Spread;
use super::wire::Who;

/// How a crowd comes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Connections that are being made at the same time.
    pub at_once: usize,
    /// New ones a second, at most.
    pub rate: Option<f64>,
}

/// Sessions that were opened.
#[derive(Debug)]
pub struct Crowd {
    /// In the order of their `n`.
    pub sessions: Vec<Session>,
    /// From the first connection to the last greeting.
    pub took: Duration,
    /// From each connection to its greeting.
    pub greeted: Spread,
}

impl Crowd {
    /// Opens a session for each client; `done` is told how many there are.
    pub async fn open(door: &Door, pace: Pace, clients: Vec<Who>, done: impl Fn(u64) + Send + Sync + 'static) -> Result<Crowd> {
        let begun = Instant::now();
        let (door, opened) = (door.clone(), Arc::new(AtomicUsize::new(0)));
        let done = Arc::new(done);
        let made = each(clients, pace, move |who| {
            let (door, opened, done) = (door.clone(), opened.clone(), done.clone());
            async move {
                let begun = Instant::now();
                let session = Session::open(&door, who).await?;
                done(opened.fetch_add(1, Ordering::Relaxed) as u64 + 1);
                Ok((session, begun.elapsed()))
            }
        });
        let mut greeted = Spread::default();
        let mut sessions = Vec::new();
        for (session, time) in made.await? {
            greeted.add(time);
            sessions.push(session);
        }
        let took = begun.elapsed();
        sessions.sort_by_key(|session| session.who.n);
        Ok(Crowd { sessions, took, greeted })
    }
}

/// Does a job for each item, `pace.at_once` at a time; the first error ends all.
pub async fn each<I, T, F>(items: Vec<I>, pace: Pace, job: impl Fn(I) -> F + Send + Sync + 'static) -> Result<Vec<T>>
where
    I: Send + Sync + Clone + 'static,
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send,
{
    let begun = tokio::time::Instant::now();
    let (items, next, job) = (Arc::new(items), Arc::new(AtomicUsize::new(0)), Arc::new(job));
    let mut workers = JoinSet::new();
    for _ in 0..pace.at_once.min(items.len()) {
        let (items, next, job) = (items.clone(), next.clone(), job.clone());
        workers.spawn(async move {
            let mut made = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at) else { return anyhow::Ok(made) };
                if let Some(rate) = pace.rate {
                    tokio::time::sleep_until(begun + Duration::from_secs_f64(at as f64 / rate)).await;
                }
                made.push(job(item.clone()).await?);
            }
        });
    }
    let mut all = Vec::new();
    while let Some(made) = workers.join_next().await {
        all.extend(made??);
    }
    Ok(all)
}
