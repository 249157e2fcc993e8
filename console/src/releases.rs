//! Releases: what is live, what waits, what the test set says, and the way back.

mod diff;
mod steps;
mod text;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::ReleaseId;
use knowledge::{case, release};

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

use diff::DiffText;
pub use steps::{publish, roll_back, run, stage, switch_off, withdraw};
use text::{GateText, ReleaseText, ResultText};

const PAGE: &str = "/console/releases";
/// Releases that are listed, the newest.
const LISTED: i64 = 30;

#[derive(Serialize)]
struct ReleasesPage {
    on: bool,
    published: Option<ReleaseText>,
    staged: Option<ReleaseText>,
    releases: Vec<ReleaseText>,
    /// Whether there is an earlier release to go back to.
    back: bool,
    cases: i64,
    proposed: i64,
}

#[derive(Serialize)]
struct ReleasePage {
    release: ReleaseText,
    gate: GateText,
    /// Worse first, then better, then the rest.
    results: Vec<ResultText>,
    /// What it would change; of one that is not decided on yet.
    diff: Option<DiffText>,
    /// Whether it can still be decided on.
    open: bool,
    tried: Tried,
}

/// A step that was refused: why, and what was typed for it.
#[derive(Default, Serialize)]
struct Tried {
    /// `untested`, `worse` or nothing.
    refused: &'static str,
    /// Another reason, in words.
    fault: String,
    share: String,
    reason: String,
}

/// The list.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let people = text::people(&console, &seat).await?;
    let all = release::list(store, workspace, LISTED).await?;
    let live = release::live(store, workspace).await?;
    let told = |release: &release::Release| ReleaseText::of(release, &people);
    let earlier = all.iter().any(|release| release.state == release::State::Past && release.dropped_at.is_none());
    let own = ReleasesPage {
        on: live.published.is_some(),
        back: live.published.is_some() && (live.staged.is_some() || earlier),
        published: live.published.as_ref().map(told),
        staged: live.staged.as_ref().map(told),
        releases: all.iter().map(told).collect(),
        cases: case::count(store, workspace, Some(case::State::Accepted)).await?,
        proposed: case::count(store, workspace, Some(case::State::Proposed)).await?,
    };
    let page = console.page(&seat.visit, "releases", "releases.html", own).await?;
    Ok(page.into_response())
}

/// Freezes a release. The first one is what is live; every other one goes to its page, where its test set runs.
pub async fn freeze(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let release = console.bot.freeze(seat.workspace(), sent.text("note"), seat.agent.id).await?;
    let (to, key) = match release.state {
        release::State::Published => (PAGE.to_owned(), "flash-releases-on"),
        _ => (format!("{PAGE}/{}", release.id), "flash-release-frozen"),
    };
    Ok(console.said(&seat.visit, &to, &Flash::done(key).with("n", release.number.to_string())))
}

/// One release with its test set.
pub async fn one(State(console): State<Console>, seat: Seat, Id(id): Id<ReleaseId>) -> Result<Response, Error> {
    page(&console, &seat, id, Tried::default()).await
}

impl Console {
    /// Whether what is changed waits for the next release.
    pub async fn waits(&self, seat: &Seat) -> Result<bool, Error> {
        Ok(release::live(self.chat.store(), seat.workspace()).await?.published.is_some())
    }
}

async fn page(console: &Console, seat: &Seat, id: ReleaseId, tried: Tried) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let release = release::find(store, workspace, id).await?;
    let gate = release::gate(store, workspace, id).await?;
    let mut results: Vec<ResultText> = case::results(store, workspace, id).await?.iter().map(ResultText::of).collect();
    results.sort_by_key(|result| result.order());
    let people = text::people(console, seat).await?;
    let own = ReleasePage {
        diff: console.diff(seat, &release).await?,
        open: matches!(release.state, release::State::Candidate | release::State::Staged),
        release: ReleaseText::of(&release, &people),
        gate: GateText::of(&gate),
        results,
        tried,
    };
    let page = console.page(&seat.visit, "releases", "release.html", own).await?;
    Ok(page.into_response())
}
