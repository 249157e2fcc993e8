//! Gaps as the record has them.

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use chat::{DocumentId, GapId, row};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// Gaps of one page.
const GAPS: usize = 50;

/// A gap.
#[derive(Clone, Debug, Serialize)]
pub struct GapText {
    pub id: String,
    pub href: String,
    pub question: String,
    pub asked: i64,
    pub reason: String,
    pub score: f64,
    pub locale: String,
    pub asked_at: i64,
    pub conversation_href: Option<String>,
    pub closed_at: Option<i64>,
    pub document_href: Option<String>,
}

const COLUMNS: &str = "g.id, g.question, g.asked, g.reason, g.score, g.locale, g.asked_at, \
 g.conversation_id, g.closed_at, g.document_id, d.source_id \
 FROM gap g LEFT JOIN document d ON d.id = g.document_id WHERE g.workspace_id = $1";

/// One page, the latest asked first, and where the next one is.
pub async fn page(console: &Console, seat: &Seat, closed: bool, before: &str) -> Result<(Vec<GapText>, Option<String>), Error> {
    let (state, which) = if closed { ("closed", "IS NOT NULL") } else { ("open", "IS NULL") };
    let (at, id) = before.split_once('.').unwrap_or(("", ""));
    let sql = format!(
        "SELECT {COLUMNS} AND g.closed_at {which} AND (g.asked_at < $2 OR (g.asked_at = $2 AND g.id < $3)) \
         ORDER BY g.asked_at DESC, g.id DESC LIMIT {}",
        GAPS + 1
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(seat.workspace().text())
        .bind(at.parse().unwrap_or(i64::MAX))
        .bind(id.to_owned())
        .fetch_all(console.chat.store().read())
        .await?;
    let mut gaps = rows.iter().map(gap).collect::<Result<Vec<_>, Error>>()?;
    let more = gaps.len() > GAPS;
    gaps.truncate(GAPS);
    let next = gaps.last().filter(|_| more).map(|last| format!("/console/gaps?state={state}&before={}.{}", last.asked_at, last.id));
    Ok((gaps, next))
}

/// One gap.
pub async fn one(console: &Console, seat: &Seat, id: GapId) -> Result<GapText, Error> {
    let sql = format!("SELECT {COLUMNS} AND g.id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(seat.workspace().text())
        .bind(id.text())
        .fetch_optional(console.chat.store().read())
        .await?;
    gap(&row.ok_or(Error::NotFound)?)
}

fn gap(r: &AnyRow) -> Result<GapText, Error> {
    let id: GapId = row::id(r, "id")?;
    let conversation: Option<String> = r.try_get("conversation_id")?;
    let document: Option<DocumentId> = row::optional_id(r, "document_id")?;
    let source: Option<String> = r.try_get("source_id")?;
    Ok(GapText {
        id: id.text(),
        href: format!("/console/gaps/{id}/answer"),
        question: r.try_get("question")?,
        asked: r.try_get("asked")?,
        reason: r.try_get("reason")?,
        score: r.try_get("score")?,
        locale: r.try_get("locale")?,
        asked_at: r.try_get("asked_at")?,
        conversation_href: conversation.map(|id| format!("/console/conversations/{id}")),
        closed_at: r.try_get("closed_at")?,
        document_href: source.zip(document).map(|(source, document)| format!("/console/sources/{source}/documents/{document}")),
    })
}
