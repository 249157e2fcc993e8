//! Passages: what is found and cited.

use std::collections::HashMap;

use chat::{Column, Dialect, DocumentId, LibraryId, PassageId, SourceId, Store, Tx, WorkspaceId, row};
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, any::AnyRow};
use uuid::Uuid;

use crate::{
    Audience, Result, guides,
    release::{At, Span, Which, retire},
    revision,
    spot::Spot,
};

/// What role a passage has in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of running text.
    Text,
    /// The answer to the question in its heading.
    Answer,
    /// Another wording of that question.
    Variant,
}

impl Kind {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Answer => "answer",
            Self::Variant => "variant",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "answer" => Self::Answer,
            "variant" => Self::Variant,
            _ => Self::Text,
        }
    }
}

/// A passage with what a reader needs of its document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// Its id.
    pub id: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Its library.
    pub library: LibraryId,
    /// The document's title.
    pub title: String,
    /// Where it can be read: the document's address, in a guide that of the section; empty: nowhere.
    pub url: String,
    /// Path of headings, joined by " › "; the question, for an answer.
    pub heading: String,
    /// What it says, in light Markdown.
    pub text: String,
    /// What role it has.
    pub kind: Kind,
    /// ISO 639-1.
    pub language: String,
    /// Who may be answered from it.
    #[serde(skip)]
    pub audience: Audience,
    /// From 0 within the document.
    pub position: i64,
    /// Where in its file it stands.
    pub spot: Option<Spot>,
    /// Of a passage that somebody changed: which edit; else empty.
    #[serde(skip)]
    pub origin: String,
    /// Since when it is switched off, unix milliseconds.
    pub hidden_at: Option<i64>,
    /// The releases it is in.
    #[serde(skip)]
    pub(crate) span: Span,
}

impl Passage {
    /// All that is searched in it: title, headings and text, none twice.
    #[must_use]
    pub fn searched(&self) -> String {
        let mut all = String::with_capacity(self.title.len() + self.heading.len() + self.text.len() + 2);
        if self.title != self.heading {
            all.push_str(&self.title);
            all.push('\n');
        }
        all.push_str(&self.heading);
        if self.text != self.heading {
            all.push('\n');
            all.push_str(&self.text);
        }
        all
    }

    /// What its vector is made of: another wording of a question means what it says, whatever the title above it.
    #[must_use]
    pub(crate) fn meant(&self) -> String {
        if self.kind == Kind::Variant { self.text.clone() } else { self.searched() }
    }
}

/// A passage to be written.
#[derive(Debug, Serialize)]
pub(crate) struct NewPassage {
    pub id: String,
    pub document_id: String,
    pub position: i64,
    pub kind: &'static str,
    pub heading: String,
    pub text: String,
    pub language: &'static str,
    pub spot: String,
    pub origin: String,
    pub hidden_at: Option<i64>,
}

const COLUMNS: &str = "passage.id, passage.document_id, passage.library_id, passage.kind, passage.heading, passage.text,
    passage.language, passage.audience, passage.position, passage.since, CAST(NULL AS BIGINT) AS last, passage.spot, passage.origin, passage.hidden_at, document.title, document.url";

const FROM: &str = "passage JOIN document ON document.id = passage.document_id AND document.workspace_id = passage.workspace_id";

/// The same of those that only releases still have.
const RETIRED: &str =
    "retired.id, retired.document_id, retired.library_id, retired.kind, retired.heading, retired.text, retired.language, retired.audience,
    retired.position, retired.since, retired.last, '' AS spot, '' AS origin, CAST(NULL AS BIGINT) AS hidden_at, retired.title, retired.url";

/// One passage.
pub async fn find(store: &Store, workspace: WorkspaceId, id: PassageId) -> Result<Passage> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE passage.workspace_id = $1 AND passage.id = $2");
    read(store, &sql, workspace, id.text()).await?.pop().ok_or_else(|| sqlx::Error::RowNotFound.into())
}

/// The passages of a document in order.
pub async fn of_document(store: &Store, workspace: WorkspaceId, document: DocumentId) -> Result<Vec<Passage>> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE passage.workspace_id = $1 AND passage.document_id = $2");
    let mut passages = read(store, &sql, workspace, document.text()).await?;
    passages.sort_by_key(|passage| passage.position);
    Ok(passages)
}

/// The passages of some documents, each in order.
pub(crate) async fn of_documents(
    store: &Store,
    workspace: WorkspaceId,
    documents: &[DocumentId],
) -> Result<HashMap<DocumentId, Vec<Passage>>> {
    let list = store.dialect().rows(2, &[Column::Text("id")]);
    let sql = format!("SELECT {COLUMNS} FROM {list} CROSS JOIN {FROM} WHERE passage.document_id = x.id AND passage.workspace_id = $1");
    let ids: Vec<HashMap<&str, String>> = documents.iter().map(|id| HashMap::from([("id", id.text())])).collect();
    let mut found: HashMap<DocumentId, Vec<Passage>> = HashMap::with_capacity(documents.len());
    for passage in read(store, &sql, workspace, serde_json::to_string(&ids).unwrap_or_default()).await? {
        found.entry(passage.document).or_default().push(passage);
    }
    found.values_mut().for_each(|passages| passages.sort_by_key(|passage| passage.position));
    Ok(found)
}

/// The passages that a statement about the workspace and one thing more finds.
async fn read(store: &Store, select: &str, workspace: WorkspaceId, by: String) -> Result<Vec<Passage>> {
    let sql = store.dialect().as_one(select, Kept::COLUMNS);
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(by).fetch_one(store.read()).await?;
    let rows: Vec<Kept> = serde_json::from_str(row.try_get("found")?).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(rows.into_iter().map(Passage::from).collect())
}

/// Those of the passages that still are in the record, for knowledge of today or for releases.
pub(crate) async fn some(store: &Store, workspace: WorkspaceId, ids: &[Uuid]) -> Result<HashMap<Uuid, Passage>> {
    let ids: Vec<HashMap<&str, String>> = ids.iter().map(|id| HashMap::from([("id", id.to_string())])).collect();
    let sql = some_sql(store.dialect());
    let json = serde_json::to_string(&ids).unwrap_or_default();
    Ok(read(store, &sql, workspace, json).await?.into_iter().map(|passage| (passage.id.0, passage)).collect())
}

/// The list comes first and is crossed with the table: with `IN`, SQLite would walk all passages of the workspace.
fn some_sql(dialect: Dialect) -> String {
    let list = dialect.rows(2, &[Column::Text("id")]);
    format!(
        "SELECT {COLUMNS} FROM {list} CROSS JOIN {FROM} WHERE passage.id = x.id AND passage.workspace_id = $1
         UNION ALL SELECT {RETIRED} FROM {list} CROSS JOIN retired WHERE retired.id = x.id AND retired.workspace_id = $1"
    )
}

/// As [`some_sql`], by document.
fn answers_sql(dialect: Dialect) -> String {
    let list = dialect.rows(2, &[Column::Text("id")]);
    format!(
        "SELECT {COLUMNS} FROM {list} CROSS JOIN {FROM}
          WHERE passage.document_id = x.id AND passage.position = 0 AND passage.workspace_id = $1 AND passage.hidden_at IS NULL
         UNION ALL SELECT {RETIRED} FROM {list} CROSS JOIN retired
          WHERE retired.document_id = x.id AND retired.position = 0 AND retired.workspace_id = $1"
    )
}

/// The answer passages of documents that were met by another wording.
pub(crate) async fn answers(
    store: &Store,
    workspace: WorkspaceId,
    documents: &[DocumentId],
    at: At,
) -> Result<HashMap<DocumentId, Passage>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<HashMap<&str, String>> = documents.iter().map(|id| HashMap::from([("id", id.text())])).collect();
    let sql = answers_sql(store.dialect());
    let json = serde_json::to_string(&ids).unwrap_or_default();
    let all = read(store, &sql, workspace, json).await?;
    Ok(all.into_iter().filter(|passage| passage.span.holds(at)).map(|passage| (passage.document, passage)).collect())
}

/// Every passage's id with its audience and its releases: what the index must hold.
pub(crate) async fn ids(store: &Store, workspace: WorkspaceId) -> Result<HashMap<Uuid, (Audience, Span)>> {
    let rows = sqlx::query(
        "SELECT id, audience, since, CAST(NULL AS BIGINT) AS last FROM passage WHERE workspace_id = $1 AND hidden_at IS NULL
         UNION ALL SELECT id, audience, since, last FROM retired WHERE workspace_id = $1",
    )
    .bind(workspace.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok((row::id::<PassageId>(row, "id")?.0, (Audience::parse(row.try_get("audience")?), span(row)?)))).collect()
}

/// Removes one passage; a release that was frozen with it keeps it.
pub(crate) async fn remove(tx: &mut Tx, store: &Store, workspace: WorkspaceId, id: PassageId) -> Result<Audience> {
    retire(tx, store, workspace, Which::Passage(id)).await?;
    let row = sqlx::query("DELETE FROM passage WHERE workspace_id = $1 AND id = $2 RETURNING audience")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(Audience::parse(row.ok_or(crate::Error::NotFound)?.try_get("audience")?))
}

/// Writes passages of documents of one library; they are in the next release and those after it.
pub(crate) async fn insert(tx: &mut Tx, store: &Store, scope: &Scope, passages: &[NewPassage], now: i64) -> Result<()> {
    let columns = ["id", "document_id", "kind", "heading", "text", "language", "spot", "origin"].map(Column::Text);
    let list = store.dialect().rows(5, &[columns.as_slice(), &[Column::Int("position"), Column::Int("hidden_at")]].concat());
    let sql = format!(
        "INSERT INTO passage (id, workspace_id, library_id, document_id, position, kind, heading, text, audience, language, spot, origin, hidden_at, created_at, since)
         SELECT x.id, $1, $2, x.document_id, x.position, x.kind, x.heading, x.text, $3, x.language, x.spot, x.origin, x.hidden_at, $4, $6 FROM {list}"
    );
    let since = revision::hold(tx, scope.workspace).await? + 1;
    for part in passages.chunks(400) {
        let json = serde_json::to_string(part).unwrap_or_default();
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(scope.workspace.text())
            .bind(scope.library.text())
            .bind(scope.audience.text())
            .bind(now)
            .bind(json)
            .bind(since)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Where passages belong, and who may be answered from them.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub workspace: WorkspaceId,
    pub library: LibraryId,
    pub audience: Audience,
}

/// Gives the passages of a source another audience.
pub(crate) async fn set_audience(tx: &mut Tx, workspace: WorkspaceId, source: SourceId, audience: &Audience) -> Result<()> {
    sqlx::query(
        "UPDATE passage SET audience = $3 WHERE workspace_id = $1 AND audience <> $3
         AND document_id IN (SELECT id FROM document WHERE workspace_id = $1 AND source_id = $2)",
    )
    .bind(workspace.text())
    .bind(source.text())
    .bind(audience.text())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE retired SET audience = $3 WHERE workspace_id = $1 AND source_id = $2 AND audience <> $3")
        .bind(workspace.text())
        .bind(source.text())
        .bind(audience.text())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A passage as the record has it.
#[derive(Deserialize)]
struct Kept {
    id: PassageId,
    document_id: DocumentId,
    library_id: LibraryId,
    kind: String,
    heading: String,
    text: String,
    language: String,
    audience: String,
    position: i64,
    since: i64,
    last: Option<i64>,
    spot: String,
    origin: String,
    hidden_at: Option<i64>,
    title: String,
    url: String,
}

impl Kept {
    const COLUMNS: &[&str] = &[
        "id",
        "document_id",
        "library_id",
        "kind",
        "heading",
        "text",
        "language",
        "audience",
        "position",
        "since",
        "last",
        "spot",
        "origin",
        "hidden_at",
        "title",
        "url",
    ];
}

impl From<Kept> for Passage {
    fn from(row: Kept) -> Self {
        let spot = Spot::parse(&row.spot);
        Self {
            id: row.id,
            document: row.document_id,
            library: row.library_id,
            title: row.title,
            url: Spot::of_url(spot.as_ref(), guides::section(row.url, &row.heading)),
            heading: row.heading,
            text: row.text,
            kind: Kind::parse(&row.kind),
            language: row.language,
            audience: Audience::parse(&row.audience),
            position: row.position,
            spot,
            origin: row.origin,
            hidden_at: row.hidden_at,
            span: Span { since: row.since, last: row.last },
        }
    }
}

fn span(row: &AnyRow) -> Result<Span> {
    Ok(Span { since: row.try_get("since")?, last: row.try_get("last")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat::{Chat, Clock, Random};

    #[tokio::test]
    async fn what_is_asked_for_by_name_does_not_walk_the_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let config = chat::Config { address: format!("sqlite:{}", folder.path().join("record.db").display()), ..chat::Config::default() };
        let chat = Chat::open(&config, Clock::system(), Random::system()).await.unwrap();
        for sql in [some_sql(Dialect::Sqlite), answers_sql(Dialect::Sqlite)] {
            let explain = format!("EXPLAIN QUERY PLAN {sql}");
            let query = sqlx::query(sqlx::AssertSqlSafe(explain)).bind("w").bind("[]");
            let plan = query.fetch_all(chat.store().read()).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(plan.iter().any(|step| step.contains("passage USING INDEX")), "{plan:?}");
            assert!(!plan.iter().any(|step| step.contains("(workspace_id=?)") || step.starts_with("SCAN passage")), "{plan:?}");
        }
    }
}
