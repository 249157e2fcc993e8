//! Releases and what the test set says of them, as pages show it.

use std::collections::HashMap;

use serde::Serialize;

use chat::AgentId;
use knowledge::case::{Compared, Ran};
use knowledge::release::{Gate, Release};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// A release.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseText {
    pub id: String,
    pub href: String,
    pub number: i64,
    pub state: &'static str,
    pub share: i64,
    pub note: String,
    pub by: String,
    pub created_at: i64,
    pub published_at: Option<i64>,
    pub reason: String,
    pub signed_by: String,
    pub dropped: bool,
    pub running: bool,
    pub done: i64,
    pub total: i64,
}

/// What the gate says.
#[derive(Clone, Debug, Serialize)]
pub struct GateText {
    pub cases: i64,
    pub passed: i64,
    pub unrun: i64,
    pub worse: usize,
    pub better: usize,
}

/// A case with what both releases did with it.
#[derive(Clone, Debug, Serialize)]
pub struct ResultText {
    pub href: String,
    pub question: String,
    pub expect: &'static str,
    /// `worse`, `better`, `same` or `unrun`.
    pub change: &'static str,
    pub mine: Option<RanText>,
    pub theirs: Option<RanText>,
}

/// What a release did with a case.
#[derive(Clone, Debug, Serialize)]
pub struct RanText {
    pub passed: bool,
    pub outcome: String,
    pub answer: String,
    pub cited: Vec<String>,
}

/// Names of the staff.
pub async fn people(console: &Console, seat: &Seat) -> Result<HashMap<AgentId, String>, Error> {
    let agents = chat::agent::list(console.chat.store(), seat.workspace()).await?;
    Ok(agents.into_iter().map(|agent| (agent.id, agent.name)).collect())
}

impl ReleaseText {
    /// With the names of who made and signed it.
    pub fn of(release: &Release, people: &HashMap<AgentId, String>) -> ReleaseText {
        let name = |id: Option<AgentId>| id.and_then(|id| people.get(&id).cloned()).unwrap_or_default();
        ReleaseText {
            id: release.id.text(),
            href: format!("/console/releases/{}", release.id),
            number: release.number,
            state: release.state.text(),
            share: release.share,
            note: release.note.clone(),
            by: name(release.by),
            created_at: release.created_at,
            published_at: release.published_at,
            reason: release.reason.clone().unwrap_or_default(),
            signed_by: name(release.signed_by),
            dropped: release.dropped_at.is_some(),
            running: release.run_at.is_some(),
            done: release.run.0,
            total: release.run.1,
        }
    }
}

impl GateText {
    /// In figures.
    pub fn of(gate: &Gate) -> GateText {
        GateText { cases: gate.cases, passed: gate.passed, unrun: gate.unrun, worse: gate.worse.len(), better: gate.better.len() }
    }
}

impl ResultText {
    /// Side by side.
    pub fn of(compared: &Compared) -> ResultText {
        let (mine, theirs) = (&compared.mine, &compared.theirs);
        let change = match (mine.as_ref().map(|ran| ran.passed), theirs.as_ref().map(|ran| ran.passed)) {
            (Some(false), Some(true)) => "worse",
            (Some(true), Some(false)) => "better",
            (Some(_), Some(_)) => "same",
            _ => "unrun",
        };
        ResultText {
            href: format!("/console/cases/{}", compared.case.id),
            question: compared.case.question.clone(),
            expect: compared.case.expect.text(),
            change,
            mine: mine.as_ref().map(RanText::of),
            theirs: theirs.as_ref().map(RanText::of),
        }
    }

    /// What must be looked at stands first.
    pub fn order(&self) -> u8 {
        match (self.change, self.mine.as_ref().is_some_and(|ran| ran.passed)) {
            ("worse", _) => 0,
            ("unrun", _) => 1,
            ("same", false) => 2,
            ("better", _) => 3,
            _ => 4,
        }
    }
}

impl RanText {
    fn of(ran: &Ran) -> RanText {
        RanText { passed: ran.passed, outcome: ran.outcome.clone(), answer: ran.answer.clone(), cited: ran.cited.clone() }
    }
}
