//! The record itself, read behind the server's back.

use anyhow::Result;
use sqlx::{AnyConnection, Connection as _, Row as _};

/// What must be empty in any record at rest, with the sentence that says what it would mean.
const LAWS: [(&str, &str); 7] = [
    (
        "seq is dense from 1 and last_seq is its end",
        "SELECT c.id AS id FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id GROUP BY c.id, c.last_seq
         HAVING COUNT(m.seq) <> c.last_seq OR COALESCE(MAX(m.seq), 0) <> c.last_seq OR COALESCE(MIN(m.seq), 1) <> 1",
    ),
    ("a client id is there once", "SELECT client_id AS id FROM message GROUP BY conversation_id, client_id HAVING COUNT(*) > 1"),
    (
        "prev_visible names the visible message before",
        "SELECT m.client_id AS id FROM message m WHERE m.prev_visible <> COALESCE((SELECT MAX(p.seq) FROM message p
         WHERE p.conversation_id = m.conversation_id AND p.seq < m.seq AND p.audience = 'all'), 0)",
    ),
    (
        "a turn has at most one answer, and the answer is there",
        "SELECT t.id AS id FROM turn t WHERE t.answer_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM message m
         WHERE m.conversation_id = t.conversation_id AND m.seq = t.answer_seq AND m.author IN ('bot', 'system'))",
    ),
    (
        "nobody is asked for an answer the bot already covered twice",
        "SELECT conversation_id AS id FROM turn WHERE answer_seq IS NOT NULL GROUP BY conversation_id, answer_seq HAVING COUNT(*) > 1",
    ),
    (
        "a conversation that waits for people has a live ticket",
        "SELECT c.id AS id FROM conversation c WHERE c.speaker = 'queue' AND NOT EXISTS (SELECT 1 FROM ticket t
         WHERE t.conversation_id = c.id AND t.resolved_at IS NULL)",
    ),
    (
        "an unresolved ticket that is open belongs to an agent or to the queue",
        "SELECT t.id AS id FROM ticket t WHERE t.status = 'open' AND t.agent_id IS NULL AND t.queued_at IS NULL",
    ),
];

/// A connection to a record beside the server's own.
#[derive(Debug)]
pub struct Record {
    connection: AnyConnection,
}

impl Record {
    /// Opens the record of a data folder.
    pub async fn of(data: &std::path::Path) -> Result<Record> {
        Record::at(&format!("sqlite:{}?mode=rw", data.join("record.db").display())).await
    }

    /// Opens a record by its address.
    pub async fn at(address: &str) -> Result<Record> {
        sqlx::any::install_default_drivers();
        Ok(Record { connection: AnyConnection::connect(address).await? })
    }

    /// The laws that do not hold, each with the ids that break it.
    pub async fn faults(&mut self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for (law, query) in LAWS {
            let broken = self.texts(query).await?;
            if !broken.is_empty() {
                faults.push(format!("not so: {law}: {}", broken.join(", ")));
            }
        }
        Ok(faults)
    }

    /// Conversations where the visitor waits for a bot that is not at work: no live lease, nothing answered.
    pub async fn stuck(&mut self, now: i64) -> Result<Vec<String>> {
        let query = "SELECT id FROM conversation WHERE speaker = 'bot' AND asked_seq > answered_seq
            AND (turn_id IS NULL OR turn_until < $1)";
        let rows = sqlx::query(query).bind(now).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// The first column, named `id`, of every row.
    pub async fn texts(&mut self, query: &'static str) -> Result<Vec<String>> {
        let rows = sqlx::query(query).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// One number, named `n`.
    pub async fn number(&mut self, query: &'static str) -> Result<i64> {
        Ok(sqlx::query(query).fetch_one(&mut self.connection).await?.try_get("n")?)
    }

    /// Closes it, so that the server's checkpoint is not held up.
    pub async fn close(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}
