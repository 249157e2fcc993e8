//! Gaps: questions that knowledge could not answer, counted, until somebody writes the answer.

mod asked;
mod cluster;

use chat::{Chat, ConversationId, DocumentId, GapId, LibraryId, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{Error, Fault, Knowledge, Result, passage::Kind, redact, words, written};

pub use asked::forget;
pub(crate) use cluster::Meanings;
pub use cluster::{Cluster, clusters};

/// A question that knowledge could not answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// Its id.
    pub id: GapId,
    /// Where it was asked last, and by which message.
    pub conversation: Option<ConversationId>,
    /// The message's number there.
    pub seq: Option<i64>,
    /// As it was asked first.
    pub question: String,
    /// The asker's language.
    pub locale: String,
    /// Why it was not answered.
    pub reason: String,
    /// The best confidence there was, 0 to 1.
    pub score: f64,
    /// How often it was asked.
    pub asked: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it was asked last, unix milliseconds.
    pub asked_at: i64,
    /// When it was closed, unix milliseconds.
    pub closed_at: Option<i64>,
    /// The answer that was written for it.
    pub document: Option<DocumentId>,
}

/// A question to be noted.
#[derive(Clone, Debug)]
pub struct New {
    /// Where it was asked.
    pub conversation: Option<ConversationId>,
    /// The message's number there.
    pub seq: Option<i64>,
    /// As it was asked.
    pub question: String,
    /// The asker's language.
    pub locale: String,
    /// Why it was not answered.
    pub reason: String,
    /// The best confidence there was, 0 to 1.
    pub score: f64,
}

/// Longest question that is kept, in characters.
const LONGEST: usize = 500;

/// Notes a question, without what says who asked: one that differs only in case, punctuation and spaces counts up, once a message.
/// `None` when it has no words.
pub async fn note(chat: &Chat, workspace: WorkspaceId, new: New) -> Result<Option<GapId>> {
    let question: String = crate::parse::one_line(&redact::without(&new.question)).chars().take(LONGEST).collect();
    let folded = words::fold(&question);
    if folded.is_empty() {
        return Ok(None);
    }
    let now = chat.now();
    let mut tx = chat.begin().await?;
    let open = sqlx::query(
        "UPDATE gap SET asked_at = $3, conversation_id = $4, seq = $5, score = $6, reason = $7, asked = asked + 1 -
                (SELECT CAST(COUNT(*) AS BIGINT) FROM gap_asked a WHERE a.gap_id = gap.id AND a.conversation_id = $4 AND a.seq = $5)
         WHERE workspace_id = $1 AND folded = $2 AND closed_at IS NULL RETURNING id",
    )
    .bind(workspace.text())
    .bind(&folded)
    .bind(now)
    .bind(new.conversation.map(|id| id.text()))
    .bind(new.seq)
    .bind(new.score)
    .bind(&new.reason)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(open) = open {
        let id = row::id(&open, "id")?;
        asked::note(&mut tx, workspace, id, &new).await?;
        tx.commit().await?;
        return Ok(Some(id));
    }
    let id: GapId = chat.id();
    sqlx::query(
        "INSERT INTO gap (id, workspace_id, conversation_id, seq, question, folded, locale, reason, score, asked, created_at, asked_at, closed_at, document_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10, NULL, NULL)",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(new.conversation.map(|id| id.text()))
    .bind(new.seq)
    .bind(question)
    .bind(folded)
    .bind(new.locale.as_str())
    .bind(new.reason.as_str())
    .bind(new.score)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    asked::note(&mut tx, workspace, id, &new).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Open gaps (or closed ones), the most asked first, then the newest.
pub async fn list(store: &Store, workspace: WorkspaceId, closed: bool, limit: i64) -> Result<Vec<Gap>> {
    let state = if closed {
        "closed_at IS NOT NULL ORDER BY closed_at DESC, id"
    } else {
        "closed_at IS NULL ORDER BY asked DESC, asked_at DESC, id"
    };
    let sql = format!("SELECT * FROM gap WHERE workspace_id = $1 AND {state} LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(gap).collect()
}

/// One gap.
pub async fn find(store: &Store, workspace: WorkspaceId, id: GapId) -> Result<Gap> {
    let row = sqlx::query("SELECT * FROM gap WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_one(store.read())
        .await?;
    gap(&row)
}

/// How many are open.
pub async fn count(store: &Store, workspace: WorkspaceId) -> Result<i64> {
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM gap WHERE workspace_id = $1 AND closed_at IS NULL")
        .bind(workspace.text())
        .fetch_one(store.read())
        .await?;
    Ok(row.try_get("n")?)
}

/// Closes a gap without an answer. Closing a closed one changes nothing.
pub async fn close(chat: &Chat, workspace: WorkspaceId, id: GapId) -> Result<()> {
    find(chat.store(), workspace, id).await?;
    settle(chat, workspace, id, None).await
}

/// Writes the answer of a gap into a library, and closes it; the answer is found at once.
///
/// # Errors
/// [`Error::Invalid`] for an empty question or answer.
pub async fn answer(
    knowledge: &Knowledge,
    workspace: WorkspaceId,
    id: GapId,
    library: LibraryId,
    question: &str,
    answer: &str,
) -> Result<DocumentId> {
    answer_all(knowledge, workspace, &[id], library, question, answer).await
}

/// Writes one answer for gaps that ask the same, and closes them.
///
/// # Errors
/// [`Error::Invalid`] for an empty question or answer, and when the first gap has been answered already.
pub async fn answer_all(
    knowledge: &Knowledge,
    workspace: WorkspaceId,
    ids: &[GapId],
    library: LibraryId,
    question: &str,
    answer: &str,
) -> Result<DocumentId> {
    let mut gaps = Vec::with_capacity(ids.len());
    for id in ids {
        gaps.push(find(knowledge.chat().store(), workspace, *id).await?);
    }
    if gaps.first().is_some_and(|gap| gap.closed_at.is_some() && gap.document.is_some()) {
        return Err(Error::Invalid(Fault::of("fault-gap-answered")));
    }
    // The customers' own words are more wordings of the question, beside those it has already.
    let mut variants = wordings(knowledge.chat().store(), workspace, library, question).await?;
    for gap in &gaps {
        let folded = words::fold(&gap.question);
        if folded != words::fold(question) && !variants.iter().any(|variant| words::fold(variant) == folded) {
            variants.push(gap.question.clone());
        }
    }
    let document = knowledge.write_wordings(workspace, library, question, answer, variants).await?;
    for gap in gaps.iter().filter(|gap| gap.document.is_none()) {
        settle(knowledge.chat(), workspace, gap.id, Some(document)).await?;
    }
    Ok(document)
}

/// The other wordings that a written answer to this question has in the library.
async fn wordings(store: &Store, workspace: WorkspaceId, library: LibraryId, question: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT passage.text FROM passage
           JOIN document ON document.id = passage.document_id AND document.workspace_id = passage.workspace_id
           JOIN source ON source.id = document.source_id AND source.workspace_id = document.workspace_id
          WHERE passage.workspace_id = $1 AND source.library_id = $2 AND source.address = $3 AND document.external_id = $4
            AND passage.kind = $5 ORDER BY passage.position",
    )
    .bind(workspace.text())
    .bind(library.text())
    .bind(written::ADDRESS)
    .bind(words::fold(&crate::parse::clean(question)))
    .bind(Kind::Variant.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("text")?)).collect()
}

async fn settle(chat: &Chat, workspace: WorkspaceId, id: GapId, document: Option<DocumentId>) -> Result<()> {
    sqlx::query(
        "UPDATE gap SET closed_at = COALESCE(closed_at, $3), document_id = COALESCE(document_id, $4) WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(chat.now())
    .bind(document.map(|id| id.text()))
    .execute(chat.store().write())
    .await?;
    Ok(())
}

fn gap(row: &AnyRow) -> Result<Gap> {
    Ok(Gap {
        id: row::id(row, "id")?,
        conversation: row::optional_id(row, "conversation_id")?,
        seq: row.try_get("seq")?,
        question: row.try_get("question")?,
        locale: row.try_get("locale")?,
        reason: row.try_get("reason")?,
        score: row.try_get("score")?,
        asked: row.try_get("asked")?,
        created_at: row.try_get("created_at")?,
        asked_at: row.try_get("asked_at")?,
        closed_at: row.try_get("closed_at")?,
        document: row::optional_id(row, "document_id")?,
    })
}
