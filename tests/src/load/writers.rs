//! Sessions whose conversations belong to people, so that what they write wakes no bot.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::crowd::{Crowd, Pace};
use super::hold::{Held, Losses};
use super::session::{Door, Session};
use super::wire::Who;

/// Handovers that are waited for at the same time.
const AT_ONCE: usize = 64;

/// Sessions that write, among others that do not.
#[derive(Debug)]
pub struct Writers {
    /// Open, and handed over.
    pub writing: Vec<Session>,
    /// Open, and listened to.
    pub idle: Vec<Held>,
    /// What goes wrong with any of them.
    pub losses: Arc<Losses>,
}

impl Writers {
    /// Opens `sessions` sessions, of which `writers` write.
    pub async fn open(
        door: &Door,
        (sessions, writers): (usize, usize),
        pace: Pace,
        progress: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<Writers> {
        let writers = writers.clamp(1, sessions.max(1));
        let clients = (0..sessions.max(writers)).map(Who::new).collect();
        let mut opened = Crowd::open(door, pace, clients, progress).await?.sessions;
        let losses = Arc::new(Losses::default());
        let idle = Held::all(opened.split_off(writers), &losses);
        let handed = futures_util::stream::iter(opened).map(|mut session| async move {
            session.hand_over().await.context("a conversation was not handed over")?;
            anyhow::Ok(session)
        });
        let writing = handed.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(Writers { writing, idle, losses })
    }
}
