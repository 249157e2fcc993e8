//! What is done with an article as a whole, in all its languages.

use chat::{ArticleId, CollectionId, LOCALES, SourceId, Tx, WorkspaceId};

use super::{
    address, collection, order,
    publish::{Prepared, name, place, still},
    record,
};
use crate::{
    Error, Knowledge, Result,
    document::{self, Place},
    import::{Progress, Watch},
    release::{self, Frozen},
    revision, source,
};

impl Knowledge {
    /// Removes an article from everywhere people read; [`Knowledge::restore_article`] brings it back as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the record's.
    pub async fn remove_article(&self, workspace: WorkspaceId, id: ArticleId, frozen: Frozen) -> Result<()> {
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        revision::hold(&mut tx, workspace).await?;
        let place = place(&mut tx, workspace, id).await?;
        self.withdraw_texts(&mut tx, place, (id, &LOCALES), frozen).await?;
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
        self.publish_again(workspace, id, true).await
    }

    /// Splits the published texts of a collection as is decided now.
    ///
    /// # Errors
    /// The record's.
    pub(crate) async fn recut_articles(&self, workspace: WorkspaceId, source: SourceId, progress: Watch<'_>) -> Result<()> {
        let all = record::of_source(self.chat().store(), workspace, source).await?;
        let files_total = all.len() as u64;
        for (id, files) in all.into_iter().zip(0..) {
            progress(Progress { file: id.text(), files, files_total, ..Progress::default() });
            match self.publish_again(workspace, id, false).await {
                // Somebody has removed it meanwhile.
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn publish_again(&self, workspace: WorkspaceId, id: ArticleId, restore: bool) -> Result<()> {
        let chat = self.chat();
        loop {
            let manner = self.article_manner(workspace, id, None).await?;
            let prepared = self.prepare_texts(workspace, id, manner).await?;
            let mut tx = chat.begin().await?;
            revision::hold(&mut tx, workspace).await?;
            if !still(&mut tx, workspace, id, &prepared).await? {
                continue;
            }
            if restore {
                set_removed(&mut tx, workspace, id, None).await?;
            }
            let place = place(&mut tx, workspace, id).await?;
            for prepared in prepared {
                self.publish_text(&mut tx, place, prepared).await?;
            }
            tx.commit().await?;
            revision::announce(chat, workspace);
            return Ok(());
        }
    }

    /// Puts an article into another collection, as its last: at once for the readers of that one, in today's knowledge and in every
    /// release. False when it was there.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the record's.
    pub async fn put_article(&self, workspace: WorkspaceId, id: ArticleId, collection: CollectionId) -> Result<bool> {
        loop {
            let manner = self.article_manner(workspace, id, Some(collection)).await?;
            let prepared = self.prepare_texts(workspace, id, manner).await?;
            let mut tx = self.chat().begin().await?;
            revision::hold(&mut tx, workspace).await?;
            if !still(&mut tx, workspace, id, &prepared).await? {
                continue;
            }
            let (from, to) = (place(&mut tx, workspace, id).await?, collection::place(&mut tx, workspace, collection).await?);
            if from.source == to.source {
                return Ok(false);
            }
            self.put_in(&mut tx, (from, to), (id, collection), prepared).await?;
            tx.commit().await?;
            revision::announce(self.chat(), workspace);
            return Ok(true);
        }
    }

    async fn put_in(
        &self,
        tx: &mut Tx,
        (from, to): (Place, Place),
        (id, collection): (ArticleId, CollectionId),
        prepared: Vec<Prepared>,
    ) -> Result<()> {
        let (workspace, store) = (to.workspace, self.chat().store());
        let position = order::next(tx, "SELECT MAX(position) AS last FROM article WHERE collection_id = $1", &collection.text()).await?;
        sqlx::query("UPDATE article SET collection_id = $3, position = $4 WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(id.text())
            .bind(collection.text())
            .bind(position)
            .execute(&mut **tx)
            .await?;
        document::relocate(tx, store, (from, to), &LOCALES.map(|locale| name(id, locale))).await?;
        for prepared in prepared {
            self.publish_text(tx, to, prepared).await?;
        }
        let audience = source::audience_in(tx, workspace, to.source).await?;
        for locale in LOCALES {
            release::take_over(tx, to, &audience, &address::of(id, locale)).await?;
        }
        revision::raise(tx, workspace).await
    }
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
