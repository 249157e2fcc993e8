//! What a crawl remembers of an address, and a folder of a file.

use std::collections::HashMap;

use chat::{Chat, Column, SourceId, Store, Tx, WorkspaceId};
use serde::Serialize;
use sqlx::Row;

use crate::Result;

/// An address that became a document.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Page {
    pub url: String,
    /// The document's name in the source.
    pub document: String,
    pub etag: String,
    pub modified: String,
    /// Where it leads, within the crawl; JSON.
    pub links: String,
    /// How documents were split then: another way, and it must be read again.
    pub recipe: String,
    /// Crawls in a row that did not find it.
    pub missed: i64,
}

impl Page {
    /// A file of a folder, with what it was like.
    pub(crate) fn file(name: &str, stamp: String, recipe: &str) -> Self {
        let (name, recipe) = (name.to_owned(), recipe.to_owned());
        Self { document: name.clone(), url: name, etag: stamp, modified: String::new(), links: "[]".into(), recipe, missed: 0 }
    }

    pub(super) fn links(&self) -> Vec<String> {
        serde_json::from_str(&self.links).unwrap_or_default()
    }
}

/// Every address of a source that is remembered.
pub(crate) async fn known(store: &Store, workspace: WorkspaceId, source: SourceId) -> Result<HashMap<String, Page>> {
    let rows = sqlx::query("SELECT * FROM page WHERE workspace_id = $1 AND source_id = $2")
        .bind(workspace.text())
        .bind(source.text())
        .fetch_all(store.read())
        .await?;
    rows.iter()
        .map(|row| {
            let page = Page {
                url: row.try_get("url")?,
                document: row.try_get("document")?,
                etag: row.try_get("etag")?,
                modified: row.try_get("modified")?,
                links: row.try_get("links")?,
                recipe: row.try_get("recipe")?,
                missed: row.try_get("missed")?,
            };
            Ok((page.url.clone(), page))
        })
        .collect()
}

/// Remembers addresses.
pub(crate) async fn keep(chat: &Chat, workspace: WorkspaceId, source: SourceId, pages: &[Page]) -> Result<()> {
    let texts = ["url", "document", "etag", "modified", "links", "recipe"].map(Column::Text);
    let list = chat.store().dialect().rows(4, &[texts.as_slice(), &[Column::Int("missed")]].concat());
    let sql = format!(
        "INSERT INTO page (source_id, url, workspace_id, document, etag, modified, links, recipe, missed, checked_at)
         SELECT $2, x.url, $1, x.document, x.etag, x.modified, x.links, x.recipe, x.missed, $3 FROM {list} WHERE true
         ON CONFLICT (source_id, url) DO UPDATE SET document = excluded.document, etag = excluded.etag, modified = excluded.modified,
         links = excluded.links, recipe = excluded.recipe, missed = excluded.missed, checked_at = excluded.checked_at"
    );
    for part in pages.chunks(200) {
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(workspace.text())
            .bind(source.text())
            .bind(chat.now())
            .bind(serde_json::to_string(part).unwrap_or_default())
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

/// Forgets addresses.
pub(crate) async fn forget(chat: &Chat, workspace: WorkspaceId, source: SourceId, urls: &[String]) -> Result<()> {
    let list = chat.store().dialect().rows(3, &[Column::Text("url")]);
    let sql = format!("DELETE FROM page WHERE workspace_id = $1 AND source_id = $2 AND url IN (SELECT x.url FROM {list})");
    for part in urls.chunks(500) {
        let part: Vec<HashMap<&str, &String>> = part.iter().map(|url| HashMap::from([("url", url)])).collect();
        sqlx::query(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(workspace.text())
            .bind(source.text())
            .bind(serde_json::to_string(&part).unwrap_or_default())
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

/// Forgets everything of a source.
pub(crate) async fn clear(tx: &mut Tx, workspace: WorkspaceId, source: SourceId) -> Result<()> {
    sqlx::query("DELETE FROM page WHERE workspace_id = $1 AND source_id = $2")
        .bind(workspace.text())
        .bind(source.text())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
