//! Sources: where documents come from. The same address in a library is the same source.

mod audience;
mod plan;
mod remove;
mod split;

use chat::{AgentId, Chat, LibraryId, SourceId, Store, Tx, WorkspaceId, row};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Audience, Error, Progress, Result,
    crawl::Reach,
    parse::{Reason, Skipped},
    split::Settings,
    sync::Schedule,
};

pub(crate) use audience::audience_in;
pub use audience::{at, set_audience};
pub use plan::{Plan, decide, plant};
pub use remove::remove;
pub(crate) use remove::remove_in;
pub(crate) use split::Manner;
pub use split::{set_split, settings_at};

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file that was uploaded or named.
    File,
    /// A folder of files.
    Folder,
    /// A folder the operator shares with admins.
    Shared,
    /// A page of the web.
    Url,
    /// The pages of a site, from link to link.
    Site,
    /// The pages that a sitemap lists.
    Sitemap,
    /// Questions and answers written in the console, or sent by a program.
    Written,
    /// Documents that a program sends.
    Api,
    /// A collection of help-center articles.
    Articles,
    /// Warbler's own guides.
    Guides,
}

impl Kind {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
            Self::Shared => "shared",
            Self::Url => "url",
            Self::Site => "site",
            Self::Sitemap => "sitemap",
            Self::Written => "written",
            Self::Api => "api",
            Self::Articles => "articles",
            Self::Guides => "guides",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Folder, Self::Shared, Self::Url, Self::Site, Self::Sitemap, Self::Written, Self::Api, Self::Articles, Self::Guides]
            .into_iter()
            .find(|kind| kind.text() == text)
            .unwrap_or(Self::File)
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Documents that are new or changed.
    pub taken: u64,
    /// Documents that were as before.
    pub unchanged: u64,
    /// Documents that are gone from the source, and from knowledge.
    pub removed: u64,
    /// What was left out and why: the first of them.
    pub skipped: Vec<Skipped>,
    /// How many more were left out.
    pub skipped_more: u64,
}

impl Summary {
    /// How many of the skipped are named.
    pub const NAMED: usize = 100;

    /// Notes something that was left out.
    pub fn skip(&mut self, skipped: Skipped) {
        if self.skipped.len() < Self::NAMED {
            self.skipped.push(skipped);
        } else {
            self.skipped_more += 1;
        }
    }

    /// How many were left out.
    #[must_use]
    pub fn skipped_total(&self) -> u64 {
        self.skipped.len() as u64 + self.skipped_more
    }
}

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Its shelf.
    pub library: LibraryId,
    /// What kind of place it is.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// The path, address or upload it came from.
    pub address: String,
    /// Who may be answered from it.
    pub audience: Audience,
    /// What the last import did.
    pub summary: Summary,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it was imported last, unix milliseconds.
    pub synced_at: Option<i64>,
    /// Documents it has now.
    pub documents: i64,
    /// Passages they were split into.
    pub passages: i64,
    /// How often it is read by itself.
    pub schedule: Schedule,
    /// How far a crawl of it goes.
    pub reach: Reach,
    /// Who answers for it.
    pub owner: Option<AgentId>,
    /// When it is read next, unix milliseconds; `None`: not by itself.
    pub due_at: Option<i64>,
    /// Until when somebody reads it, unless they say that they go on; 0: nobody.
    pub busy_until: i64,
    /// How far that has come.
    pub progress: Option<Progress>,
    /// Why nothing was taken the last time.
    pub failure: Option<Reason>,
    /// Of a shared folder: which files, one pattern a line; empty: all.
    pub patterns: String,
    /// How its documents are split.
    pub split: Settings,
}

impl Source {
    /// Whether somebody reads it now.
    #[must_use]
    pub fn is_busy(&self, now: i64) -> bool {
        self.busy_until > now
    }
}

const SELECT: &str = "SELECT source.*,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM document WHERE document.source_id = source.id) AS documents,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM passage JOIN document ON document.id = passage.document_id WHERE document.source_id = source.id) AS passages
    FROM source WHERE source.workspace_id = $1";

/// All sources of the workspace, or of one library, oldest first.
pub async fn list(store: &Store, workspace: WorkspaceId, library: Option<LibraryId>) -> Result<Vec<Source>> {
    let sql = format!("{SELECT} AND (CAST($2 AS TEXT) IS NULL OR source.library_id = $2) ORDER BY source.created_at, source.id");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(library.map(|id| id.text())).fetch_all(store.read()).await?;
    rows.iter().map(source).collect()
}

/// One source.
pub async fn find(store: &Store, workspace: WorkspaceId, id: SourceId) -> Result<Source> {
    let sql = format!("{SELECT} AND source.id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_one(store.read()).await?;
    source(&row)
}

/// The source of that address, made if it is not there; its name and kind become those given. Who may be answered from one that is
/// there is not changed by reading it again: see [`set_audience`].
pub(crate) async fn open(chat: &Chat, workspace: WorkspaceId, library: LibraryId, new: &New<'_>) -> Result<SourceId> {
    crate::library::find(chat.store(), workspace, library).await?;
    open_in(&mut *chat.store().write().acquire().await?, chat, workspace, library, new).await
}

/// The same in a transaction; the library is there.
pub(crate) async fn open_in(
    tx: &mut AnyConnection,
    chat: &Chat,
    workspace: WorkspaceId,
    library: LibraryId,
    new: &New<'_>,
) -> Result<SourceId> {
    let row = sqlx::query(
        "INSERT INTO source (id, workspace_id, library_id, kind, name, address, audience, summary, created_at, synced_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8, NULL)
         ON CONFLICT (workspace_id, library_id, address) DO UPDATE SET kind = excluded.kind, name = excluded.name
         RETURNING id",
    )
    .bind(chat.id::<SourceId>().text())
    .bind(workspace.text())
    .bind(library.text())
    .bind(new.kind.text())
    .bind(new.name)
    .bind(new.address)
    .bind(new.audience.text())
    .bind(chat.now())
    .fetch_one(tx)
    .await?;
    Ok(row::id(&row, "id")?)
}

/// What a source is made of.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in [`Source`]")]
pub struct New<'a> {
    pub kind: Kind,
    pub name: &'a str,
    pub address: &'a str,
    pub audience: Audience,
}

/// Notes that nothing could be taken, and why.
pub(crate) async fn failed(chat: &Chat, workspace: WorkspaceId, library: LibraryId, new: &New<'_>, reason: &Reason) -> Result<()> {
    let id = open(chat, workspace, library, new).await?;
    sqlx::query("UPDATE source SET failure = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(serde_json::to_string(reason).unwrap_or_default())
        .execute(chat.store().write())
        .await?;
    Ok(())
}

/// Notes what an import did. When it is to be split otherwise meanwhile, it is due at once.
pub(crate) async fn synced(
    tx: &mut Tx,
    (workspace, id): (WorkspaceId, SourceId),
    summary: &Summary,
    split: Settings,
    now: i64,
) -> Result<()> {
    let text = serde_json::to_string(summary).map_err(|error| Error::Invalid(error.to_string().into()))?;
    sqlx::query(
        "UPDATE source SET summary = $3, synced_at = $4, failure = '', due_at = CASE WHEN split = $5 THEN due_at ELSE $4 END
         WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(text)
    .bind(now)
    .bind(split.text())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn source(row: &AnyRow) -> Result<Source> {
    Ok(Source {
        id: row::id(row, "id")?,
        library: row::id(row, "library_id")?,
        kind: Kind::parse(row.try_get("kind")?),
        name: row.try_get("name")?,
        address: row.try_get("address")?,
        audience: Audience::parse(row.try_get("audience")?),
        summary: row::json(row, "summary")?,
        created_at: row.try_get("created_at")?,
        synced_at: row.try_get("synced_at")?,
        documents: row.try_get("documents")?,
        passages: row.try_get("passages")?,
        schedule: Schedule::parse(row.try_get("schedule")?),
        reach: row::json(row, "reach")?,
        owner: row::optional_id(row, "owner_id")?,
        due_at: row.try_get("due_at")?,
        busy_until: row.try_get("busy_until")?,
        progress: serde_json::from_str(row.try_get("progress")?).ok(),
        failure: serde_json::from_str(row.try_get("failure")?).ok(),
        patterns: row.try_get("patterns")?,
        split: Settings::parse(row.try_get("split")?),
    })
}
