//! What people change in passages: another text, or switched off. An edit belongs to a passage as its source has it, and is
//! put on again at every import that finds it so; when the source's own text changes, the edit is listed as lost.

use std::collections::HashMap;

use chat::{AgentId, Chat, Column, DocumentId, PassageId, SourceId, Store, Tx, WorkspaceId, row};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{Row, any::AnyRow};

use crate::{
    Error, Fault, Result, language, parse,
    passage::{self, NewPassage, Passage, Scope},
    revision,
    spot::Spot,
};

/// Longest text of a passage, in characters.
const LONGEST: usize = 20_000;

/// What somebody made of a passage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    /// The passage's document.
    pub document: DocumentId,
    /// Which passage of it: a hash of what the source has.
    pub origin: String,
    /// Its heading.
    pub heading: String,
    /// The text as the source has it, or had it when the edit was made.
    pub before: String,
    /// The text as it should be.
    pub text: String,
    /// Since when it is switched off, unix milliseconds.
    pub hidden_at: Option<i64>,
    /// Who did it.
    pub agent: AgentId,
    /// Unix milliseconds.
    pub edited_at: i64,
    /// Since when the source has another text below it.
    pub lost_at: Option<i64>,
}

/// What becomes of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another text.
    Text(String),
    /// Not to be found any more.
    Hide,
    /// To be found again.
    Show,
    /// As the source has it.
    Restore,
}

/// Changes a passage; returns its new id, for an index knows passages by what they say.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a text that is empty or too long.
pub async fn change(chat: &Chat, workspace: WorkspaceId, id: PassageId, agent: AgentId, change: Change) -> Result<PassageId> {
    let passage = passage::find(chat.store(), workspace, id).await?;
    let mut tx = chat.begin().await?;
    let fresh = change_in(&mut tx, chat, workspace, &passage, agent, change).await?;
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(fresh)
}

/// Changes a passage that was read before.
pub(crate) async fn change_in(
    tx: &mut Tx,
    chat: &Chat,
    workspace: WorkspaceId,
    passage: &Passage,
    agent: AgentId,
    change: Change,
) -> Result<PassageId> {
    let known = match passage.origin.as_str() {
        "" => None,
        origin => find(chat.store(), workspace, passage.document, origin).await?,
    };
    let mut edit = known.unwrap_or_else(|| Edit {
        document: passage.document,
        origin: origin(&passage.heading, &passage.text),
        heading: passage.heading.clone(),
        before: passage.text.clone(),
        text: passage.text.clone(),
        hidden_at: None,
        agent,
        edited_at: 0,
        lost_at: None,
    });
    let now = chat.now();
    (edit.agent, edit.edited_at) = (agent, now);
    match change {
        Change::Text(text) => edit.text = checked(&text)?,
        Change::Hide => edit.hidden_at = edit.hidden_at.or(Some(now)),
        Change::Show => edit.hidden_at = None,
        Change::Restore => (edit.text, edit.hidden_at) = (edit.before.clone(), None),
    }
    let plain = edit.text == edit.before && edit.hidden_at.is_none();
    // First, as an import does: one waits for the other.
    revision::hold(tx, workspace).await?;
    if plain {
        forget(tx, workspace, edit.document, &edit.origin).await?;
    } else {
        keep(tx, workspace, &edit).await?;
    }
    let fresh = replace(tx, chat, workspace, passage, &edit, plain).await?;
    revision::raise(tx, workspace).await?;
    Ok(fresh)
}

async fn replace(tx: &mut Tx, chat: &Chat, workspace: WorkspaceId, passage: &Passage, edit: &Edit, plain: bool) -> Result<PassageId> {
    // As it is now, not as it was read: an import or another audience may have come in between.
    let audience = passage::remove(tx, chat.store(), workspace, passage.id).await?;
    let id: PassageId = chat.id();
    let new = NewPassage {
        id: id.text(),
        document_id: passage.document.text(),
        position: passage.position,
        kind: passage.kind.text(),
        heading: passage.heading.clone(),
        text: edit.text.clone(),
        language: language::of(&format!("{} {}", passage.heading, edit.text)),
        spot: Spot::keep(passage.spot.as_ref()),
        origin: if plain { String::new() } else { edit.origin.clone() },
        hidden_at: edit.hidden_at,
    };
    let scope = Scope { workspace, library: passage.library, audience };
    passage::insert(tx, chat.store(), &scope, &[new], chat.now()).await?;
    Ok(id)
}

/// Edits whose source has changed below them, the latest first.
pub async fn lost(store: &Store, workspace: WorkspaceId) -> Result<Vec<Edit>> {
    let rows =
        sqlx::query("SELECT * FROM passage_edit WHERE workspace_id = $1 AND lost_at IS NOT NULL ORDER BY lost_at DESC, origin LIMIT 500")
            .bind(workspace.text())
            .fetch_all(store.read())
            .await?;
    rows.iter().map(edit).collect()
}

/// How many passages of a source somebody has changed or switched off.
pub async fn count(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<i64> {
    let row = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM passage_edit JOIN document ON document.id = passage_edit.document_id
          WHERE passage_edit.workspace_id = $1 AND document.source_id = $2 AND passage_edit.lost_at IS NULL",
    )
    .bind(workspace.text())
    .bind(source.text())
    .fetch_one(store.read())
    .await?;
    Ok(row.try_get("n")?)
}

/// Gives an edit up.
pub async fn give_up(chat: &Chat, workspace: WorkspaceId, document: DocumentId, origin: &str) -> Result<()> {
    let mut tx = chat.begin().await?;
    forget(&mut tx, workspace, document, origin).await?;
    tx.commit().await?;
    Ok(())
}

/// What a passage was before somebody changed it; `None` when nobody did.
pub async fn find(store: &Store, workspace: WorkspaceId, document: DocumentId, origin: &str) -> Result<Option<Edit>> {
    let row = sqlx::query("SELECT * FROM passage_edit WHERE workspace_id = $1 AND document_id = $2 AND origin = $3")
        .bind(workspace.text())
        .bind(document.text())
        .bind(origin)
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(edit).transpose()
}

/// The edits of documents that are written anew; call it when the revision is held.
pub(crate) async fn of_documents(tx: &mut Tx, store: &Store, workspace: WorkspaceId, documents: &[DocumentId]) -> Result<Vec<Edit>> {
    let list = store.dialect().rows(2, &[Column::Text("id")]);
    let sql = format!("SELECT * FROM passage_edit WHERE workspace_id = $1 AND document_id IN (SELECT x.id FROM {list})");
    let mut found = Vec::new();
    for part in documents.chunks(500) {
        let ids: Vec<HashMap<&str, String>> = part.iter().map(|id| HashMap::from([("id", id.text())])).collect();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(workspace.text())
            .bind(serde_json::to_string(&ids).unwrap_or_default())
            .fetch_all(&mut **tx)
            .await?;
        for row in &rows {
            found.push(edit(row)?);
        }
    }
    Ok(found)
}

/// Puts edits on passages that are as they were when they were edited; the others are lost from now on.
pub(crate) async fn put_on(tx: &mut Tx, workspace: WorkspaceId, edits: &[Edit], passages: &mut [NewPassage], now: i64) -> Result<()> {
    if edits.is_empty() {
        return Ok(());
    }
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for (at, passage) in passages.iter().enumerate() {
        places.insert((passage.document_id.clone(), origin(&passage.heading, &passage.text)), at);
    }
    for edit in edits {
        let at = places.get(&(edit.document.text(), edit.origin.clone())).copied();
        if let Some(passage) = at.and_then(|at| passages.get_mut(at)) {
            passage.language = language::of(&format!("{} {}", edit.heading, edit.text));
            passage.text.clone_from(&edit.text);
            passage.origin.clone_from(&edit.origin);
            passage.hidden_at = edit.hidden_at;
        }
        let lost = if at.is_some() { None } else { edit.lost_at.or(Some(now)) };
        if lost != edit.lost_at {
            keep(tx, workspace, &Edit { lost_at: lost, ..edit.clone() }).await?;
        }
    }
    Ok(())
}

async fn keep(tx: &mut Tx, workspace: WorkspaceId, edit: &Edit) -> Result<()> {
    sqlx::query(
        "INSERT INTO passage_edit (document_id, origin, workspace_id, heading, before, text, hidden_at, agent_id, edited_at, lost_at)
         VALUES ($2, $3, $1, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (document_id, origin) DO UPDATE SET text = excluded.text, hidden_at = excluded.hidden_at, agent_id = excluded.agent_id,
         edited_at = excluded.edited_at, lost_at = excluded.lost_at",
    )
    .bind(workspace.text())
    .bind(edit.document.text())
    .bind(&edit.origin)
    .bind(&edit.heading)
    .bind(&edit.before)
    .bind(&edit.text)
    .bind(edit.hidden_at)
    .bind(edit.agent.text())
    .bind(edit.edited_at)
    .bind(edit.lost_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn forget(tx: &mut Tx, workspace: WorkspaceId, document: DocumentId, origin: &str) -> Result<()> {
    sqlx::query("DELETE FROM passage_edit WHERE workspace_id = $1 AND document_id = $2 AND origin = $3")
        .bind(workspace.text())
        .bind(document.text())
        .bind(origin)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets the edits of a source.
pub(crate) async fn clear(tx: &mut Tx, workspace: WorkspaceId, source: SourceId) -> Result<()> {
    sqlx::query("DELETE FROM passage_edit WHERE workspace_id = $1 AND document_id IN (SELECT id FROM document WHERE workspace_id = $1 AND source_id = $2)")
        .bind(workspace.text())
        .bind(source.text())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn checked(text: &str) -> Result<String> {
    let text = parse::clean(text).trim().to_owned();
    if text.is_empty() {
        return Err(Error::Invalid(Fault::of("fault-passage-empty")));
    }
    if text.chars().count() > LONGEST {
        return Err(Error::Invalid(Fault::of("fault-passage-long")));
    }
    Ok(text)
}

/// Which passage of a document it is, whatever its place.
fn origin(heading: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{heading}\n{text}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn edit(row: &AnyRow) -> Result<Edit> {
    Ok(Edit {
        document: row::id(row, "document_id")?,
        origin: row.try_get("origin")?,
        heading: row.try_get("heading")?,
        before: row.try_get("before")?,
        text: row.try_get("text")?,
        hidden_at: row.try_get("hidden_at")?,
        agent: row::id(row, "agent_id")?,
        edited_at: row.try_get("edited_at")?,
        lost_at: row.try_get("lost_at")?,
    })
}
