//! Writing articles: every change of what is published reaches knowledge in its own transaction.

use chat::{AgentId, ArticleId, CollectionId, LOCALES, Tx, WorkspaceId};
use sqlx::Row;

use super::{Article, Text, Typed, address, collection, order, record};
use crate::{
    Error, Fault, Knowledge, Result,
    document::{self, Place},
    import::{File, Given, Split, Summary, digest, put, recipe},
    parse::Kind as Parser,
    release::Frozen,
    revision, source,
};

/// What becomes of a text when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays what it was: a draft, or published as it is now.
    Stay,
    /// It is read from now on.
    Publish,
    /// It is not read any more; what releases have of it is kept or forgotten.
    Withdraw(Frozen),
}

/// What came of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept; its revision now.
    Kept(i64),
    /// Somebody else has saved meanwhile: nothing was changed.
    Overtaken,
}

impl Knowledge {
    /// Begins an article with a draft in one language, as the last of its collection.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that has no title or is too long, [`Error::NotFound`] for a collection that is not there.
    pub async fn begin_article(
        &self,
        workspace: WorkspaceId,
        collection: CollectionId,
        locale: &str,
        typed: Typed,
        by: AgentId,
    ) -> Result<ArticleId> {
        let typed = typed.checked()?;
        let locale = known(locale)?;
        let (chat, id) = (self.chat(), self.chat().id::<ArticleId>());
        let mut tx = chat.begin().await?;
        revision::hold(&mut tx, workspace).await?;
        collection::place(&mut tx, workspace, collection).await?;
        let number = order::next(&mut tx, "SELECT MAX(number) AS last FROM article WHERE workspace_id = $1", &workspace.text()).await?;
        let position =
            order::next(&mut tx, "SELECT MAX(position) AS last FROM article WHERE collection_id = $1", &collection.text()).await?;
        sqlx::query(
            "INSERT INTO article (id, workspace_id, collection_id, number, position, agent_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.text())
        .bind(workspace.text())
        .bind(collection.text())
        .bind(number)
        .bind(position)
        .bind(by.text())
        .bind(chat.now())
        .execute(&mut *tx)
        .await?;
        let text = Text {
            locale: locale.to_owned(),
            title: typed.title.clone(),
            summary: typed.summary.clone(),
            revision: 1,
            editor: by,
            updated_at: chat.now(),
            published_at: None,
        };
        keep(&mut tx, workspace, id, &text, &typed.body).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Saves an article in one language, if its revision still is the one that was `seen`; 0: there was no such text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that has no title or is too long, and for a published one that says nothing; [`Error::NotFound`].
    pub async fn save_article(
        &self,
        workspace: WorkspaceId,
        (id, locale): (ArticleId, &str),
        typed: Typed,
        (seen, then): (i64, Then),
        by: AgentId,
    ) -> Result<Saved> {
        let typed = typed.checked()?;
        let locale = known(locale)?;
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        // First, as an import does: one waits for the other.
        revision::hold(&mut tx, workspace).await?;
        let place = place(&mut tx, workspace, id).await?;
        let before = text_in(&mut tx, workspace, id, locale).await?;
        let same = before.as_ref().is_some_and(|(text, body)| {
            (text.title.as_str(), text.summary.as_str(), body) == (typed.title.as_str(), typed.summary.as_str(), &typed.body)
        });
        let before = before.map(|(text, _)| text);
        let revision = before.as_ref().map_or(0, |text| text.revision);
        if revision != seen && !same {
            return Ok(Saved::Overtaken);
        }
        let was = before.as_ref().and_then(|text| text.published_at);
        let published_at = match then {
            Then::Stay => was,
            Then::Publish => was.or(Some(chat.now())),
            Then::Withdraw(_) => None,
        };
        if same && was == published_at {
            return Ok(Saved::Kept(revision));
        }
        let text = Text {
            locale: locale.to_owned(),
            title: typed.title.clone(),
            summary: typed.summary.clone(),
            revision: revision + 1,
            editor: by,
            updated_at: chat.now(),
            published_at,
        };
        keep(&mut tx, workspace, id, &text, &typed.body).await?;
        match then {
            Then::Withdraw(frozen) => self.withdraw(&mut tx, place, &[name(id, locale)], frozen).await?,
            _ if published_at.is_some() => self.publish(&mut tx, place, id, (&text, &typed.body)).await?,
            _ => {}
        }
        tx.commit().await?;
        revision::announce(chat, workspace);
        Ok(Saved::Kept(text.revision))
    }

    /// Removes an article from everywhere people read; [`Knowledge::restore_article`] brings it back as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the record's.
    pub async fn remove_article(&self, workspace: WorkspaceId, id: ArticleId, frozen: Frozen) -> Result<()> {
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        revision::hold(&mut tx, workspace).await?;
        let place = place(&mut tx, workspace, id).await?;
        self.withdraw(&mut tx, place, &LOCALES.map(|locale| name(id, locale)), frozen).await?;
        set_removed(&mut tx, workspace, id, Some(chat.now())).await?;
        tx.commit().await?;
        revision::announce(chat, workspace);
        Ok(())
    }

    /// Brings an article back that was removed; what was published is read again.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the record's.
    pub async fn restore_article(&self, workspace: WorkspaceId, id: ArticleId) -> Result<()> {
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        revision::hold(&mut tx, workspace).await?;
        set_removed(&mut tx, workspace, id, None).await?;
        let place = place(&mut tx, workspace, id).await?;
        self.publish_all(&mut tx, place, id).await?;
        tx.commit().await?;
        revision::announce(chat, workspace);
        Ok(())
    }

    /// Puts an article into another collection, as its last: at once for the readers of that one, in today's knowledge and in every
    /// release. False when it was there.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the record's.
    pub async fn put_article(&self, workspace: WorkspaceId, article: &Article, collection: CollectionId) -> Result<bool> {
        let (chat, id) = (self.chat(), article.id);
        let mut tx = chat.begin().await?;
        revision::hold(&mut tx, workspace).await?;
        let (from, to) = (place(&mut tx, workspace, id).await?, collection::place(&mut tx, workspace, collection).await?);
        if from.source == to.source {
            return Ok(false);
        }
        let position =
            order::next(&mut tx, "SELECT MAX(position) AS last FROM article WHERE collection_id = $1", &collection.text()).await?;
        sqlx::query("UPDATE article SET collection_id = $3, position = $4 WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(id.text())
            .bind(collection.text())
            .bind(position)
            .execute(&mut *tx)
            .await?;
        let names = LOCALES.map(|locale| name(id, locale));
        document::relocate(&mut tx, chat.store(), (from, to), &names).await?;
        self.publish_all(&mut tx, to, id).await?;
        document::relocate_retired(&mut tx, chat.store(), to, &names).await?;
        revision::raise(&mut tx, workspace).await?;
        tx.commit().await?;
        revision::announce(chat, workspace);
        Ok(true)
    }

    /// Writes the documents of what is published of an article.
    async fn publish_all(&self, tx: &mut Tx, place: Place, id: ArticleId) -> Result<()> {
        for locale in LOCALES {
            if let Some((text, body)) = text_in(tx, place.workspace, id, locale).await?.filter(|(text, _)| text.published_at.is_some()) {
                self.publish(tx, place, id, (&text, &body)).await?;
            }
        }
        Ok(())
    }

    /// Writes the document of a text; one that says the same already is left alone.
    async fn publish(&self, tx: &mut Tx, place: Place, id: ArticleId, (text, body): (&Text, &str)) -> Result<()> {
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

    /// Takes documents out of knowledge; those that are not there are none.
    async fn withdraw(&self, tx: &mut Tx, place: Place, names: &[String], frozen: Frozen) -> Result<()> {
        let known = document::known_in(tx, self.chat().store(), (place.workspace, place.source), names).await?;
        for (id, _) in known.values() {
            document::remove_in(tx, self.chat().store(), place.workspace, *id, frozen).await?;
        }
        revision::raise(tx, place.workspace).await
    }
}

/// The name of a text among the documents of its collection.
pub(super) fn name(id: ArticleId, locale: &str) -> String {
    format!("{id} {locale}")
}

/// A language that articles are written in.
fn known(locale: &str) -> Result<&'static str> {
    LOCALES.into_iter().find(|known| *known == locale).ok_or(Error::NotFound)
}

/// Where an article's documents belong; one that was removed has none.
async fn place(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId) -> Result<Place> {
    let row = sqlx::query("SELECT collection_id FROM article WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut **tx)
        .await?;
    let collection = chat::row::id(&row.ok_or(Error::NotFound)?, "collection_id")?;
    collection::place(tx, workspace, collection).await
}

async fn text_in(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId, locale: &str) -> Result<Option<(Text, String)>> {
    let row = sqlx::query("SELECT * FROM article_text WHERE workspace_id = $1 AND article_id = $2 AND locale = $3")
        .bind(workspace.text())
        .bind(id.text())
        .bind(locale)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| Ok((record::text_of(&row)?, row.try_get("body")?))).transpose()
}

async fn keep(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId, text: &Text, body: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO article_text (article_id, locale, workspace_id, title, summary, body, revision, agent_id, updated_at, published_at)
         VALUES ($2, $3, $1, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (article_id, locale) DO UPDATE SET title = excluded.title, summary = excluded.summary, body = excluded.body,
         revision = excluded.revision, agent_id = excluded.agent_id, updated_at = excluded.updated_at, published_at = excluded.published_at",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(&text.locale)
    .bind(&text.title)
    .bind(&text.summary)
    .bind(body)
    .bind(text.revision)
    .bind(text.editor.text())
    .bind(text.updated_at)
    .bind(text.published_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn set_removed(tx: &mut Tx, workspace: WorkspaceId, id: ArticleId, at: Option<i64>) -> Result<()> {
    let done = sqlx::query("UPDATE article SET removed_at = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(at)
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}
