//! Keeps the full-text index of messages up with the record: a sweep, so that the way of a message knows nothing of it.

use std::collections::HashSet;

use chat::{Column, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row as _;

use super::{scope, token};
use crate::{Desk, Result};

/// Conversations of one round, and messages of each.
const CONVERSATIONS: i64 = 100;
const MESSAGES: i64 = 50;

/// A conversation whose mark moves.
#[derive(Serialize)]
struct Move {
    workspace_id: String,
    id: String,
    indexed_seq: i64,
    upto: i64,
}

/// A row of the index.
#[derive(Serialize)]
struct Entry {
    words: String,
    conversation_id: String,
    seq: i64,
}

impl Desk {
    /// Indexes messages that are not indexed yet; returns whether more wait.
    pub(crate) async fn index_messages(&self) -> Result<bool> {
        let rows = sqlx::query(
            "SELECT workspace_id, id, indexed_seq, last_seq FROM conversation WHERE indexed_seq < last_seq ORDER BY last_at LIMIT $1",
        )
        .bind(CONVERSATIONS)
        .fetch_all(self.chat().store().read())
        .await?;
        let mut more = rows.len() >= usize::try_from(CONVERSATIONS).unwrap_or(usize::MAX);
        let (mut moves, mut entries) = (Vec::new(), Vec::new());
        for row in &rows {
            let (indexed_seq, last_seq): (i64, i64) = (row.try_get("indexed_seq")?, row.try_get("last_seq")?);
            let upto = last_seq.min(indexed_seq + MESSAGES);
            more |= upto < last_seq;
            let id: String = row.try_get("id")?;
            entries.extend(self.entries(row::id(row, "workspace_id")?, &id, indexed_seq, upto).await?);
            moves.push(Move { workspace_id: row.try_get("workspace_id")?, id, indexed_seq, upto });
        }
        if !moves.is_empty() {
            self.keep_entries(&moves, entries).await?;
        }
        Ok(more)
    }

    async fn entries(&self, workspace: WorkspaceId, conversation: &str, after: i64, upto: i64) -> Result<Vec<Entry>> {
        let rows = sqlx::query(
            "SELECT seq, body FROM message
              WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 AND seq <= $4 AND author <> 'system' ORDER BY seq",
        )
        .bind(workspace.text())
        .bind(conversation)
        .bind(after)
        .bind(upto)
        .fetch_all(self.chat().store().read())
        .await?;
        let mut entries = Vec::new();
        for row in &rows {
            let words = token::words(row.try_get("body")?);
            if !words.is_empty() {
                let words = [scope(workspace)].into_iter().chain(words).collect::<Vec<_>>().join(" ");
                entries.push(Entry { words, conversation_id: conversation.to_owned(), seq: row.try_get("seq")? });
            }
        }
        Ok(entries)
    }

    /// Who moves the mark writes the rows: of several processes one, and never twice.
    async fn keep_entries(&self, moves: &[Move], mut entries: Vec<Entry>) -> Result<()> {
        let store = self.chat().store();
        let marks = [Column::Text("workspace_id"), Column::Text("id"), Column::Int("indexed_seq"), Column::Int("upto")];
        let sql = format!(
            "UPDATE conversation SET indexed_seq = x.upto FROM {} WHERE conversation.workspace_id = x.workspace_id
                AND conversation.id = x.id AND conversation.indexed_seq = x.indexed_seq RETURNING conversation.id AS id",
            store.dialect().rows(1, &marks)
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
