//! Gaps as pages show them.

use serde::Serialize;

use chat::{ConversationId, GapId};
use knowledge::gap::{self, Cluster, Gap};

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
    /// Others that mean the same.
    pub also: Vec<AlsoText>,
    /// Where it and the others were asked last.
    #[serde(skip)]
    pub places: Vec<(ConversationId, i64)>,
}

/// A gap that means the same as another.
#[derive(Clone, Debug, Serialize)]
pub struct AlsoText {
    pub id: String,
    pub question: String,
    pub asked: i64,
}

/// Open gaps, or closed ones.
pub async fn page(console: &Console, seat: &Seat, closed: bool) -> Result<Vec<GapText>, Error> {
    let store = console.chat.store();
    let clusters = match closed {
        true => gap::list(store, seat.workspace(), true, GAPS).await?.into_iter().map(alone).collect(),
        false => gap::clusters(&console.knowledge, seat.workspace()).await?,
    };
    let mut texts = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        texts.push(text(console, seat, cluster).await?);
    }
    Ok(texts)
}

/// One gap.
pub async fn one(console: &Console, seat: &Seat, id: GapId) -> Result<GapText, Error> {
    let store = console.chat.store();
    let gap = gap::find(store, seat.workspace(), id).await?;
    let clusters = if gap.closed_at.is_none() { gap::clusters(&console.knowledge, seat.workspace()).await? } else { Vec::new() };
    let mine = clusters.into_iter().find(|cluster| cluster.lead.id == id || cluster.also.iter().any(|also| also.id == id));
    text(console, seat, mine.map_or_else(|| alone(gap.clone()), |cluster| led_by(cluster, gap.clone()))).await
}

fn alone(gap: Gap) -> Cluster {
    Cluster { asked: gap.asked, lead: gap, also: Vec::new() }
}

/// The same cluster with this one first.
fn led_by(cluster: Cluster, gap: Gap) -> Cluster {
    let others = std::iter::once(cluster.lead).chain(cluster.also).filter(|other| other.id != gap.id);
    Cluster { also: others.collect(), lead: gap, asked: cluster.asked }
}

async fn text(console: &Console, seat: &Seat, cluster: Cluster) -> Result<GapText, Error> {
    let Cluster { lead: gap, also, asked } = cluster;
    let document_href = match gap.document {
        Some(document) => console.document_href(seat, document).await?,
        None => None,
    };
    let place = |gap: &Gap| Some((gap.conversation?, gap.seq?));
    Ok(GapText {
        places: std::iter::once(&gap).chain(&also).filter_map(place).collect(),
        also: also.into_iter().map(|gap| AlsoText { id: gap.id.text(), question: gap.question, asked: gap.asked }).collect(),
        id: gap.id.text(),
        href: format!("/console/gaps/{}/answer", gap.id),
        question: gap.question,
        asked,
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
