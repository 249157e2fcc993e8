//! Running the test set: every case with a release and with the published one, in the background, one at a time. A case in which
//! the model or the search was down says nothing about a release: it is tried again.

use std::time::Duration;

use chat::{ReleaseId, WorkspaceId};
use knowledge::{
    case::{self, Case, Claim, Expect, Ran},
    release,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Asked, Bot, Result,
    prompt::Line,
    release::Standing,
    think::{Errand, Question},
    verdict::{Model, Signals},
    words,
};

/// Between two looks for a run that waits.
const PAUSE: Duration = Duration::from_millis(900);
/// A run belongs to its worker so long after its last case, in ms.
const LEASE_MS: i64 = 90_000;
/// A case takes no longer.
const LONGEST: Duration = Duration::from_secs(60);
/// So often a case is tried in one run while something is down; then what came of it counts, for visitors get the same.
const TRIES: usize = 3;

/// A case that waits, and the release it is run with.
type Waiting = (ReleaseId, i64, Case);

/// What came of running a case.
struct Tried {
    ran: Ran,
    /// The model or the search could not be used.
    down: bool,
}

/// A run of the test set of a release, compared with the published one.
struct Run {
    claim: Claim,
    waiting: Vec<Waiting>,
    done: i64,
    total: i64,
    /// Cases that count although something was down.
    down: usize,
}

impl Bot {
    /// Runs the test sets of releases as they wait, until cancelled. What a worker that dies has done is not done again.
    pub async fn run_tests(&self, cancel: CancellationToken) {
        loop {
            let pause = PAUSE + Duration::from_millis(self.chat().random().below(200));
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                done = self.run_test() => if let Err(error) = done {
                    tracing::warn!(%error, "a test set could not be run; it is tried again when its lease ends");
                },
            }
        }
    }

    /// Runs the test set of one release that waits for it; false when none does.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn run_test(&self) -> Result<bool> {
        let Some(claim) = case::claim(self.chat(), self.chat().now() + LEASE_MS).await? else { return Ok(false) };
        let (store, workspace) = (self.chat().store(), claim.workspace);
        let mine = release::find(store, workspace, claim.release).await?;
        let published = release::live(store, workspace).await?.published.filter(|published| published.id != mine.id);
        let mut waiting = Vec::new();
        for release in published.iter().chain([&mine]) {
            let cases = self.to_run(workspace, release.id).await?;
            waiting.extend(cases.into_iter().map(|case| (release.id, release.number, case)));
        }
        let total = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let mut run = Run { claim, waiting, done: 0, total, down: 0 };
        self.progress(&run).await?;
        for last in (0..TRIES).map(|tried| tried + 1 == TRIES) {
            self.run_through(&mut run, last).await?;
            if run.waiting.is_empty() {
                break;
            }
            // As long as a model that fails is left alone.
            tokio::time::sleep(Duration::from_secs(self.inner.config.breaker_s).min(LONGEST)).await;
            // The pause counts against the lease.
            self.progress(&run).await?;
        }
        let gate = release::gate(store, workspace, mine.id).await?;
        tracing::info!(
            workspace.id = %workspace, release.number = mine.number, cases.run = total, cases.passed = gate.passed, cases.worse = gate.worse.len(),
            "a test set was run"
        );
        if run.down > 0 {
            tracing::warn!(
                workspace.id = %workspace, release.number = mine.number, cases.down = run.down,
                "a model or the search was down in a run of a test set; those cases are run again with the next run"
            );
        }
        Ok(true)
    }

    /// Cases that a release has not run as they are now, and those in which something was down when it did.
    async fn to_run(&self, workspace: WorkspaceId, release: ReleaseId) -> Result<Vec<Case>> {
        let store = self.chat().store();
        let mut cases = case::unrun(store, workspace, release).await?;
        let ran = case::results(store, workspace, release).await?;
        cases.extend(ran.into_iter().filter(|it| it.mine.as_ref().is_some_and(|ran| is_down(&ran.rule))).map(|it| it.case));
        Ok(cases)
    }

    /// Runs what waits once; what something was down for waits again, unless this was the last time.
    async fn run_through(&self, run: &mut Run, last: bool) -> Result<()> {
        let workspace = run.claim.workspace;
        for (id, number, case) in std::mem::take(&mut run.waiting) {
            let Tried { ran, down } = match tokio::time::timeout(LONGEST, self.run_case(workspace, number, &case)).await {
                Ok(tried) => tried?,
                Err(_) => Tried {
                    ran: Ran { passed: false, outcome: "failed".into(), rule: "error".into(), answer: String::new(), cited: Vec::new() },
                    down: true,
                },
            };
            if down && !last {
                run.waiting.push((id, number, case));
            } else {
                case::keep(self.chat(), workspace, id, &case, &ran).await?;
                run.done += 1;
                run.down += usize::from(down);
            }
            self.progress(run).await?;
        }
        Ok(())
    }

    async fn progress(&self, run: &Run) -> Result<()> {
        Ok(case::finish(self.chat(), run.claim, run.done, run.total, self.chat().now() + LEASE_MS).await?)
    }

    /// What a release does with a case when it speaks, whoever does today, whatever is left of the budget and whoever is there.
    async fn run_case(&self, workspace: WorkspaceId, release: i64, case: &Case) -> Result<Tried> {
        let errand = Errand { standing: Standing::Release(release), unlimited: true, ..Errand::default() };
        let mut mind = self.mind(workspace, &errand).await?;
        mind.policy.enabled = true;
        let question = Question {
            locale: words::language(&case.question, &case.locale),
            text: case.question.clone(),
            history: case.history.iter().map(line).collect(),
            ..Question::default()
        };
        let signals = Signals { online: true, ..self.signals(&mind, &question).await? };
        let asked = self.ask_with(&mind, &errand, &question, signals).await;
        let down = asked.trace.model_said == Some(Model::Failed) || is_down(asked.rule);
        let ran = Ran {
            passed: passes(case, &asked),
            outcome: asked.verdict.name().to_owned(),
            // A model that failed may have left a rule of its own: by this one the next run knows that it is to be run again.
            rule: if down && !is_down(asked.rule) { "model_failed" } else { asked.rule }.to_owned(),
            cited: asked.citations.iter().map(|citation| citation.title.clone()).collect(),
            answer: asked.answer,
        };
        Ok(Tried { ran, down })
    }
}

/// Whether a rule decides when the model or the search cannot be used.
fn is_down(rule: &str) -> bool {
    matches!(rule, "model_failed" | "model_failed_unsure" | "broken" | "error")
}

fn line(said: &case::Said) -> Line {
    let who = match said.who.as_str() {
        "bot" => "Assistant",
        "agent" => "Colleague",
        _ => "Visitor",
    };
    Line { who, text: said.text.clone() }
}

/// Whether what came of a case is what must come of it.
fn passes(case: &Case, asked: &Asked) -> bool {
    let outcome = asked.verdict.name();
    match case.expect {
        Expect::Refuse => matches!(outcome, "clarify" | "handover"),
        Expect::HandOver => outcome == "handover",
        Expect::Fact => outcome == "answer" && says(&asked.answer, &case.target),
        Expect::Cite => {
            let cited: Vec<_> = asked.citations.iter().filter_map(|citation| citation.passage).collect();
            let hits = asked.found.hits.iter().filter(|hit| cited.contains(&hit.passage.id));
            outcome == "answer" && hits.into_iter().any(|hit| hit.passage.document.text() == case.target)
        }
    }
}

/// Whether a text says a fact: its words in a row, whatever case and punctuation; with ` | ` between, one of several wordings.
fn says(text: &str, fact: &str) -> bool {
    let folded = format!(" {} ", knowledge::words::fold(text));
    fact.split(" | ").map(knowledge::words::fold).any(|fact| {
        let dense = fact.chars().any(knowledge::language::is_han);
        !fact.is_empty()
            && if dense { folded.replace(' ', "").contains(&fact.replace(' ', "")) } else { folded.contains(&format!(" {fact} ")) }
    })
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_fact_is_said_in_whole_words() {
        for (text, fact, expected) in [
            ("A refund takes **five working days**. [1]", "five working days", true),
            ("A refund takes fifty-five working days.", "five working days", true),
            ("A refund takes twentyfive working days.", "five working days", false),
            ("It is 14 days.", "4 days", false),
            ("We ship within 2 days.", "two days | 2 days", true),
            ("退款会在五个工作日内退回。", "五个工作日", true),
            ("退款会在三个工作日内退回。", "五个工作日", false),
            ("Anything", "", false),
        ] {
            assert_eq!(says(text, fact), expected, "{text} / {fact}");
        }
    }
}
