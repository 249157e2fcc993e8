//! Reading articles as the staff have them.

use std::collections::HashMap;

use chat::{ArticleId, SourceId, Store, WorkspaceId, row};
use sqlx::{Row, any::AnyRow};

use super::{Article, Text};
use crate::{Error, Result};

const TEXT: &str = "article_text.article_id, article_text.locale, article_text.title, article_text.summary, article_text.revision,
    article_text.agent_id, article_text.updated_at, article_text.published_at";

/// Every article that is not removed, in the order of its collection.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Article>> {
    some(store, workspace, "article.removed_at IS NULL", "article.position, article.number").await
}

/// Those that were removed, the latest first.
pub async fn removed(store: &Store, workspace: WorkspaceId) -> Result<Vec<Article>> {
    some(store, workspace, "article.removed_at IS NOT NULL", "article.removed_at DESC, article.number").await
}

async fn some(store: &Store, workspace: WorkspaceId, which: &str, order: &str) -> Result<Vec<Article>> {
    let texts = sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT {TEXT} FROM article_text JOIN article ON article.id = article_text.article_id
          WHERE article_text.workspace_id = $1 AND {which} ORDER BY article_text.locale"
    )))
    .bind(workspace.text())
    .fetch_all(store.read())
    .await?;
    let mut of: HashMap<ArticleId, Vec<Text>> = HashMap::new();
    for row in &texts {
        of.entry(row::id(row, "article_id")?).or_default().push(text_of(row)?);
    }
    let sql = format!("SELECT * FROM article WHERE article.workspace_id = $1 AND {which} ORDER BY {order}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).fetch_all(store.read()).await?;
    rows.iter().map(|row| article(row, of.remove(&row::id(row, "id")?).unwrap_or_default())).collect()
}

/// One article, removed or not.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn find(store: &Store, workspace: WorkspaceId, id: ArticleId) -> Result<Article> {
    let sql = format!("SELECT {TEXT} FROM article_text WHERE workspace_id = $1 AND article_id = $2 ORDER BY locale");
    let texts = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_all(store.read()).await?;
    let row = sqlx::query("SELECT * FROM article WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    article(&row.ok_or(Error::NotFound)?, texts.iter().map(text_of).collect::<Result<_>>()?)
}

/// The articles of a collection that are not removed, by what it is in knowledge.
pub(super) async fn of_source(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<Vec<ArticleId>> {
    let rows = sqlx::query(
        "SELECT article.id FROM article JOIN collection ON collection.id = article.collection_id
          WHERE article.workspace_id = $1 AND collection.source_id = $2 AND article.removed_at IS NULL ORDER BY article.position, article.id",
    )
    .bind(workspace.text())
    .bind(source.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok(row::id(row, "id")?)).collect()
}

/// An article in one language, with its body; `None`: there is none.
pub async fn text(store: &Store, workspace: WorkspaceId, id: ArticleId, locale: &str) -> Result<Option<(Text, String)>> {
    let sql = format!("SELECT {TEXT}, body FROM article_text WHERE workspace_id = $1 AND article_id = $2 AND locale = $3");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).bind(locale).fetch_optional(store.read()).await?;
    row.map(|row| Ok((text_of(&row)?, row.try_get("body")?))).transpose()
}

fn article(row: &AnyRow, texts: Vec<Text>) -> Result<Article> {
    Ok(Article {
        id: row::id(row, "id")?,
        collection: row::id(row, "collection_id")?,
        number: row.try_get("number")?,
        author: row::id(row, "agent_id")?,
        created_at: row.try_get("created_at")?,
        removed_at: row.try_get("removed_at")?,
        texts,
    })
}

pub(super) fn text_of(row: &AnyRow) -> Result<Text> {
    Ok(Text {
        locale: row.try_get("locale")?,
        title: row.try_get("title")?,
        summary: row.try_get("summary")?,
        revision: row.try_get("revision")?,
        editor: row::id(row, "agent_id")?,
        updated_at: row.try_get("updated_at")?,
        published_at: row.try_get("published_at")?,
    })
}
