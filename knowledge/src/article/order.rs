//! In which order collections and articles stand.

use chat::{ArticleId, Chat, CollectionId, Tx, WorkspaceId, row};
use sqlx::Row;

use crate::{Error, Result, revision};

/// What has a number in public addresses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbered {
    Article,
    Collection,
}

/// The next number: one that was removed is never given again, for its address would lead to something else.
pub(super) async fn number(tx: &mut Tx, workspace: WorkspaceId, of: Numbered) -> Result<i64> {
    let kind = match of {
        Numbered::Article => "article",
        Numbered::Collection => "collection",
    };
    let row = sqlx::query(
        "INSERT INTO help_counter (workspace_id, kind, last_number) VALUES ($1, $2, 1)
         ON CONFLICT (workspace_id, kind) DO UPDATE SET last_number = help_counter.last_number + 1 RETURNING last_number",
    )
    .bind(workspace.text())
    .bind(kind)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get("last_number")?)
}

/// Moves an article before its neighbour in its collection, or behind the next one. Does nothing at the end.
///
/// # Errors
/// [`Error::NotFound`], or the record's.
pub async fn move_article(chat: &Chat, workspace: WorkspaceId, id: ArticleId, up: bool) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let rows = sqlx::query(
        "SELECT id FROM article WHERE workspace_id = $1 AND removed_at IS NULL
            AND collection_id = (SELECT collection_id FROM article WHERE workspace_id = $1 AND id = $2) ORDER BY position, number",
    )
    .bind(workspace.text())
    .bind(id.text())
    .fetch_all(&mut *tx)
    .await?;
    let ids = rows.iter().map(|row| Ok(row::id::<ArticleId>(row, "id")?)).collect::<Result<Vec<_>>>()?;
    for (position, id) in shifted(ids, id, up).ok_or(Error::NotFound)?.iter().enumerate() {
        place(&mut tx, "UPDATE article SET position = $3 WHERE workspace_id = $1 AND id = $2", workspace, &id.text(), position).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The same of a collection.
///
/// # Errors
/// As [`move_article`].
pub async fn move_collection(chat: &Chat, workspace: WorkspaceId, id: CollectionId, up: bool) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let rows = sqlx::query("SELECT id FROM collection WHERE workspace_id = $1 ORDER BY position, number")
        .bind(workspace.text())
        .fetch_all(&mut *tx)
        .await?;
    let ids = rows.iter().map(|row| Ok(row::id::<CollectionId>(row, "id")?)).collect::<Result<Vec<_>>>()?;
    for (position, id) in shifted(ids, id, up).ok_or(Error::NotFound)?.iter().enumerate() {
        place(&mut tx, "UPDATE collection SET position = $3 WHERE workspace_id = $1 AND id = $2", workspace, &id.text(), position).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// One more than the last of a statement about one thing.
pub(super) async fn next(tx: &mut Tx, sql: &'static str, of: &str) -> Result<i64> {
    let row = sqlx::query(sql).bind(of).fetch_one(&mut **tx).await?;
    Ok(row.try_get::<Option<i64>, _>("last")?.unwrap_or_default() + 1)
}

async fn place(tx: &mut Tx, sql: &'static str, workspace: WorkspaceId, id: &str, position: usize) -> Result<()> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    sqlx::query(sql).bind(workspace.text()).bind(id).bind(position + 1).execute(&mut **tx).await?;
    Ok(())
}

/// The list with one of its items one place further up or down; `None` when it is not in it.
fn shifted<T: PartialEq>(mut all: Vec<T>, one: T, up: bool) -> Option<Vec<T>> {
    let at = all.iter().position(|item| *item == one)?;
    let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < all.len()) };
    if let Some(to) = to {
        all.swap(at, to);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::shifted;

    #[test]
    fn an_item_moves_by_one_and_stays_within_the_list() {
        for (one, up, after) in [('b', true, "bac"), ('b', false, "acb"), ('a', true, "abc"), ('c', false, "abc")] {
            assert_eq!(shifted(vec!['a', 'b', 'c'], one, up).unwrap().iter().collect::<String>(), after, "{one} {up}");
        }
        assert_eq!(shifted(vec!['a'], 'x', true), None);
    }
}
