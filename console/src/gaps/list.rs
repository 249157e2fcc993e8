//! Gaps as pages show them.

use serde::Serialize;

use chat::GapId;
use knowledge::gap::{self, Gap};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// Gaps that are listed: the commonest, and of those as common the newest.
const GAPS: i64 = 200;

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

/// Open gaps, or closed ones.
pub async fn page(console: &Console, seat: &Seat, closed: bool) -> Result<Vec<GapText>, Error> {
    let gaps = gap::list(console.chat.store(), seat.workspace(), closed, GAPS).await?;
    let mut texts = Vec::with_capacity(gaps.len());
    for gap in gaps {
        texts.push(text(console, seat, gap).await?);
    }
    Ok(texts)
}

/// One gap.
pub async fn one(console: &Console, seat: &Seat, id: GapId) -> Result<GapText, Error> {
    let gap = gap::find(console.chat.store(), seat.workspace(), id).await?;
    text(console, seat, gap).await
}

async fn text(console: &Console, seat: &Seat, gap: Gap) -> Result<GapText, Error> {
    let document_href = match gap.document {
        Some(document) => console.document_href(seat, document).await?,
        None => None,
    };
    Ok(GapText {
        id: gap.id.text(),
        href: format!("/console/gaps/{}/answer", gap.id),
        question: gap.question,
        asked: gap.asked,
        reason: reason(&gap.reason, gap.score).to_owned(),
        score: gap.score,
        locale: gap.locale,
        asked_at: gap.asked_at,
        conversation_href: gap.conversation.map(|id| format!("/console/conversations/{id}")),
        closed_at: gap.closed_at,
        document_href,
    })
}

/// Why a question was not answered, as texts know it: the bot names the rule that decided.
fn reason(rule: &str, score: f64) -> &'static str {
    match rule {
        "unhelpful" => "unhelpful",
        rule if rule.starts_with("model") || rule == "broken" => "model",
        _ if score > 0.0 => "unsure",
        _ => "no_passage",
    }
}
