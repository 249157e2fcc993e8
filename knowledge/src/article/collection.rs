//! Collections: shelves of articles, each a source of knowledge with a name in every language.

use std::collections::BTreeMap;

use chat::{Chat, CollectionId, LOCALES, LibraryId, SourceId, Store, Tx, WorkspaceId, row};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use super::order;
use crate::{
    Audience, Error, Fault, Result,
    document::Place,
    library,
    parse::{clean, one_line},
    release::Frozen,
    revision,
    source::{self, Kind},
};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 80;
/// Longest description.
pub const LONGEST_ABOUT: usize = 200;
/// The library that collections stand in unless somebody chooses another.
pub const LIBRARY: &str = "Help center";

/// A shelf of articles.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// What it is in knowledge: its documents are the published texts.
    pub source: SourceId,
    /// The source's library.
    pub library: LibraryId,
    /// Who may read its articles, and be answered from them.
    pub audience: Audience,
    /// In public addresses; unique in the workspace.
    pub number: i64,
    /// What it is called.
    pub names: Names,
    /// Articles it has, whatever their state; those that were removed do not count.
    pub articles: i64,
}

/// A name by language.
pub type Names = BTreeMap<String, Name>;

/// What a collection is called in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Its name.
    pub name: String,
    /// What it is about, in a sentence; may be empty.
    pub about: String,
}

impl Collection {
    /// What it is called in a language, or else in the first one that it has a name in.
    #[must_use]
    pub fn name(&self, locale: &str) -> &Name {
        called(&self.names, locale)
    }
}

/// The name for a language, or else the first one.
#[must_use]
pub fn called<'a>(names: &'a Names, locale: &str) -> &'a Name {
    const NONE: &Name = &Name { name: String::new(), about: String::new() };
    names.get(locale).or_else(|| names.values().next()).unwrap_or(NONE)
}

const SELECT: &str = "SELECT collection.id, collection.source_id, collection.number, collection.names, source.library_id, source.audience,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM article WHERE article.collection_id = collection.id AND article.removed_at IS NULL) AS articles
    FROM collection JOIN source ON source.id = collection.source_id WHERE collection.workspace_id = $1";

/// All of them in their order.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Collection>> {
    let sql = format!("{SELECT} ORDER BY collection.position, collection.number");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).fetch_all(store.read()).await?;
    rows.iter().map(collection).collect()
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn find(store: &Store, workspace: WorkspaceId, id: CollectionId) -> Result<Collection> {
    let sql = format!("{SELECT} AND collection.id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_optional(store.read()).await?;
    collection(&row.ok_or(Error::NotFound)?)
}

/// Makes one, as the last.
///
/// # Errors
/// [`Error::Invalid`] without a name or with one that is too long, [`Error::NotFound`] for a library that is not there.
pub async fn create(chat: &Chat, workspace: WorkspaceId, library: LibraryId, names: Names, audience: Audience) -> Result<CollectionId> {
    let names = checked(names)?;
    let id: CollectionId = chat.id();
    let address = format!("articles:{id}");
    let new = source::New { kind: Kind::Articles, name: &called(&names, LOCALES[0]).name, address: &address, audience };
    library::find(chat.store(), workspace, library).await?;
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let source = source::open_in(&mut tx, chat, workspace, library, &new).await?;
    let number = order::number(&mut tx, workspace, order::Numbered::Collection).await?;
    let position = order::next(&mut tx, "SELECT MAX(position) AS last FROM collection WHERE workspace_id = $1", &workspace.text()).await?;
    sqlx::query(
        "INSERT INTO collection (id, workspace_id, source_id, number, names, position, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(source.text())
    .bind(number)
    .bind(serde_json::to_string(&names).unwrap_or_default())
    .bind(position)
    .bind(chat.now())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives it other names; its audience is its source's.
///
/// # Errors
/// As [`create`].
pub async fn rename(chat: &Chat, workspace: WorkspaceId, id: CollectionId, names: Names) -> Result<()> {
    let names = checked(names)?;
    let mut tx = chat.begin().await?;
    let source = place(&mut tx, workspace, id).await?.source;
    sqlx::query("UPDATE collection SET names = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(serde_json::to_string(&names).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE source SET name = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(source.text())
        .bind(&called(&names, LOCALES[0]).name)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Removes one that has no articles, and for good those that were removed from it.
///
/// # Errors
/// [`Error::Invalid`] while it has articles, [`Error::NotFound`], or the record's.
pub async fn remove(chat: &Chat, workspace: WorkspaceId, id: CollectionId) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let source = place(&mut tx, workspace, id).await?.source;
    let row = sqlx::query("SELECT id FROM article WHERE workspace_id = $1 AND collection_id = $2 AND removed_at IS NULL LIMIT 1")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut *tx)
        .await?;
    if row.is_some() {
        return Err(Error::Invalid(Fault::of("fault-collection-full")));
    }
    for sql in [
        "DELETE FROM article_text WHERE workspace_id = $1 AND article_id IN (SELECT id FROM article WHERE workspace_id = $1 AND collection_id = $2)",
        "DELETE FROM article WHERE workspace_id = $1 AND collection_id = $2",
        "DELETE FROM collection WHERE workspace_id = $1 AND id = $2",
    ] {
        sqlx::query(sql).bind(workspace.text()).bind(id.text()).execute(&mut *tx).await?;
    }
    source::remove_in(&mut tx, chat.store(), workspace, source, Frozen::Kept).await?;
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(())
}

/// Where the documents of its articles belong.
pub(super) async fn place(tx: &mut Tx, workspace: WorkspaceId, id: CollectionId) -> Result<Place> {
    let row = sqlx::query(
        "SELECT collection.source_id, source.library_id FROM collection JOIN source ON source.id = collection.source_id
          WHERE collection.workspace_id = $1 AND collection.id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Place { workspace, library: row::id(&row, "library_id")?, source: row::id(&row, "source_id")? })
}

/// Names in languages that are known; at least one.
fn checked(names: Names) -> Result<Names> {
    let tidy = |name: Name| Name { name: one_line(&clean(&name.name)), about: one_line(&clean(&name.about)) };
    let names: Names = names.into_iter().map(|(locale, name)| (locale, tidy(name))).filter(|(_, name)| !name.name.is_empty()).collect();
    if names.is_empty() || names.keys().any(|locale| !LOCALES.contains(&locale.as_str())) {
        return Err(Error::Invalid(Fault::of("fault-collection-name")));
    }
    for name in names.values() {
        if name.name.chars().count() > LONGEST_NAME || name.about.chars().count() > LONGEST_ABOUT {
            return Err(Error::Invalid(Fault::of("fault-long")));
        }
    }
    Ok(names)
}

fn collection(row: &AnyRow) -> Result<Collection> {
    Ok(Collection {
        id: row::id(row, "id")?,
        source: row::id(row, "source_id")?,
        library: row::id(row, "library_id")?,
        audience: Audience::parse(row.try_get("audience")?),
        number: row.try_get("number")?,
        names: row::json(row, "names")?,
        articles: row.try_get("articles")?,
    })
}
