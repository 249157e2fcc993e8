//! The end of a source.

use chat::{Chat, SourceId, Store, Tx, WorkspaceId};

use super::{Kind, find};
use crate::{
    Error, Fault, Result, crawl, edit,
    release::{self, Frozen, Which},
    revision,
};

/// Removes a source with its documents and passages; the index follows.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a collection of articles, or the record's.
pub async fn remove(chat: &Chat, workspace: WorkspaceId, id: SourceId, frozen: Frozen) -> Result<()> {
    if find(chat.store(), workspace, id).await?.kind == Kind::Articles {
        return Err(Error::Invalid(Fault::of("fault-article-source")));
    }
    let mut tx = chat.begin().await?;
    remove_in(&mut tx, chat.store(), workspace, id, frozen).await?;
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(())
}

/// The same in a transaction.
pub(crate) async fn remove_in(tx: &mut Tx, store: &Store, workspace: WorkspaceId, id: SourceId, frozen: Frozen) -> Result<()> {
    release::let_go(tx, store, workspace, Which::Source(id), frozen).await?;
    sqlx::query("DELETE FROM passage WHERE workspace_id = $1 AND document_id IN (SELECT id FROM document WHERE workspace_id = $1 AND source_id = $2)")
        .bind(workspace.text())
        .bind(id.text())
        .execute(&mut **tx)
        .await?;
    edit::clear(tx, workspace, id).await?;
    crawl::clear(tx, workspace, id).await?;
    sqlx::query("DELETE FROM document WHERE workspace_id = $1 AND source_id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .execute(&mut **tx)
        .await?;
    let done = sqlx::query("DELETE FROM source WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    revision::raise(tx, workspace).await
}
