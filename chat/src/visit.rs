//! What a visitor who comes back finds: their profile and their newest conversations.
//!
//! Whoever asks while others are being answered is answered together with whoever else has asked: when thousands come back at
//! once, the cost of a statement is shared by dozens.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::json;
use sqlx::{Row, any::AnyRow};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{
    Column, Dialect, Error, Result, Store, VisitorId, WorkspaceId,
    overview::{self, Overview},
    row,
    visitor::Visitor,
};

/// Conversations of a visitor, at most.
pub const LISTED: i64 = 30;
/// Visitors of one statement, at most.
const GROUP: usize = 64;
/// Statements that run at the same time.
const AT_ONCE: usize = 2;
/// Waiting visitors, before they have to wait outside.
const QUEUE: usize = 4_096;

/// A visitor the record knows.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Their profile.
    pub visitor: Visitor,
    /// Their newest [`LISTED`] conversations with a message in them, newest first.
    pub talks: Vec<Overview>,
}

type Key = (WorkspaceId, VisitorId);
type Found = Option<Arc<Visit>>;
type Waiting = (Key, oneshot::Sender<Result<Found>>);

/// Where visitors ask.
#[derive(Clone, Debug)]
pub(crate) struct Reception {
    queue: mpsc::Sender<Waiting>,
}

impl Reception {
    /// Opens; it ends when the last asker is gone.
    pub(crate) fn open(store: Store) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(receive(store, inbox));
        Self { queue }
    }

    pub(crate) async fn ask(&self, key: Key) -> Result<Found> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Unavailable(sqlx::Error::PoolClosed);
        self.queue.send((key, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn receive(store: Store, mut inbox: mpsc::Receiver<Waiting>) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        // Whoever comes while all slots are taken belongs to the next group.
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        let mut group = Vec::new();
        if inbox.recv_many(&mut group, GROUP).await == 0 {
            return;
        }
        let store = store.clone();
        tokio::spawn(async move {
            answer(&store, group).await;
            drop(slot);
        });
    }
}

async fn answer(store: &Store, group: Vec<Waiting>) {
    let keys: HashSet<Key> = group.iter().map(|(key, _)| *key).collect();
    match read(store, &keys).await {
        Ok(found) => group.into_iter().for_each(|(key, reply)| drop(reply.send(Ok(found.get(&key).cloned())))),
        Err(error) => {
            let reason = error.to_string();
            let again = || Error::Unavailable(sqlx::Error::Io(std::io::Error::other(reason.clone())));
            group.into_iter().for_each(|(_, reply)| drop(reply.send(Err(again()))));
        }
    }
}

async fn read(store: &Store, keys: &HashSet<Key>) -> Result<HashMap<Key, Arc<Visit>>> {
    let list: Vec<_> = keys.iter().map(|(workspace, visitor)| json!({ "workspace": workspace, "visitor": visitor })).collect();
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql(store.dialect()))).bind(json!(list).to_string()).bind(LISTED).fetch_all(store.read()).await?;
    let mut found: HashMap<Key, Visit> = HashMap::new();
    for row in &rows {
        let visitor = visitor(row)?;
        let visit = found.entry((visitor.workspace, visitor.id)).or_insert_with(|| Visit { visitor, talks: Vec::new() });
        if row.try_get::<Option<i64>, _>("nth")?.is_some() {
            visit.talks.push(overview::from_row(row)?);
        }
    }
    Ok(found.into_iter().map(|(key, visit)| (key, Arc::new(visit))).collect())
}

fn sql(dialect: Dialect) -> String {
    let rows = dialect.rows(1, &[Column::Text("workspace"), Column::Text("visitor")]);
    let newest = format!(
        "SELECT k.*, ROW_NUMBER() OVER (PARTITION BY k.visitor_id ORDER BY k.last_at DESC, k.id DESC) AS nth
           FROM {rows} JOIN conversation k ON k.workspace_id = x.workspace AND k.visitor_id = x.visitor WHERE k.last_seq > 0"
    );
    format!(
        "SELECT v.id AS of_visitor, v.workspace_id AS of_workspace, v.name AS of_name, v.email AS of_email, v.locale AS of_locale,
                v.created_at AS of_created, v.seen_at AS of_seen, c.*, {}
           FROM {rows} JOIN visitor v ON v.id = x.visitor AND v.workspace_id = x.workspace
           LEFT JOIN (SELECT k.*, {} FROM ({newest}) k WHERE k.nth <= $2) c ON c.visitor_id = v.id
          ORDER BY v.id, c.nth",
        overview::WORDS,
        overview::MARKS,
    )
}

fn visitor(row: &AnyRow) -> Result<Visitor> {
    Ok(Visitor {
        id: row::id(row, "of_visitor")?,
        workspace: row::id(row, "of_workspace")?,
        name: row.try_get("of_name")?,
        email: row.try_get("of_email")?,
        locale: row.try_get("of_locale")?,
        created_at: row.try_get("of_created")?,
        seen_at: row.try_get("of_seen")?,
    })
}
