//! One model of a list: its limits, its price, its breaker, its places, and what it did lately.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{
    Failure, Limits, Model, Piece, Price, Prompt, Task, Tokens, Words,
    breaker::{Breaker, Pass, Phase},
    ledger::Ledger,
    price,
};
use crate::trace::{ModelCall, Times};

/// How long a request waits for a place at a model before the next one is asked.
const QUEUE: Duration = Duration::from_secs(2);

/// A model that can be asked. It is shared by all turns of the process.
pub(crate) struct Member {
    /// What pages and traces call it.
    pub name: String,
    /// How long it may take.
    pub limits: Limits,
    /// What it costs.
    pub price: Price,
    /// Where it is, without anything secret; for pages.
    pub host: String,
    model: Arc<dyn Model>,
    breaker: Arc<Breaker>,
    places: Arc<Semaphore>,
    size: usize,
    lately: Mutex<Lately>,
}

/// What a model did lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lately {
    /// The last failure, and when.
    pub failed: Option<(Failure, Instant)>,
    /// Milliseconds to the first word, a running mean.
    pub first_ms: Option<f64>,
}

/// What a member is made of.
pub(crate) struct Parts {
    pub name: String,
    pub host: String,
    pub limits: Limits,
    pub price: Price,
    pub places: usize,
    pub breaker: Arc<Breaker>,
}

impl Member {
    pub(crate) fn new(parts: Parts, model: Arc<dyn Model>) -> Arc<Self> {
        let Parts { name, host, limits, price, places, breaker } = parts;
        let semaphore = Arc::new(Semaphore::new(places));
        Arc::new(Self { name, limits, price, host, model, breaker, places: semaphore, size: places, lately: Mutex::default() })
    }

    /// Asks it, within its own limits and these. Whatever comes of it is noted: in the ledger, and for the next ones who ask.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        task: Task,
        mut prompt: Prompt,
        within: Limits,
        ledger: &Arc<Ledger>,
        veiled: bool,
    ) -> Result<Words, Failure> {
        let began = Instant::now();
        let Some(pass) = self.breaker.admit(began) else {
            self.skipped(task, Failure::Open, ledger);
            return Err(Failure::Open);
        };
        let Some(place) = self.place(within).await else {
            self.skipped(task, Failure::Busy, ledger);
            return Err(Failure::Busy);
        };
        if veiled {
            ledger.veil.hide(prompt.messages.iter_mut().flat_map(|said| {
                let arguments = said.calls.iter_mut().map(|call| &mut call.arguments);
                std::iter::once(&mut said.content).chain(arguments)
            }));
        }
        let input = prompt.messages.iter().map(|said| price::estimate(&said.content) + 4).sum();
        let mut running = Running {
            member: self.clone(),
            ledger: ledger.clone(),
            task,
            began,
            first: None,
            tokens: Tokens { input, output: 0 },
            counted: false,
            ended: None,
            pass: Some(pass),
            hurried: within.silence < self.limits.silence,
            _place: place,
        };
        let limits = self.limits.within(within);
        match super::ask(&*self.model, prompt, limits).await {
            Ok(words) => Ok(running.listen(if veiled { revealed(words, ledger.clone()) } else { words })),
            Err(failure) => {
                running.ended = Some(Err(failure));
                Err(failure)
            }
        }
    }

    async fn place(&self, within: Limits) -> Option<OwnedSemaphorePermit> {
        let wait = QUEUE.min(within.silence);
        tokio::time::timeout(wait, self.places.clone().acquire_owned()).await.ok()?.ok()
    }

    fn skipped(&self, task: Task, failure: Failure, ledger: &Ledger) {
        let outcome = failure.name().to_owned();
        ledger.note(ModelCall { task: task.name().to_owned(), model: self.name.clone(), outcome, ..ModelCall::default() });
    }

    /// Requests that run now, and how many may.
    pub(crate) fn busy(&self) -> (usize, usize) {
        (self.size - self.places.available_permits().min(self.size), self.size)
    }

    /// Whether it is asked.
    pub(crate) fn phase(&self) -> Phase {
        self.breaker.phase(Instant::now())
    }

    /// What it did lately.
    pub(crate) fn lately(&self) -> Lately {
        self.lately.lock().clone()
    }

    fn spoke(&self, ms: u64) {
        let mut lately = self.lately.lock();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a request")]
        let ms = ms as f64;
        lately.first_ms = Some(lately.first_ms.map_or(ms, |mean| mean * 0.8 + ms * 0.2));
    }
}

/// The words with what was hidden put back, also when a mark is split over pieces.
fn revealed(words: Words, ledger: Arc<Ledger>) -> Words {
    let state = Some((words, String::new()));
    stream::unfold(state, move |state| {
        let ledger = ledger.clone();
        async move {
            let (mut words, held) = state?;
            match words.next().await {
                Some(Ok(Piece::Words(piece))) => {
                    let (ready, rest) = ledger.veil.reveal_part(held + &piece);
                    Some((Ok(Piece::Words(ready)), Some((words, rest))))
                }
                Some(Ok(Piece::Calls(mut calls))) => {
                    calls.iter_mut().for_each(|call| call.arguments = ledger.veil.reveal(&call.arguments));
                    Some((Ok(Piece::Calls(calls)), Some((words, held))))
                }
                Some(other) => Some((other, Some((words, held)))),
                None => (!held.is_empty()).then(|| (Ok(Piece::Words(ledger.veil.reveal(&held))), None)),
            }
        }
    })
    .boxed()
}

/// A request that runs. However it ends, its place is free again and what it came to is noted.
struct Running {
    member: Arc<Member>,
    ledger: Arc<Ledger>,
    task: Task,
    began: Instant,
    first: Option<u64>,
    tokens: Tokens,
    /// The server counted the tokens; otherwise they are guessed.
    counted: bool,
    ended: Option<Result<(), Failure>>,
    pass: Option<Pass>,
    /// It was given less time than it may take: to be too slow for that says nothing about it.
    hurried: bool,
    _place: OwnedSemaphorePermit,
}

impl Running {
    fn listen(self, words: Words) -> Words {
        stream::unfold(Some((words, self)), |state| async move {
            let (mut words, mut running) = state?;
            let next = words.next().await;
            running.heard(next.as_ref());
            match next {
                Some(Ok(piece)) => Some((Ok(piece), Some((words, running)))),
                Some(Err(failure)) => Some((Err(failure), None)),
                None => None,
            }
        })
        .boxed()
    }

    fn heard(&mut self, next: Option<&Result<Piece, Failure>>) {
        match next {
            Some(Ok(Piece::Words(text))) => {
                if !text.is_empty() && self.first.is_none() {
                    let ms = Times::since(self.began);
                    self.first = Some(ms);
                    self.member.spoke(ms);
                }
                if !self.counted {
                    self.tokens.output += price::estimate(text);
                }
            }
            Some(Ok(Piece::Calls(calls))) => {
                self.first.get_or_insert(Times::since(self.began));
                if !self.counted {
                    self.tokens.output += calls.iter().map(|call| price::estimate(&call.arguments) + 8).sum::<u64>();
                }
            }
            Some(Ok(Piece::Used(tokens))) => {
                self.tokens = *tokens;
                self.counted = true;
            }
            Some(Ok(Piece::Cut)) => {}
            Some(Err(failure)) => self.ended = Some(Err(*failure)),
            None => self.ended = Some(if self.first.is_some() { Ok(()) } else { Err(Failure::Empty) }),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let outcome = match self.ended {
            Some(Ok(())) => "ok",
            Some(Err(failure)) => failure.name(),
            None => "cancelled",
        };
        match (self.ended, self.pass.take()) {
            (Some(Ok(())), Some(pass)) => pass.succeeded(),
            (Some(Err(failure)), Some(pass)) => {
                let now = Instant::now();
                self.member.lately.lock().failed = Some((failure, now));
                let excused = failure == Failure::TooLong || (self.hurried && failure == Failure::Slow);
                if !excused {
                    pass.failed(now);
                }
            }
            _ => {}
        }
        // What was never read costs nothing.
        let unread = matches!(self.ended, Some(Err(Failure::Unreachable | Failure::Refused | Failure::Limited))) && self.first.is_none();
        let tokens = if unread && !self.counted { Tokens::default() } else { self.tokens };
        self.ledger.note(ModelCall {
            task: self.task.name().to_owned(),
            model: self.member.name.clone(),
            outcome: outcome.to_owned(),
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cost_micro: self.member.price.of(tokens),
            first_ms: self.first,
            total_ms: Times::since(self.began),
        });
    }
}
