//! Answers: from the model, word by word, or quoted.

use std::{sync::Arc, time::Duration};

use chat::Citation;
use futures_util::StreamExt;
use knowledge::{Found, Hit, passage::Kind};
use tokio::time::Instant;

use super::{Answer, Mind, Question};
use crate::{
    Bot, cite,
    draft::Draft,
    extract::{self, Source},
    model::{self, Failure, Limits, Member, Piece, Prompt, Task},
    prompt::{self, Answering},
    tool::{Bench, Card, Outcome, Settled},
    verdict::{self, ToolState},
    words,
};

/// Passages a model reads.
const READ: usize = 6;
/// Passages that are quoted from.
const QUOTED: usize = 4;
/// Words wait so long for one another, for each answer that is written beside theirs: alone they are shown as they come,
/// and many together are no more than a thousand frames a second.
const CALM: Duration = Duration::from_millis(1);
/// But never longer than this.
const CALMEST: Duration = Duration::from_millis(40);
/// The words end by themselves: they are bounded where they come from.
const IDLE: Duration = Duration::from_secs(3_600);
/// The longest question for a value that a tool needs, in characters.
const ASKED: usize = 300;

/// What a visitor sees while an answer is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    /// The next words.
    Words(String),
    /// The words so far were given up.
    GivenUp,
}

/// Why there is no answer of the model.
pub(super) struct Refusal {
    pub state: verdict::Model,
    pub failure: Option<Failure>,
    /// A tool ended the turn.
    pub tool: Option<(ToolState, Option<Card>)>,
}

impl Refusal {
    fn new(state: verdict::Model, failure: Option<Failure>) -> Self {
        Self { state, failure, tool: None }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::new(verdict::Model::Failed, Some(failure))
    }
}

impl Bot {
    /// An answer from the passages that were kept, its words shown as they come: of the first model that gives one.
    pub(super) async fn answer(
        &self,
        mind: &Mind,
        question: &Question,
        found: &Found,
        show: &mut (dyn FnMut(Shown) + Send),
    ) -> Result<Answer, Refusal> {
        let kept: Vec<&Hit> = found.hits.iter().filter(|hit| hit.kept).take(READ).collect();
        let mut last = Refusal::from(Failure::Unreachable);
        for member in mind.models.of(Task::Answer) {
            let mut shown = false;
            let mut notice = |now: Shown| {
                shown = matches!(now, Shown::Words(_));
                show(now);
            };
            let answered = tokio::select! {
                answered = self.written(mind, member, question, &kept, &mut notice) => answered,
                () = mind.models.left() => Err(Refusal::new(verdict::Model::Left, Some(Failure::Left))),
            };
            match answered {
                Ok(answer) => return Ok(answer),
                Err(refusal) => last = refusal,
            }
            if shown {
                show(Shown::GivenUp);
            }
            if last.tool.is_some() {
                break;
            }
            // Another model is asked when this one failed, not when it had nothing to say.
            if last.state != verdict::Model::Failed || Instant::now() >= mind.deadline {
                break;
            }
        }
        Err(last)
    }

    /// One model's answer. What it asks of tools is done in between, if it may be done, and the model is asked again with what came back.
    async fn written(
        &self,
        mind: &Mind,
        member: &Arc<Member>,
        question: &Question,
        kept: &[&Hit],
        show: &mut (dyn FnMut(Shown) + Send),
    ) -> Result<Answer, Refusal> {
        loop {
            let settled = mind.bench.as_ref().map(Bench::settled).unwrap_or_default();
            let left = mind.deadline.saturating_duration_since(Instant::now());
            let limits = Limits { total: member.limits.total.min(left), ..member.limits };
            let words = mind.models.ask(member, Task::Answer, asked(mind, question, kept, &settled)?, limits).await?;
            let Heard { draft, calls, cut } =
                listen(words, kept.len() + settled.len(), pace(self.answering()), &mut |words| show(Shown::Words(words))).await?;
            match &mind.bench {
                Some(bench) if !calls.is_empty() => {
                    // Words before a call are no answer.
                    show(Shown::GivenUp);
                    attend(bench, calls).await?;
                }
                _ => return checked(mind, &draft, cut, kept, &settled),
            }
        }
    }
}

/// Does what a model asks for; an error when the turn cannot go on.
async fn attend(bench: &Bench, calls: Vec<model::Asked>) -> Result<(), Refusal> {
    if bench.is_exhausted() {
        return Err(Refusal::new(verdict::Model::Unsupported, None));
    }
    let stop = |state, card| Refusal { tool: Some((state, card)), ..Refusal::new(verdict::Model::Ready, None) };
    for call in calls {
        match bench.call(call).await {
            Ok(Outcome::Settled) => {}
            Ok(Outcome::Wait(state, card)) => return Err(stop(state, Some(card))),
            Ok(Outcome::Stop(state)) => return Err(stop(state, None)),
            Err(error) => {
                tracing::error!(%error, "a call of a tool could not be noted, and was not made");
                return Err(stop(ToolState::Failed, None));
            }
        }
    }
    Ok(())
}

/// A model's words, if they rest on what it was given. Of words that were cut, those count that are whole.
fn checked(mind: &Mind, draft: &Draft, cut: bool, kept: &[&Hit], settled: &[Settled]) -> Result<Answer, Refusal> {
    if draft.declined() {
        return Err(Refusal::new(verdict::Model::Declined, None));
    }
    let text = draft.text().trim();
    if text.is_empty() {
        return Err(Failure::Empty.into());
    }
    if let Some(missing) = text.strip_prefix(prompt::ASKING).filter(|rest| mind.bench.is_some() && rest.starts_with('\n')) {
        let body: String = missing.trim().chars().take(ASKED).collect();
        return if body.is_empty() { Err(Failure::Empty.into()) } else { Ok(Answer { body, citations: Vec::new(), extract: false }) };
    }
    // What a tool says may come from anybody: its addresses do not become links.
    let material: String = kept.iter().map(|hit| format!("{}\n{}\n", hit.passage.url, hit.passage.text)).collect();
    let cited = |n: usize| match kept.get(n - 1) {
        Some(hit) => citation(n, hit),
        None => result(n, &settled[n - 1 - kept.len()]),
    };
    let count = kept.len() + settled.len();
    let whole = if cut { cite::whole(draft.text(), count).ok_or(Failure::TooLong)? } else { draft.text() };
    match cite::check(whole, count, &material) {
        Some(checked) => {
            let citations = checked.cited.iter().map(|n| cited(*n)).collect();
            Ok(Answer { body: checked.body, citations, extract: false })
        }
        None => Err(Refusal::new(verdict::Model::Unsupported, None)),
    }
}

/// What a tool said, as a source.
fn result(n: usize, settled: &Settled) -> Citation {
    Citation { n: u32::try_from(n).unwrap_or_default(), title: settled.title.clone(), text: settled.listed.clone(), ..Citation::default() }
}

fn asked(mind: &Mind, question: &Question, kept: &[&Hit], settled: &[Settled]) -> Result<Prompt, Refusal> {
    let tools = mind.bench.as_ref().filter(|bench| !bench.is_exhausted()).map(Bench::offers).unwrap_or_default();
    let passages: Vec<prompt::Passage> = kept.iter().enumerate().map(|(at, hit)| passage(at + 1, hit)).collect();
    let before = question.history.iter().rev().find(|line| line.who == "Visitor");
    let with = Answering {
        name: &mind.settings.name,
        guidance: &mind.settings.guidance,
        style: &mind.settings.style.told(),
        language: words::spoken(&question.text, before.map(|line| line.text.as_str()), question.locale),
        passages: &passages,
        history: &question.history,
        question: &question.text,
        tools: &tools,
        settled,
        max_tokens: mind.settings.style.tokens(),
    };
    prompt::answer(&with).map_err(|error| {
        tracing::error!(%error, "a prompt cannot be rendered");
        Failure::Garbage.into()
    })
}

/// How long words wait for one another while so many answers are written.
fn pace(answers: usize) -> Duration {
    let beside = u32::try_from(answers.saturating_sub(1)).unwrap_or(u32::MAX);
    CALM.saturating_mul(beside).min(CALMEST)
}

/// What a model has said.
struct Heard {
    draft: Draft,
    calls: Vec<model::Asked>,
    /// It was stopped before its end.
    cut: bool,
}

/// Takes the words in, and shows them at this pace.
async fn listen(mut words: model::Words, count: usize, pace: Duration, show: &mut (dyn FnMut(String) + Send)) -> Result<Heard, Failure> {
    let mut heard = Heard { draft: Draft::new(count), calls: Vec::new(), cut: false };
    let mut last = Instant::now() - pace;
    let mut waiting = false;
    loop {
        let pause = if waiting { pace.saturating_sub(last.elapsed()) } else { IDLE };
        match tokio::time::timeout(pause, words.next()).await {
            Ok(None) => return Ok(heard),
            Ok(Some(piece)) => match piece? {
                Piece::Words(words) => {
                    heard.draft.push(&words);
                    waiting = true;
                }
                Piece::Calls(asked) => heard.calls = asked,
                Piece::Cut => heard.cut = true,
                Piece::Used(_) => {}
            },
            Err(_) => waiting = false,
        }
        if last.elapsed() >= pace {
            waiting = false;
            if let Some(ready) = heard.draft.take() {
                show(ready);
                last = Instant::now();
            }
        }
    }
}

/// An answer quoted from the passages that were kept, the surest first.
pub(super) fn extract(question: &Question, found: &Found) -> Option<Answer> {
    let mut kept: Vec<&Hit> = found.hits.iter().filter(|hit| hit.kept).collect();
    kept.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    kept.truncate(QUOTED);
    let sources: Vec<Source> = kept.iter().map(|hit| source(hit)).collect();
    let composed = extract::compose(&question.text, &sources)?;
    let citations = composed.cited.iter().enumerate().map(|(at, index)| citation(at + 1, kept[*index])).collect();
    Some(Answer { body: composed.body, citations, extract: true })
}

fn source(hit: &Hit) -> Source {
    let passage = &hit.passage;
    Source {
        heading: passage.heading.clone(),
        text: passage.text.clone(),
        answer: passage.kind == Kind::Answer,
        confidence: hit.confidence,
    }
}

fn passage(n: usize, hit: &Hit) -> prompt::Passage {
    let passage = &hit.passage;
    prompt::Passage { n, title: passage.title.clone(), heading: passage.heading.clone(), text: passage.text.clone() }
}

fn citation(n: usize, hit: &Hit) -> Citation {
    let passage = &hit.passage;
    Citation {
        n: u32::try_from(n).unwrap_or_default(),
        title: passage.title.clone(),
        heading: passage.heading.clone(),
        text: passage.text.clone(),
        url: passage.url.clone(),
        passage: Some(passage.id),
    }
}
