//! Finding messages by what they say.

mod index;
mod snippet;
mod token;

use std::collections::HashSet;

use chat::{ConversationId, Term, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row as _;

pub use self::snippet::Piece;
use crate::{Desk, Result};

/// Messages that are looked at, at most; only the newest of each conversation is shown.
const LOOKED_AT: i64 = 400;
/// Conversations that are found, at most.
const MOST: usize = 100;
/// Terms of a question that count.
const TERMS: usize = 24;

/// A conversation in which a message says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Its newest message that says it.
    pub seq: i64,
    /// `visitor`, `bot` or `agent`; `note` for one among colleagues.
    pub author: String,
    /// The part that says it.
    pub snippet: Vec<Piece>,
}

impl Desk {
    /// Conversations with a message that holds all the words, the newest message first. Words may be begun; in scripts without
    /// spaces any part counts.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn find(&self, workspace: WorkspaceId, question: &str) -> Result<Vec<Found>> {
        let runs = token::runs(&question.chars().take(200).collect::<String>());
        let mut terms = token::terms(&runs);
        terms.truncate(TERMS);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        // The workspace is a word of every row: others' are left out before anything is ranked.
        terms.insert(0, Term { text: scope(workspace), prefix: false });
        let store = self.chat().store();
        let rows = sqlx::query(store.dialect().search_find())
            .bind(store.dialect().search_terms(&terms))
            .bind(LOOKED_AT)
            .fetch_all(store.read())
            .await?;
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        for row in &rows {
            let conversation: ConversationId = row::id(row, "conversation_id")?;
            if found.len() >= MOST || seen.contains(&conversation) {
                continue;
            }
            if let Some(one) = self.read_found(workspace, conversation, row.try_get("seq")?, &runs).await? {
                seen.insert(conversation);
                found.push(one);
            }
        }
        Ok(found)
    }

    /// The index is a cache: the record has the last word.
    async fn read_found(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        seq: i64,
        runs: &[token::Run],
    ) -> Result<Option<Found>> {
        let row = sqlx::query("SELECT author, audience, body FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3")
            .bind(workspace.text())
            .bind(conversation.text())
            .bind(seq)
            .fetch_optional(self.chat().store().read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (author, audience): (String, String) = (row.try_get("author")?, row.try_get("audience")?);
        let author = if audience == "staff" { "note".to_owned() } else { author };
        let snippet = snippet::of(row.try_get("body")?, runs);
        Ok(snippet.map(|snippet| Found { conversation, seq, author, snippet }))
    }
}

/// The workspace as a word of the index.
fn scope(workspace: WorkspaceId) -> String {
    format!("w{}", workspace.0.simple())
}
