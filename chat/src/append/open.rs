//! Conversations that begin, and visitors who had not said a word before.

use serde_json::json;
use sqlx::AnyConnection;

use super::plan::Span;
use crate::{
    Result,
    conversation::{Opening, cut},
    store::{Column, Dialect},
};

const COLUMNS: [Column; 7] = [
    Column::Text("id"),
    Column::Text("workspace"),
    Column::Text("inbox"),
    Column::Text("visitor"),
    Column::Text("locale"),
    Column::Text("url"),
    Column::Text("title"),
];

/// Makes those that are not there; an inbox that is gone opens nothing. Whether an id is somebody else's is checked by whoever uses it.
pub(crate) async fn open(tx: &mut AnyConnection, dialect: Dialect, now: i64, openings: Vec<&Opening>) -> Result<()> {
    open_in(tx, dialect, now, openings, Span::Caller).await
}

/// The same, which may be how the transaction begins.
pub(super) async fn open_in(tx: &mut AnyConnection, dialect: Dialect, now: i64, mut openings: Vec<&Opening>, span: Span) -> Result<()> {
    // In the same order on every node, or two could wait for each other.
    openings.sort_unstable_by_key(|o| (o.visitor, o.id));
    let list: Vec<_> = openings
        .iter()
        .map(|o| {
            json!({
                "id": o.id, "workspace": o.workspace, "inbox": o.inbox, "visitor": o.visitor, "locale": o.locale,
                "url": cut(&o.page_url, 2_000), "title": cut(&o.page_title, 300),
            })
        })
        .collect();
    if list.is_empty() {
        return Ok(());
    }
    let rows = dialect.rows(1, &COLUMNS);
    let from = format!("{rows} JOIN inbox i ON i.id = x.inbox AND i.workspace_id = x.workspace WHERE 1 = 1 ON CONFLICT (id) DO NOTHING");
    let visitors = format!(
        "INSERT INTO visitor (id, workspace_id, name, locale, created_at, seen_at)
         SELECT x.visitor, x.workspace, '', x.locale, $2, $2 FROM {from}"
    );
    let conversations = format!(
        "INSERT INTO conversation (id, workspace_id, inbox_id, visitor_id, locale, page_url, page_title, speaker, epoch, last_seq,
                last_visible_seq, asked_seq, answered_seq, turn_until, created_at, last_at)
         SELECT x.id, x.workspace, x.inbox, x.visitor, x.locale, x.url, x.title, 'bot', 1, 0, 0, 0, 0, 0, $2, $2 FROM {from}"
    );
    sqlx::query(sqlx::AssertSqlSafe(span.first(dialect, &dialect.together(&visitors, &conversations))))
        .bind(json!(list).to_string())
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}
