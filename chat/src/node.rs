//! The processes that share one record: each says every few seconds that it lives, and notices who has died.
//!
//! An SQLite record has one process (the data folder is locked), so nothing is written there.

use std::{
    collections::HashSet,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use dashmap::DashSet;
use sqlx::Row;

use crate::{Chat, Dialect, NodeId, Result, Store, row};

/// Between two heartbeats.
const BEAT: Duration = Duration::from_secs(2);
/// After so much silence a node is dead and its jobs are free, in ms.
pub(crate) const DEAD_MS: i64 = 10_000;
/// A node that could not say for so long that it lives gives its jobs up by itself, in ms.
const FAINT_MS: i64 = DEAD_MS / 2;
/// How long a heartbeat may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The dead are remembered so long that every living node has noticed, in ms.
const FORGET_MS: i64 = 60_000;

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id, new with each start.
    pub id: NodeId,
    /// What it does, names with a comma between.
    pub roles: String,
    /// Where it listens.
    pub address: String,
    /// Warbler's version.
    pub version: String,
    /// Unix ms.
    pub started_at: i64,
    /// Its last heartbeat, unix ms.
    pub seen_at: i64,
}

impl Card {
    /// Whether its heart beats at `now`.
    #[must_use]
    pub fn lives(&self, now: i64) -> bool {
        self.seen_at > now - DEAD_MS
    }
}

/// This process among the nodes.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub(crate) id: NodeId,
    /// What it says of itself; absent until it joins.
    card: Arc<OnceLock<Card>>,
    /// The last heartbeat that was written, unix ms.
    beat: Arc<AtomicI64>,
    /// The jobs this node holds, as far as it knows.
    pub(crate) jobs: Arc<DashSet<&'static str>>,
}

/// How sure a process may be of its jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The only process.
    Alone,
    /// One of many, and known to live.
    Member,
    /// It could not say that it lives: others may have its jobs.
    Faint,
}

impl Membership {
    pub(crate) fn new(id: NodeId) -> Self {
        Self { id, card: Arc::default(), beat: Arc::default(), jobs: Arc::default() }
    }

    pub(crate) fn standing(&self, now: i64) -> Standing {
        match self.card.get() {
            None => Standing::Alone,
            Some(_) if self.beat.load(SeqCst) > now - FAINT_MS => Standing::Member,
            Some(_) => Standing::Faint,
        }
    }
}

/// Joins the nodes of the record. A process that plays no part (a command) does not join.
///
/// # Errors
/// [`crate::Error::Unavailable`].
pub async fn join(chat: &Chat, roles: String, address: String, version: &str) -> Result<()> {
    if chat.store().dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let (node, now) = (chat.node(), chat.now());
    node.card.get_or_init(|| Card { id: node.id, roles, address, version: version.to_owned(), started_at: now, seen_at: now });
    beat(chat).await.map(drop)
}

/// Says that this node lives until `stop` resolves; then leaves, so that others take its jobs at once.
pub async fn live(chat: Chat, stop: impl Future<Output = ()>) {
    if chat.node().standing(chat.now()) == Standing::Alone {
        return;
    }
    let mut stop = std::pin::pin!(stop);
    let mut living = HashSet::new();
    loop {
        let pause = BEAT.mul_f64(0.9) + Duration::from_millis(chat.random().below(200));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut stop => break,
        }
        // A server that does not answer must not keep the drain waiting.
        match tokio::time::timeout(PATIENCE, beat(&chat)).await {
            Ok(Ok(cards)) => living = notice(&chat, &living, &cards),
            Ok(Err(error)) => tracing::warn!(node.id = %chat.node().id, %error, "this node could not say that it lives"),
            Err(_) => tracing::warn!(node.id = %chat.node().id, "the record did not take this node's heartbeat in time"),
        }
    }
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, leave(&chat)).await {
        tracing::warn!(node.id = %chat.node().id, %error, "this node could not give its jobs back; others take them in some seconds");
    }
}

/// Every node, the oldest first; the dead are among them for a minute.
///
/// # Errors
/// [`crate::Error::Unavailable`].
pub async fn list(store: &Store) -> Result<Vec<Card>> {
    let rows = sqlx::query("SELECT id, roles, address, version, started_at, seen_at FROM node ORDER BY started_at, id")
        .fetch_all(store.read())
        .await?;
    rows.iter()
        .map(|found| {
            Ok(Card {
                id: row::id(found, "id")?,
                roles: found.try_get("roles")?,
                address: found.try_get("address")?,
                version: found.try_get("version")?,
                started_at: found.try_get("started_at")?,
                seen_at: found.try_get("seen_at")?,
            })
        })
        .collect()
}

/// Writes the heartbeat, forgets the long dead, and tells who there is.
pub(crate) async fn beat(chat: &Chat) -> Result<Vec<Card>> {
    let (store, node, now) = (chat.store(), chat.node(), chat.now());
    let Some(card) = node.card.get() else { return Ok(Vec::new()) };
    // Whoever was silent too long may be forgotten already, and comes anew.
    sqlx::query(
        "INSERT INTO node (id, roles, address, version, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(card.id.text())
    .bind(&card.roles)
    .bind(&card.address)
    .bind(&card.version)
    .bind(card.started_at)
    .bind(now)
    .execute(store.write())
    .await?;
    if node.standing(now) == Standing::Faint {
        node.jobs.clear();
    }
    node.beat.store(now, SeqCst);
    sqlx::query("DELETE FROM node WHERE seen_at < $1").bind(now - FORGET_MS).execute(store.write()).await?;
    list(store).await
}

/// Who lives now. A node that died may have taken news with it, so whoever listens reads the record again;
/// one that left by itself has told everything and taken its row along.
fn notice(chat: &Chat, before: &HashSet<NodeId>, cards: &[Card]) -> HashSet<NodeId> {
    let now = chat.now();
    for dead in cards.iter().filter(|card| before.contains(&card.id) && !card.lives(now)) {
        tracing::warn!(node.id = %dead.id, "a node died; its work is taken over");
        chat.bus().missed();
    }
    cards.iter().filter(|card| card.lives(now)).map(|card| card.id).collect()
}

pub(crate) async fn leave(chat: &Chat) -> Result<()> {
    let (store, node) = (chat.store(), chat.node());
    node.jobs.clear();
    // Faint from here on: a job in its last round holds nothing.
    node.beat.store(0, SeqCst);
    sqlx::query("DELETE FROM lease WHERE node_id = $1").bind(node.id.text()).execute(store.write()).await?;
    sqlx::query("DELETE FROM node WHERE id = $1").bind(node.id.text()).execute(store.write()).await?;
    Ok(())
}
