//! What of an article is knowledge: a document for each published text, in the source that its collection is.

use std::collections::BTreeMap;

use chat::{ArticleId, CollectionId, LOCALES, SourceId, Tx, WorkspaceId};
use sqlx::Row;

use super::{Text, address, collection, record};
use crate::{
    Error, Fault, Knowledge, Result,
    document::{self, Place},
    import::{File, Given, Split, Summary, blocking, digest, put},
    parse::{Kind as Parser, Parsed},
    release::{self, Frozen},
    revision,
    source::{self, Manner},
    split::Settings,
};

/// A text as knowledge takes it: read and cut before anything is locked, or every message would wait for it.
pub(super) struct Prepared {
    name: String,
    revision: i64,
    split: Split,
    /// How it was split; the source may be decided otherwise meanwhile.
    settings: Settings,
}

impl Knowledge {
    /// Reads a text and cuts it into passages.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it says nothing.
    pub(super) async fn prepare(&self, id: ArticleId, text: &Text, body: &str, manner: Manner) -> Result<Prepared> {
        let document = self.read_text(id, text, body).await?;
        let name = document.external_id.clone();
        let hash = digest(&format!("{} {:?}", manner.cut.recipe(), (&text.title, body)));
        let given = Given { document, language: text.locale.clone(), hash: Some(hash) };
        let split = blocking(move || Split::of(given, manner)).await.map_err(|_| empty())?;
        Ok(Prepared { name, revision: text.revision, split, settings: manner.settings })
    }

    async fn read_text(&self, id: ArticleId, text: &Text, body: &str) -> Result<Parsed> {
        let name = name(id, &text.locale);
        let read = self.parse(File::sent(&name, Parser::Markdown, body.as_bytes().to_vec())).await.map_err(|_| empty())?;
        let mut document = read.documents.into_iter().next().ok_or_else(empty)?;
        document.external_id = name;
        document.title.clone_from(&text.title);
        document.url = address::of(id, &text.locale);
        Ok(document)
    }

    /// The first documents of what is published in a collection, by what it is in knowledge.
    pub(crate) async fn published_documents(&self, workspace: WorkspaceId, source: SourceId, most: usize) -> Result<Vec<Parsed>> {
        let (store, mut documents) = (self.chat().store(), Vec::new());
        for id in record::of_source(store, workspace, source).await?.into_iter().take(most) {
            for locale in LOCALES {
                let found = record::text(store, workspace, id, locale).await?;
                if let Some((text, body)) = found.filter(|(text, _)| text.published_at.is_some()) {
                    documents.push(self.read_text(id, &text, &body).await?);
                }
            }
        }
        Ok(documents)
    }

    /// How the texts of an article are split, or will be in another collection.
    pub(super) async fn article_manner(&self, workspace: WorkspaceId, id: ArticleId, collection: Option<CollectionId>) -> Result<Manner> {
        let store = self.chat().store();
        let collection = match collection {
            Some(collection) => collection,
            None => record::find(store, workspace, id).await?.collection,
        };
        self.manner(workspace, collection::find(store, workspace, collection).await?.source).await
    }

    /// What is published of an article, prepared.
    pub(super) async fn prepare_texts(&self, workspace: WorkspaceId, id: ArticleId, manner: Manner) -> Result<Vec<Prepared>> {
        let mut all = Vec::new();
        for locale in LOCALES {
            let found = record::text(self.chat().store(), workspace, id, locale).await?;
            if let Some((text, body)) = found.filter(|(text, _)| text.published_at.is_some()) {
                all.push(self.prepare(id, &text, &body, manner).await?);
            }
        }
        Ok(all)
    }

    /// Writes the document of a text; one that says the same already is left alone.
    pub(super) async fn publish_text(&self, tx: &mut Tx, place: Place, prepared: Prepared) -> Result<()> {
        let Prepared { name, mut split, settings, .. } = prepared;
        // One that came from another source is for other readers.
        split.hash = digest(&format!("{} {}", place.source, split.hash));
        let known = document::known_in(tx, self.chat().store(), (place.workspace, place.source), std::slice::from_ref(&name)).await?;
        if known.get(&name).is_some_and(|(_, hash)| *hash == split.hash) {
            return Ok(());
        }
        revision::raise(tx, place.workspace).await?;
        put(tx, self.chat(), place, vec![split]).await?;
        let summary = Summary { taken: 1, ..Summary::default() };
        source::synced(tx, (place.workspace, place.source), &summary, settings, self.chat().now()).await
    }

    /// Takes texts out of knowledge; those that are not in it are left out.
    pub(super) async fn withdraw_texts(
        &self,
        tx: &mut Tx,
        place: Place,
        (id, locales): (ArticleId, &[&str]),
        frozen: Frozen,
    ) -> Result<()> {
        let names: Vec<String> = locales.iter().map(|locale| name(id, locale)).collect();
        let known = document::known_in(tx, self.chat().store(), (place.workspace, place.source), &names).await?;
        for (document, _) in known.values() {
            document::remove_in(tx, self.chat().store(), place.workspace, *document, frozen).await?;
        }
        if frozen == Frozen::Forgotten {
            // Also what it was before it was withdrawn the last time.
            for locale in locales {
                release::forget_at(tx, place.workspace, &address::of(id, locale)).await?;
            }
        }
        revision::raise(tx, place.workspace).await
    }
}

fn empty() -> Error {
    Error::Invalid(Fault::of("fault-article-empty"))
}

/// Whether what was prepared is what is published now, and nobody has saved since.
pub(super) async fn still(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId, prepared: &[Prepared]) -> Result<bool> {
    let rows =
        sqlx::query("SELECT locale, revision FROM article_text WHERE workspace_id = $1 AND article_id = $2 AND published_at IS NOT NULL")
            .bind(workspace.text())
            .bind(id.text())
            .fetch_all(&mut **tx)
            .await?;
    let published = rows.iter().map(|row| Ok((name(id, row.try_get("locale")?), row.try_get("revision")?)));
    let prepared = prepared.iter().map(|prepared| (prepared.name.clone(), prepared.revision));
    Ok(published.collect::<Result<BTreeMap<String, i64>>>()? == prepared.collect())
}

/// The name of a text among the documents of its collection.
pub(super) fn name(id: ArticleId, locale: &str) -> String {
    format!("{id} {locale}")
}

/// Where an article's documents belong; one that was removed has none.
pub(super) async fn place(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId) -> Result<Place> {
    let row = sqlx::query("SELECT collection_id FROM article WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut **tx)
        .await?;
    let collection = chat::row::id(&row.ok_or(Error::NotFound)?, "collection_id")?;
    collection::place(tx, workspace, collection).await
}
