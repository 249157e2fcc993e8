//! The first report: what came, who answered, how fast, and how people liked it.

mod figures;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use bot::Agreement;
use ticketing::report::{Range, Report, Score};

use crate::error::Error;
use crate::face::{initials, tint};
use crate::handle::Console;
use crate::web::params::Ask;
use crate::web::visit::Seat;

use figures::{GapLine, Reason, Totals};

/// A day in ms.
const DAY_MS: i64 = 86_400_000;
/// The spans one may choose, in days; the second is the usual one.
const SPANS: [i64; 3] = [7, 30, 90];

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    days: i64,
}

#[derive(Serialize)]
struct ReportPage {
    days: i64,
    from: i64,
    to: i64,
    peak: i64,
    totals: Totals,
    daily: Vec<Day>,
    reasons: Vec<Reason>,
    csat: Vec<Stars>,
    agents: Vec<AgentLine>,
    gaps: Vec<GapLine>,
    /// What the bot would have answered beside people, by topic.
    agreement: Vec<Agreement>,
}

#[derive(Serialize)]
struct Day {
    at: i64,
    conversations: i64,
    answered: i64,
    handed_over: i64,
}

#[derive(Serialize)]
struct Stars {
    score: i64,
    count: i64,
    share: f64,
}

#[derive(Serialize)]
struct AgentLine {
    name: String,
    initials: String,
    tint: u8,
    taken: i64,
    resolved: i64,
    first_reply_ms: Option<i64>,
    csat: Option<f64>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let days = SPANS.into_iter().find(|span| *span == asked.days).unwrap_or(SPANS[1]);
    let now = console.chat.now();
    let range = Range { from: (now.div_euclid(DAY_MS) - days + 1) * DAY_MS, to: now + 1, offset_ms: 0 };
    let workspace = seat.workspace();
    let report = console.desk.report(workspace, range).await?;
    let store = console.chat.store();
    let own = ReportPage {
        days,
        from: range.from,
        to: now,
        totals: figures::totals(store, workspace, range, &report).await?,
        daily: daily(&report),
        peak: report.days.iter().map(|day| day.conversations).max().unwrap_or(0),
        reasons: figures::reasons(store, workspace, range).await?,
        csat: stars(&report.csat),
        agents: agents(&report),
        gaps: figures::gaps(store, workspace, range).await?,
        agreement: console.bot.agreement(workspace, range.from, range.to).await?,
    };
    let page = console.page(&seat.visit, "report", "report.html", own).await?;
    Ok(page.into_response())
}

fn daily(report: &Report) -> Vec<Day> {
    report
        .days
        .iter()
        .map(|day| Day { at: day.at, conversations: day.conversations, answered: day.bot_only, handed_over: day.handed_over })
        .collect()
}

/// From five stars down; nothing when nobody has said anything.
fn stars(score: &Score) -> Vec<Stars> {
    if score.count == 0 {
        return Vec::new();
    }
    let of = |(place, count): (usize, &i64)| Stars { score: place as i64 + 1, count: *count, share: *count as f64 / score.count as f64 };
    score.scores.iter().enumerate().rev().map(of).collect()
}

fn agents(report: &Report) -> Vec<AgentLine> {
    report
        .agents
        .iter()
        .map(|share| AgentLine {
            initials: initials(&share.name),
            tint: tint(share.id.0),
            name: share.name.clone(),
            taken: share.tickets,
            resolved: share.resolved,
            first_reply_ms: share.first_reply.median_ms,
            csat: share.csat.average,
        })
        .collect()
}
