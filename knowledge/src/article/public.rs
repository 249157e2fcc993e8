//! What anybody may read: published texts of collections that are for everybody, in libraries that are for everybody.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chat::{ArticleId, CollectionId, DocumentId, LibraryId, Store, WorkspaceId, row};
use sqlx::{Row, any::AnyRow};

use super::{Names, record};
use crate::{
    Knowledge, Passage, Query, Reader, Result,
    release::At,
    search::{Legs, Way},
};

/// Longest question of a search, in characters.
pub const LONGEST_QUESTION: usize = 200;
/// Texts that are found, at most.
const FOUND: usize = 60;

/// A published text that anybody may read; its body is read apart.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in [`super::Article`], [`super::Text`] and [`super::Collection`]")]
pub struct Public {
    pub article: ArticleId,
    pub number: i64,
    pub locale: String,
    pub title: String,
    pub summary: String,
    pub updated_at: i64,
    pub collection: CollectionId,
    pub collection_number: i64,
    pub names: Names,
    pub library: LibraryId,
    /// What it is in knowledge.
    pub document: DocumentId,
}

/// All of them in their order, of these libraries; `None`: of every one.
pub async fn list(store: &Store, workspace: WorkspaceId, libraries: Option<&[LibraryId]>) -> Result<Vec<Public>> {
    let rows = sqlx::query(
        "SELECT article_text.locale, article_text.title, article_text.summary, article_text.updated_at, article.id, article.number,
                article.collection_id, collection.number AS collection_number, collection.names, source.library_id, document.id AS document_id
           FROM article_text
           JOIN article ON article.id = article_text.article_id
           JOIN collection ON collection.id = article.collection_id
           JOIN source ON source.id = collection.source_id
           JOIN library ON library.id = source.library_id
           JOIN document ON document.source_id = source.id AND document.external_id = article_text.article_id || ' ' || article_text.locale
          WHERE article_text.workspace_id = $1 AND article_text.published_at IS NOT NULL AND article.removed_at IS NULL
            AND source.audience = 'all' AND library.audience = 'all'
          ORDER BY collection.position, collection.number, article.position, article.number, article_text.locale",
    )
    .bind(workspace.text())
    .fetch_all(store.read())
    .await?;
    let all = rows.iter().map(public).collect::<Result<Vec<_>>>()?;
    let shown = |public: &Public| libraries.is_none_or(|libraries| libraries.contains(&public.library));
    Ok(all.into_iter().filter(shown).collect())
}

/// The body of one that was listed, as it is now; `None` when it is not published any more.
///
/// # Errors
/// The record's.
pub async fn body(store: &Store, workspace: WorkspaceId, public: &Public) -> Result<Option<String>> {
    let found = record::text(store, workspace, public.article, &public.locale).await?;
    Ok(found.filter(|(text, _)| text.published_at.is_some()).map(|(_, body)| body))
}

/// The workspace of an article: a reader who follows a citation names nothing else, as a visitor names an inbox.
///
/// # Errors
/// The record's.
pub async fn workspace_of(store: &Store, id: ArticleId) -> Result<Option<WorkspaceId>> {
    let row = sqlx::query("SELECT workspace_id FROM article WHERE id = $1").bind(id.text()).fetch_optional(store.read()).await?;
    Ok(row.map(|row| row::id(&row, "workspace_id")).transpose()?)
}

/// The libraries that hold something anybody may read, of every workspace: who looks for all that is public names none.
///
/// # Errors
/// The record's.
pub async fn libraries(store: &Store) -> Result<BTreeMap<WorkspaceId, Vec<LibraryId>>> {
    let rows = sqlx::query(
        "SELECT DISTINCT source.workspace_id, source.library_id
           FROM article_text
           JOIN article ON article.id = article_text.article_id
           JOIN collection ON collection.id = article.collection_id
           JOIN source ON source.id = collection.source_id
           JOIN library ON library.id = source.library_id
          WHERE article_text.published_at IS NOT NULL AND article.removed_at IS NULL AND source.audience = 'all' AND library.audience = 'all'",
    )
    .fetch_all(store.read())
    .await?;
    let mut all: BTreeMap<WorkspaceId, Vec<LibraryId>> = BTreeMap::new();
    for row in &rows {
        all.entry(row::id(row, "workspace_id")?).or_default().push(row::id(row, "library_id")?);
    }
    Ok(all)
}

impl Knowledge {
    /// Those of the texts that a question finds, best first, each with the passage it was found by; texts in the asker's language
    /// before others.
    ///
    /// # Errors
    /// As [`Knowledge::search`].
    pub async fn search_articles(
        &self,
        workspace: WorkspaceId,
        among: &[Public],
        question: &str,
        locale: &str,
    ) -> Result<Vec<(Public, Passage)>> {
        let question: String = question.trim().chars().take(LONGEST_QUESTION).collect();
        let libraries: BTreeSet<LibraryId> = among.iter().map(|public| public.library).collect();
        if question.is_empty() || libraries.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query {
            text: question,
            reader: Reader::Anyone,
            libraries: Some(libraries.into_iter().collect()),
            limit: FOUND,
            locale: locale.to_owned(),
        };
        let way = Way { legs: Legs::Both, exact: false, per_document: 1 };
        let known: HashMap<DocumentId, &Public> = among.iter().map(|public| (public.document, public)).collect();
        // Whatever else is in their libraries, however much it is, stands before none of them.
        let documents = Arc::new(known.keys().copied().collect());
        let hits = self.search_within(workspace, &query, At::Today, way, Some(documents)).await?.hits;
        let of = |hit: crate::Hit| known.get(&hit.passage.document).map(|public| ((*public).clone(), hit.passage));
        // Who searches chooses for themselves: a word in common is enough, which for an answer it is not.
        let fits = |hit: &crate::Hit| hit.kept || hit.lexical > 0.0;
        let mut found: Vec<(Public, Passage)> = hits.into_iter().filter(fits).filter_map(of).collect();
        found.sort_by_key(|(public, _)| public.locale != locale);
        Ok(found)
    }
}

fn public(row: &AnyRow) -> Result<Public> {
    Ok(Public {
        article: row::id(row, "id")?,
        number: row.try_get("number")?,
        locale: row.try_get("locale")?,
        title: row.try_get("title")?,
        summary: row.try_get("summary")?,
        updated_at: row.try_get("updated_at")?,
        collection: row::id(row, "collection_id")?,
        collection_number: row.try_get("collection_number")?,
        names: row::json(row, "names")?,
        library: row::id(row, "library_id")?,
        document: row::id(row, "document_id")?,
    })
}
