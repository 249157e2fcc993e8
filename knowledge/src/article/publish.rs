//! What of an article is knowledge: a document for each published text, in the source that its collection is.

use chat::{ArticleId, LOCALES, Tx, WorkspaceId};

use super::{Text, address, collection, write::text_in};
use crate::{
    Error, Fault, Knowledge, Result,
    document::{self, Place},
    import::{File, Given, Split, Summary, digest, put, recipe},
    parse::Kind as Parser,
    release::{self, Frozen},
    revision, source,
};

impl Knowledge {
    /// Writes the documents of what is published of an article.
    pub(super) async fn publish_texts(&self, tx: &mut Tx, place: Place, id: ArticleId) -> Result<()> {
        for locale in LOCALES {
            if let Some((text, body)) = text_in(tx, place.workspace, id, locale).await?.filter(|(text, _)| text.published_at.is_some()) {
                self.publish_text(tx, place, id, (&text, &body)).await?;
            }
        }
        Ok(())
    }

    /// Writes the document of a text; one that says the same already is left alone.
    pub(super) async fn publish_text(&self, tx: &mut Tx, place: Place, id: ArticleId, (text, body): (&Text, &str)) -> Result<()> {
        let name = name(id, &text.locale);
        let read = self.parse(File::sent(&name, Parser::Markdown, body.as_bytes().to_vec())).await;
        let read = read.ok().and_then(|read| read.documents.into_iter().next());
        let mut document = read.ok_or_else(|| Error::Invalid(Fault::of("fault-article-empty")))?;
        document.external_id.clone_from(&name);
        document.title.clone_from(&text.title);
        document.url = address::of(id, &text.locale);
        let hash = digest(&format!("{} {} {:?}", recipe(self.config()), place.source, (&text.title, body)));
        let given = Given { document, language: text.locale.clone(), hash: Some(hash) };
        let split = Split::of(given, self.config().passage_size);
        let known = document::known_in(tx, self.chat().store(), (place.workspace, place.source), std::slice::from_ref(&name)).await?;
        if known.get(&name).is_some_and(|(_, hash)| *hash == split.hash) {
            return Ok(());
        }
        revision::raise(tx, place.workspace).await?;
        put(tx, self.chat(), place, vec![split]).await?;
        let summary = Summary { taken: 1, ..Summary::default() };
        source::synced(tx, place.workspace, place.source, &summary, self.chat().now()).await
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
