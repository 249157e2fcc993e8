//! Thinking: from a question to a verdict and the words that carry it out. Turns and the playground share it;
//! nothing here writes.

mod answer;
mod near;
mod query;
mod reply;

use std::sync::Arc;

use chat::{Button, Citation, WorkspaceId};
use knowledge::Found;
use tokio::time::Instant;

pub(crate) use self::{answer::Shown, reply::handover};
use crate::{
    Bot, Result, Settings,
    model::{Failure, Model},
    prompt::Line,
    trace::{Times, Trace},
    verdict::{self, Action, Policy, Signals, Verdict},
};

/// A question and what it was asked after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// The visitor's words; a burst of messages as one.
    pub text: String,
    /// `en` or `zh`: what the house answers in.
    pub locale: &'static str,
    /// What was said before, oldest first.
    pub history: Vec<Line>,
    /// Passages that the last answer has cited.
    pub cited: Vec<String>,
}

/// What is needed to think in a workspace.
pub(crate) struct Mind {
    pub workspace: WorkspaceId,
    pub settings: Settings,
    pub policy: Policy,
    pub model: Option<Arc<dyn Model>>,
    /// The models must have ended by then.
    pub deadline: Instant,
}

/// An answer that can be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// Markdown.
    pub body: String,
    pub citations: Vec<Citation>,
    /// Quoted; no model wrote it.
    pub extract: bool,
}

/// What thinking came to.
pub(crate) struct Thought {
    pub verdict: Verdict,
    pub answer: Option<Answer>,
    pub found: Found,
    pub signals: Signals,
}

impl Bot {
    /// Everything that is needed to think in a workspace.
    pub(crate) async fn mind(&self, workspace: WorkspaceId) -> Result<Mind> {
        let settings = Settings::get(self.chat(), workspace).await?;
        let model = self.inner.models.of(&settings, &self.inner.config);
        let deadline = Instant::now() + self.limits().total;
        Ok(Mind { workspace, policy: settings.policy(), settings, model, deadline })
    }

    /// Searches if the signals leave anything to search for, and decides until something can be done.
    pub(crate) async fn think(
        &self,
        mind: &Mind,
        question: &Question,
        mut signals: Signals,
        trace: &mut Trace,
        show: &mut (dyn FnMut(Shown) + Send),
    ) -> Thought {
        let mut found = Found::default();
        if signals.is_question(&mind.policy) {
            found = self.look_up(mind, question, &mut signals, trace).await;
        }
        loop {
            let verdict = verdict::decide(&signals, &mind.policy);
            trace.decided(verdict);
            let answer = match verdict.action {
                Action::Answer => match self.answer(mind, question, &found, show).await {
                    Ok(answer) => Some(answer),
                    Err(refusal) => {
                        signals.model = refusal.state;
                        note_failure(trace, refusal.failure);
                        continue;
                    }
                },
                Action::Extract => match answer::extract(question, &found) {
                    Some(answer) => Some(answer),
                    None => {
                        // Passages that hold nothing to show are none.
                        (signals.kept, signals.best) = (0, 0.0);
                        continue;
                    }
                },
                _ => None,
            };
            note_cited(trace, answer.as_ref());
            return Thought { verdict, answer, found, signals };
        }
    }

    /// Searches, and notes what was found.
    async fn look_up(&self, mind: &Mind, question: &Question, signals: &mut Signals, trace: &mut Trace) -> Found {
        let began = Instant::now();
        let searched = self.search(mind, question).await;
        trace.times.search_ms = Times::since(began);
        match searched {
            Ok((query, found)) => {
                trace.query = query;
                trace.found(&found);
                signals.found(&found, mind.model.is_some());
                found
            }
            Err(error) => {
                tracing::error!(workspace.id = %mind.workspace, %error, "knowledge could not be searched");
                signals.broken = true;
                Found::default()
            }
        }
    }
}

impl Signals {
    /// Takes in what a search found.
    fn found(&mut self, found: &Found, model: bool) {
        self.kept = found.hits.iter().filter(|hit| hit.kept).count();
        self.best = found.hits.iter().filter(|hit| hit.kept).map(|hit| hit.confidence).fold(0.0, f64::max);
        self.model = if model { verdict::Model::Ready } else { verdict::Model::Absent };
    }
}

fn note_failure(trace: &mut Trace, failure: Option<Failure>) {
    if let Some(failure) = failure {
        trace.failed(failure);
    }
}

fn note_cited(trace: &mut Trace, answer: Option<&Answer>) {
    let cited: Vec<String> =
        answer.iter().flat_map(|answer| &answer.citations).filter_map(|citation| citation.passage.map(|id| id.text())).collect();
    for seen in &mut trace.passages {
        seen.cited = cited.contains(&seen.passage);
    }
}

/// The button that asks for a person.
pub(crate) fn person_button(locale: &str) -> Button {
    Button { label: crate::words::say(locale, "button.person", &[]), value: "person".into(), wish: Some("person".into()) }
}
