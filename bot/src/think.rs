//! Thinking: from a question to a verdict and the words that carry it out. Turns and the playground share it;
//! nothing here writes.

mod answer;
mod asker;
pub(crate) mod disagree;
mod near;
mod query;
mod reply;
mod several;

use std::sync::Arc;

use chat::{Button, Citation, VisitorId, WorkspaceId};
use knowledge::Found;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::asker::Asker;
pub(crate) use self::{answer::Shown, disagree::not_meant, reply::handover};
use crate::{
    Bot, Result, Settings,
    budget::Level,
    intent::Intents,
    memory::Known,
    model::{Ledger, Roster, Task},
    prompt::Line,
    release::{Chosen, Standing},
    tool::{Bench, Card},
    trace::{Alternative, Times, Trace},
    verdict::{self, Action, Policy, Signals, ToolState, Verdict},
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
    /// Documents that are not meant: the visitor has said so.
    pub rejected: Vec<String>,
    /// Who asks, and where is looked.
    pub asker: Asker,
}

/// For whom it is thought, and how long it makes sense.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errand {
    /// Whose knowledge and settings are used.
    pub standing: Standing,
    /// Whose budget it is as well.
    pub visitor: Option<VisitorId>,
    /// What is left of the budget does not matter: a release is not to be judged by it.
    pub unlimited: bool,
    /// Cancelled when the visitor has left.
    pub left: CancellationToken,
    /// Where the models' work is noted.
    pub ledger: Arc<Ledger>,
}

/// What is needed to think in a workspace.
pub(crate) struct Mind {
    pub workspace: WorkspaceId,
    /// The release that answers; `None` while tested releases are off.
    pub release: Option<i64>,
    pub settings: Settings,
    pub policy: Policy,
    pub intents: Arc<Intents>,
    pub models: Roster,
    /// What is left of the budget.
    pub level: Level,
    /// The models must have ended by then.
    pub deadline: Instant,
    /// What may be done beside answering: in a visitor's turn alone.
    pub bench: Option<Bench>,
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
    /// What may be meant, where passages contradict one another.
    pub alternatives: Vec<Alternative>,
    pub signals: Signals,
    /// The call somebody must agree to.
    pub card: Option<Card>,
    /// What was done, where the model could not say more about it.
    pub acted: Option<String>,
}

impl Bot {
    /// Everything that is needed to think in a workspace.
    pub(crate) async fn mind(&self, workspace: WorkspaceId, errand: &Errand) -> Result<Mind> {
        let Chosen { settings, release } = self.chosen(workspace, errand.standing).await?;
        let limited = settings.budget.limits() && !errand.unlimited;
        let level = if limited { settings.budget.level(&self.spent(workspace, errand.visitor).await?) } else { Level::Full };
        let models = self.inner.models.of(workspace, &settings, errand.ledger.clone());
        let level = if models.configured() { level } else { Level::Full };
        let models = models.within(level).veiled(settings.redact).until(errand.left.clone());
        let intents = self.intents(&settings).await;
        let deadline = Instant::now() + self.limits().total;
        Ok(Mind { workspace, release, policy: settings.policy(), settings, intents, models, level, deadline, bench: None })
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
        let mut parts = Vec::new();
        let mut place = None;
        let mut known = None;
        let mut card = None;
        trace.budget = mind.level.name().map(str::to_owned);
        if signals.tool.is_none() && signals.is_question(&mind.policy) {
            place = self.place(mind, question).await;
            known = place.as_ref().and_then(|place| self.inner.memory.recall(place));
            found = match &known {
                Some(known) => recalled(known, &mut signals, trace),
                None => self.look_up(mind, question, &mut signals, trace, &mut parts).await,
            };
        }
        if parts.is_empty() {
            trace.alternatives = disagree::alternatives(&found, &question.text, mind.policy.answer_from);
            signals.disagree = !trace.alternatives.is_empty();
        }
        if signals.tool.is_none()
            && signals.model != verdict::Model::Ready
            && mind.bench.as_ref().is_some_and(|bench| bench.has_acted().is_some())
        {
            signals.tool = Some(ToolState::Acted);
        }
        trace.signals = Some(signals.clone());
        if mind.policy.let_by(&signals).is_some() && signals.is_question(&mind.policy) {
            trace.rules.push(verdict::LET.to_owned());
        }
        loop {
            let verdict = verdict::decide(&signals, &mind.policy);
            trace.decided(verdict);
            trace.named = mind.policy.named(&signals, verdict);
            let answer = match verdict.action {
                Action::Answer if known.is_some() => known.take().map(|known| known.answer.clone()),
                Action::Answer => match self.timed_answer(mind, question, &found, trace, show).await {
                    Ok(answer) => {
                        if let Some(place) = place.take() {
                            self.inner.memory.keep(place, &trace.query, &found, &answer);
                        }
                        Some(answer)
                    }
                    Err(refusal) => {
                        signals.model = refusal.state;
                        let acted = mind.bench.as_ref().and_then(Bench::has_acted).map(|_| ToolState::Acted);
                        (signals.tool, card) = refusal.tool.map_or((acted, None), |(state, card)| (Some(state), card));
                        continue;
                    }
                },
                Action::Extract => match quoted(mind, question, &found, &parts) {
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
            let alternatives = trace.alternatives.clone();
            let acted = mind.bench.as_ref().and_then(Bench::has_acted);
            return Thought { verdict, answer, found, alternatives, signals, card, acted };
        }
    }

    /// The model's answer; how long it took and what came of it are noted.
    async fn timed_answer(
        &self,
        mind: &Mind,
        question: &Question,
        found: &Found,
        trace: &mut Trace,
        show: &mut (dyn FnMut(Shown) + Send),
    ) -> Result<Answer, answer::Refusal> {
        let began = Instant::now();
        let answered = self.answer(mind, question, found, show).await;
        trace.times.model_ms = Some(Times::since(began));
        trace.model_said = Some(answered.as_ref().map_or_else(|refusal| refusal.state, |_| verdict::Model::Ready));
        if let Err(answer::Refusal { failure: Some(failure), .. }) = &answered {
            trace.failed(*failure);
        }
        answered
    }

    /// Searches, and notes what was found; for several questions also what was found for each.
    async fn look_up(
        &self,
        mind: &Mind,
        question: &Question,
        signals: &mut Signals,
        trace: &mut Trace,
        parts: &mut Vec<several::Part>,
    ) -> Found {
        let began = Instant::now();
        let searched = match several::questions(&question.text) {
            Some(texts) => self.search_each(mind, question, texts).await.map(|each| {
                *parts = each;
                (question.text.clone(), several::merged(parts))
            }),
            None => self.search(mind, question, &mut trace.times).await,
        };
        trace.times.search_ms = Times::since(began);
        match searched {
            Ok((query, found)) => {
                trace.query = query;
                trace.found(&found);
                signals.found(&found, mind.ready());
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

/// Quotes: for each question by itself, if there are several.
fn quoted(mind: &Mind, question: &Question, found: &Found, parts: &[several::Part]) -> Option<Answer> {
    match parts {
        [] => answer::extract(question, found),
        parts => several::quoted(parts, question, mind.policy.answer_from),
    }
}

impl Mind {
    /// What rules ask for and the words of a message tell.
    pub(crate) fn measured(&self, text: &str) -> Signals {
        Signals {
            words: self.settings.words_in(text),
            intent: self.intents.name(text),
            mood: knowledge::sentiment::mood(text),
            language: knowledge::language::spoken(text).to_owned(),
            ..Signals::default()
        }
    }

    /// Whether a model can be asked.
    fn ready(&self) -> verdict::Model {
        match self.level {
            Level::Spent => verdict::Model::Spent,
            _ if self.models.is_left() => verdict::Model::Left,
            _ if self.models.any(Task::Answer) => verdict::Model::Ready,
            _ => verdict::Model::Absent,
        }
    }
}

/// Takes in what was remembered: nothing is searched and no model is asked.
fn recalled(known: &Known, signals: &mut Signals, trace: &mut Trace) -> Found {
    trace.cached = true;
    trace.query.clone_from(&known.query);
    trace.found(&known.found);
    signals.found(&known.found, verdict::Model::Ready);
    known.found.clone()
}

impl Signals {
    /// Takes in what a search found.
    fn found(&mut self, found: &Found, model: verdict::Model) {
        self.kept = found.hits.iter().filter(|hit| hit.kept).count();
        self.best = found.hits.iter().filter(|hit| hit.kept).map(|hit| hit.confidence).fold(0.0, f64::max);
        self.model = model;
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
