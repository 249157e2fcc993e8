//! Who may be answered from a source: decided when it is made, and afterwards by an admin alone.

use chat::{Chat, LibraryId, SourceId, Store, Tx, WorkspaceId, row};
use sqlx::Row;

use super::find;
use crate::{Audience, Error, Result, passage, revision};

/// Gives a source another audience: at once, in today's knowledge and in every release. False when it had that one.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn set_audience(chat: &Chat, workspace: WorkspaceId, id: SourceId, audience: &Audience) -> Result<bool> {
    let mut tx = chat.begin().await?;
    // First: an import that goes on beside this one waits here, and writes what it has for the new audience.
    revision::raise(&mut tx, workspace).await?;
    let changed = sqlx::query("UPDATE source SET audience = $3 WHERE workspace_id = $1 AND id = $2 AND audience <> $3")
        .bind(workspace.text())
        .bind(id.text())
        .bind(audience.text())
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        tx.rollback().await?;
        find(chat.store(), workspace, id).await?;
        return Ok(false);
    }
    passage::set_audience(&mut tx, workspace, id, audience).await?;
    tx.commit().await?;
    revision::announce(chat, workspace);
    Ok(true)
}

/// The source of that address in a library, and who may be answered from it; `None`: there is none yet.
pub async fn at(store: &Store, workspace: WorkspaceId, library: LibraryId, address: &str) -> Result<Option<(SourceId, Audience)>> {
    let row = sqlx::query("SELECT id, audience FROM source WHERE workspace_id = $1 AND library_id = $2 AND address = $3")
        .bind(workspace.text())
        .bind(library.text())
        .bind(address)
        .fetch_optional(store.read())
        .await?;
    row.map(|row| Ok((row::id(&row, "id")?, Audience::parse(row.try_get("audience")?)))).transpose()
}

/// Who may be answered from a source now; call it when the revision is held.
///
/// # Errors
/// [`Error::NotFound`] for a source that is gone.
pub(crate) async fn audience_in(tx: &mut Tx, workspace: WorkspaceId, id: SourceId) -> Result<Audience> {
    let row = sqlx::query("SELECT audience FROM source WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(Audience::parse(row.ok_or(Error::NotFound)?.try_get("audience")?))
}
