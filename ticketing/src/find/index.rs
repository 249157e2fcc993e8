//! Keeps the full-text index of messages up with the record: a sweep, so that the way of a message knows nothing of it.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use chat::{Column, row};
use serde::Serialize;
use sqlx::Row as _;

use super::{scope, token};
use crate::{Desk, Result};

/// Conversations of one round, and messages of each.
const CONVERSATIONS: i64 = 100;
const MESSAGES: i64 = 50;
/// Messages that are read, cut and committed at once, about: whoever waits for this thread waits for so many.
const COMMIT: i64 = 32;
/// Messages that come in wait for each commit, so there is a rest after it, this many times as long.
const REST: u32 = 19;
/// Looks at a crowd of messages, a second each, before a round is due in spite of it.
const PATIENCE: u32 = 30;

const MARKS: [Column; 5] =
    [Column::Text("workspace_id"), Column::Text("id"), Column::Int("indexed_seq"), Column::Int("upto"), Column::Int("place")];

/// A conversation whose mark moves.
#[derive(Serialize)]
struct Move {
    workspace_id: String,
    id: String,
    indexed_seq: i64,
    upto: i64,
    place: usize,
}

/// A row of the index.
#[derive(Serialize)]
struct Entry {
    words: String,
    conversation_id: String,
    seq: i64,
    place: usize,
}

impl Desk {
    /// Indexes what nobody can find yet, for as long as it is polled.
    pub(crate) async fn keep_index(&self) {
        let mut looked = 0;
        loop {
            if self.chat().crowded() && looked < PATIENCE {
                looked += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            looked = 0;
            let more = self.index_messages().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "messages could not be indexed; they are tried again");
                false
            });
            tokio::time::sleep(if more { self.pause() / 10 } else { self.pause() }).await;
        }
    }

    /// Indexes messages that are not indexed yet; returns whether more wait.
    pub(crate) async fn index_messages(&self) -> Result<bool> {
        let rows = sqlx::query(
            "SELECT workspace_id, id, indexed_seq, last_seq FROM conversation WHERE unindexed = 1 ORDER BY last_period LIMIT $1",
        )
        .bind(CONVERSATIONS)
        .fetch_all(self.chat().store().read())
        .await?;
        let mut more = rows.len() >= usize::try_from(CONVERSATIONS).unwrap_or(usize::MAX);
        let mut moves = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let (indexed_seq, last_seq): (i64, i64) = (row.try_get("indexed_seq")?, row.try_get("last_seq")?);
            let upto = last_seq.min(indexed_seq + MESSAGES);
            more |= upto < last_seq;
            moves.push(Move { workspace_id: row.try_get("workspace_id")?, id: row.try_get("id")?, indexed_seq, upto, place });
        }
        // The oldest first: the newest are found first.
        let mut moves = moves.into_iter().peekable();
        let (mut some, mut messages) = (Vec::new(), 0);
        while let Some(next) = moves.next() {
            messages += next.upto - next.indexed_seq;
            some.push(next);
            if messages >= COMMIT || moves.peek().is_none() {
                let begun = Instant::now();
                let entries = self.entries(&some).await?;
                self.keep_entries(&some, entries).await?;
                (some, messages) = (Vec::new(), 0);
                if moves.peek().is_some() {
                    tokio::time::sleep(begun.elapsed() * REST).await;
                }
            }
        }
        Ok(more)
    }

    /// The words of the messages, as the conversations follow one another. One that was edited is there again, with what it says
    /// now; what it said before finds nothing, for the record has the last word.
    async fn entries(&self, moves: &[Move]) -> Result<Vec<Entry>> {
        let sql = format!(
            "SELECT m.workspace_id, m.conversation_id, COALESCE(o.seq, m.seq) AS seq, COALESCE(o.body, m.body) AS body FROM {}
               JOIN message m ON m.workspace_id = x.workspace_id AND m.conversation_id = x.id AND m.seq > x.indexed_seq AND m.seq <= x.upto
               LEFT JOIN message o ON o.conversation_id = m.conversation_id AND o.seq = m.of_seq
              WHERE m.author <> 'system' OR o.seq IS NOT NULL ORDER BY x.place, m.seq",
            self.chat().store().dialect().rows(1, &MARKS)
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json(moves)).fetch_all(self.chat().store().read()).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for (n, row) in rows.iter().enumerate() {
            if n % 8 == 7 {
                // Cutting words takes long enough to be felt by whoever waits for this thread.
                tokio::task::yield_now().await;
            }
            let words = token::words(row.try_get("body")?);
            if !words.is_empty() {
                let words = [scope(row::id(row, "workspace_id")?)].into_iter().chain(words).collect::<Vec<_>>().join(" ");
                entries.push(Entry { words, conversation_id: row.try_get("conversation_id")?, seq: row.try_get("seq")?, place: n });
            }
        }
        Ok(entries)
    }

    /// Who moves the mark writes the rows: of several processes one, and never twice.
    async fn keep_entries(&self, moves: &[Move], mut entries: Vec<Entry>) -> Result<()> {
        let store = self.chat().store();
        let sql = format!(
            "UPDATE conversation SET indexed_seq = x.upto FROM {} WHERE conversation.workspace_id = x.workspace_id
                AND conversation.id = x.id AND conversation.indexed_seq = x.indexed_seq RETURNING conversation.id AS id",
            store.dialect().rows(1, &MARKS)
        );
        let mut tx = store.begin().await?;
        let moved = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json(moves)).fetch_all(&mut *tx).await?;
        let ours = moved.iter().map(|row| Ok(row.try_get::<String, _>("id")?)).collect::<Result<HashSet<_>>>()?;
        entries.retain(|entry| ours.contains(&entry.conversation_id));
        let sql = store.dialect().search_insert(1);
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json(&entries)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn json(rows: &[impl Serialize]) -> String {
    serde_json::to_string(rows).unwrap_or_default()
}
