//! How far the bot can be trusted, in words, and what changed settings would have done.

use serde::Serialize;

use bot::{DryRun, Reliability, Settings};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// How far the bot can be trusted with settings.
#[derive(Clone, Debug, Serialize)]
pub struct TrustText {
    /// The confidence from which it answers.
    pub from: f64,
    /// Of 100 questions; `None`: too few to say.
    pub answers: Option<i64>,
    /// Of those; `None`: too few were judged.
    pub wrongly: Option<i64>,
    pub questions: i64,
    pub judged: i64,
    pub missing_questions: i64,
    pub missing_judged: i64,
}

/// What changed settings would have done.
#[derive(Clone, Debug, Serialize)]
pub struct DryRunText {
    pub tried: usize,
    pub changed: usize,
    pub unknown: usize,
    pub answered_then: usize,
    pub answered_now: usize,
    pub handed_over_then: usize,
    pub handed_over_now: usize,
    pub changes: Vec<ChangeText>,
}

/// A turn that would have come to something else.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeText {
    pub href: String,
    pub question: String,
    pub then: String,
    pub now: &'static str,
    pub rule: &'static str,
    /// What the admins call it, if it is one of theirs.
    pub named: Option<String>,
}

impl TrustText {
    fn of(it: &Reliability, settings: &Settings) -> TrustText {
        let (missing_questions, missing_judged) = it.missing();
        TrustText {
            from: settings.answer_from,
            answers: it.answers(),
            wrongly: it.wrongly(),
            questions: it.questions,
            judged: it.judged,
            missing_questions,
            missing_judged,
        }
    }
}

impl From<DryRun> for DryRunText {
    fn from(run: DryRun) -> Self {
        let changes = run.changes.into_iter().map(|change| ChangeText {
            href: format!("/console/conversations/{}/why/{}", change.conversation, change.seq),
            question: change.question,
            then: change.then,
            now: change.now,
            rule: change.rule,
            named: change.named,
        });
        DryRunText {
            tried: run.tried,
            changed: run.changed,
            unknown: run.unknown,
            answered_then: run.answered.0,
            answered_now: run.answered.1,
            handed_over_then: run.handed_over.0,
            handed_over_now: run.handed_over.1,
            changes: changes.collect(),
        }
    }
}

impl Console {
    /// How far the bot can be trusted with these settings.
    pub async fn trust(&self, seat: &Seat, settings: &Settings) -> Result<TrustText, Error> {
        Ok(TrustText::of(&self.bot.reliability(seat.workspace(), settings).await?, settings))
    }

    /// What these settings would have done in the past month.
    pub async fn tried(&self, seat: &Seat, settings: &Settings) -> Result<DryRunText, Error> {
        Ok(self.bot.dry_run(seat.workspace(), settings).await?.into())
    }
}
