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
    verdict,
};

/// Passages a model reads.
const READ: usize = 6;
/// Passages that are quoted from.
const QUOTED: usize = 4;
/// Words are shown at most this often.
const PACE: Duration = Duration::from_millis(40);
/// The words end by themselves: they are bounded where they come from.
const IDLE: Duration = Duration::from_secs(3_600);
/// The longest answer, in tokens.
const TOKENS: u32 = 1_000;

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
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { state: verdict::Model::Failed, failure: Some(failure) }
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
        let prompt = asked(mind, question, &kept)?;
        let mut last = Refusal::from(Failure::Unreachable);
        for member in mind.models.of(Task::Answer) {
            let mut shown = false;
            let mut notice = |words: String| {
                shown = true;
                show(Shown::Words(words));
            };
            let answered = tokio::select! {
                answered = self.written(mind, member, prompt.clone(), &kept, &mut notice) => answered,
                () = mind.models.left() => Err(Refusal { state: verdict::Model::Left, failure: Some(Failure::Left) }),
            };
            match answered {
                Ok(answer) => return Ok(answer),
                Err(refusal) => last = refusal,
            }
            if shown {
                show(Shown::GivenUp);
            }
            // Another model is asked when this one failed, not when it had nothing to say.
            if last.state != verdict::Model::Failed || Instant::now() >= mind.deadline {
                break;
            }
        }
        Err(last)
    }

    async fn written(
        &self,
        mind: &Mind,
        member: &Arc<Member>,
        prompt: Prompt,
        kept: &[&Hit],
        show: &mut (dyn FnMut(String) + Send),
    ) -> Result<Answer, Refusal> {
        let left = mind.deadline.saturating_duration_since(Instant::now());
        let limits = Limits { total: member.limits.total.min(left), ..member.limits };
        let words = mind.models.ask(member, Task::Answer, prompt, limits).await?;
        let draft = listen(words, kept.len(), show).await?;
        if draft.declined() {
            return Err(Refusal { state: verdict::Model::Declined, failure: None });
        }
        if draft.text().trim().is_empty() {
            return Err(Failure::Empty.into());
        }
        let material: String = kept.iter().map(|hit| format!("{}\n{}\n", hit.passage.url, hit.passage.text)).collect();
        match cite::check(draft.text(), kept.len(), &material) {
            Some(checked) => {
                let citations = checked.cited.iter().map(|n| citation(*n, kept[n - 1])).collect();
                Ok(Answer { body: checked.body, citations, extract: false })
            }
            None => Err(Refusal { state: verdict::Model::Unsupported, failure: None }),
        }
    }
}

fn asked(mind: &Mind, question: &Question, kept: &[&Hit]) -> Result<Prompt, Refusal> {
    let passages: Vec<prompt::Passage> = kept.iter().enumerate().map(|(at, hit)| passage(at + 1, hit)).collect();
    let with = Answering {
        name: &mind.settings.name,
        guidance: &mind.settings.guidance,
        style: &mind.settings.style.told(),
        locale: question.locale,
        passages: &passages,
        history: &question.history,
        question: &question.text,
        max_tokens: TOKENS,
    };
    prompt::answer(&with).map_err(|error| {
        tracing::error!(%error, "a prompt cannot be rendered");
        Failure::Garbage.into()
    })
}

/// Takes the words in, and shows them at a calm pace.
async fn listen(mut words: model::Words, count: usize, show: &mut (dyn FnMut(String) + Send)) -> Result<Draft, Failure> {
    let mut draft = Draft::new(count);
    let mut last = Instant::now() - PACE;
    let mut waiting = false;
    loop {
        let pause = if waiting { PACE.saturating_sub(last.elapsed()) } else { IDLE };
        match tokio::time::timeout(pause, words.next()).await {
            Ok(None) => return Ok(draft),
            Ok(Some(piece)) => {
                if let Piece::Words(words) = piece? {
                    draft.push(&words);
                    waiting = true;
                }
            }
            Err(_) => waiting = false,
        }
        if last.elapsed() >= PACE {
            waiting = false;
            if let Some(ready) = draft.take() {
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
