//! Writing articles: every change of what is published reaches knowledge in its own transaction.

use chat::{AgentId, ArticleId, CollectionId, LOCALES, Tx, WorkspaceId};
use sqlx::Row;

use super::{Text, Typed, collection, order, publish::place, record};
use crate::{Error, Knowledge, Result, release::Frozen, revision};

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
        let number = order::number(&mut tx, workspace, order::Numbered::Article).await?;
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
        let text = next(locale, &typed, (1, None), (by, chat.now()));
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
        // One that stays a draft may be empty; whether it does is known below.
        let prepared = match then {
            Then::Withdraw(_) => None,
            _ => {
                let manner = self.article_manner(workspace, id, None).await?;
                Some(self.prepare(id, &next(locale, &typed, (seen + 1, None), (by, chat.now())), &typed.body, manner).await)
            }
        };
        let mut tx = chat.begin().await?;
        // First, as an import does: one waits for the other.
        revision::hold(&mut tx, workspace).await?;
        let place = place(&mut tx, workspace, id).await?;
        let before = text_in(&mut tx, workspace, id, locale).await?;
        let text = match decide(before.as_ref(), (locale, &typed), (seen, then), (by, chat.now())) {
            Decision::Overtaken => return Ok(Saved::Overtaken),
            Decision::AsItWas(revision) => return Ok(Saved::Kept(revision)),
            Decision::Write(text) => text,
        };
        keep(&mut tx, workspace, id, &text, &typed.body).await?;
        match (then, prepared) {
            (Then::Withdraw(frozen), _) => self.withdraw_texts(&mut tx, place, (id, &[locale]), frozen).await?,
            (_, Some(prepared)) if text.published_at.is_some() => self.publish_text(&mut tx, place, prepared?).await?,
            _ => {}
        }
        tx.commit().await?;
        revision::announce(chat, workspace);
        Ok(Saved::Kept(text.revision))
    }
}

/// What is to be done about a save.
#[derive(Debug, PartialEq)]
enum Decision {
    /// Somebody else has saved something else since.
    Overtaken,
    /// Nothing is another: its revision.
    AsItWas(i64),
    Write(Text),
}

/// Compares what is typed with what is kept.
fn decide(
    before: Option<&(Text, String)>,
    (locale, typed): (&str, &Typed),
    (seen, then): (i64, Then),
    (by, now): (AgentId, i64),
) -> Decision {
    let says = |(text, body): &(Text, String)| text.title == typed.title && text.summary == typed.summary && *body == typed.body;
    let same = before.is_some_and(says);
    let (revision, was) = before.map_or((0, None), |(text, _)| (text.revision, text.published_at));
    let published_at = match then {
        Then::Stay => was,
        Then::Publish => was.or(Some(now)),
        Then::Withdraw(_) => None,
    };
    match (same, revision == seen) {
        (false, false) => Decision::Overtaken,
        (true, _) if was == published_at => Decision::AsItWas(revision),
        _ => Decision::Write(next(locale, typed, (revision + 1, published_at), (by, now))),
    }
}

fn next(locale: &str, typed: &Typed, (revision, published_at): (i64, Option<i64>), (editor, updated_at): (AgentId, i64)) -> Text {
    let (title, summary) = (typed.title.clone(), typed.summary.clone());
    Text { locale: locale.to_owned(), title, summary, revision, editor, updated_at, published_at }
}

/// A language that articles are written in.
fn known(locale: &str) -> Result<&'static str> {
    LOCALES.into_iter().find(|known| *known == locale).ok_or(Error::NotFound)
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
