//! Stops asking a model that keeps failing; asks again once, after a pause, to see whether it is back.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::Instant;

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(300);

/// Whether a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is.
    Closed,
    /// It is not: it failed too often.
    Open,
    /// The pause is over: the next question tries it.
    HalfOpen,
}

/// The breaker of one model.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row that open it; 0: never.
    after: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Times in a row it was opened.
    opened: u32,
    until: Option<Instant>,
    probing: bool,
}

impl Breaker {
    /// Opens after so many failures in a row, for `pause` at first and twice as long each further time.
    pub(crate) fn new(after: u32, pause: Duration) -> Arc<Self> {
        Arc::new(Self { after, pause, state: Mutex::default() })
    }

    /// A pass for one request, unless the breaker is open. A half-open one gives a single pass at a time.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant) -> Option<Pass> {
        let mut state = self.state.lock();
        let probe = state.until.is_some();
        if probe && (state.probing || state.until.is_some_and(|until| now < until)) {
            return None;
        }
        state.probing = probe;
        Some(Pass { breaker: self.clone(), probe })
    }

    /// What it does now.
    pub(crate) fn phase(&self, now: Instant) -> Phase {
        match self.state.lock().until {
            None => Phase::Closed,
            Some(until) if now < until => Phase::Open,
            Some(_) => Phase::HalfOpen,
        }
    }
}

/// Leave to ask once. Dropped without a word it says nothing about the model.
#[derive(Debug)]
pub(crate) struct Pass {
    breaker: Arc<Breaker>,
    probe: bool,
}

impl Pass {
    /// The model answered.
    pub(crate) fn succeeded(self) {
        *self.breaker.state.lock() = State::default();
    }

    /// It did not.
    pub(crate) fn failed(self, now: Instant) {
        let Breaker { after, pause, state } = &*self.breaker;
        let mut state = state.lock();
        state.failures = state.failures.saturating_add(1);
        // Requests that began before it opened add nothing.
        let opens = self.probe || (state.until.is_none() && state.failures >= *after);
        if *after > 0 && opens {
            let times = 1u32 << state.opened.min(16);
            state.until = Some(now + pause.saturating_mul(times).min(LONGEST));
            state.opened = state.opened.saturating_add(1);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    fn fail(breaker: &Arc<Breaker>, now: Instant) {
        breaker.admit(now).expect("a pass").failed(now);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_probe_through() {
        let (breaker, start) = (Breaker::new(3, PAUSE), Instant::now());
        fail(&breaker, start);
        fail(&breaker, start);
        breaker.admit(start).expect("a pass").succeeded();
        for _ in 0..3 {
            assert_eq!(breaker.phase(start), Phase::Closed);
            fail(&breaker, start);
        }
        assert_eq!(breaker.phase(start), Phase::Open);
        assert!(breaker.admit(start + PAUSE / 2).is_none());
        let later = start + PAUSE;
        assert_eq!(breaker.phase(later), Phase::HalfOpen);
        let probe = breaker.admit(later).expect("a probe");
        assert!(breaker.admit(later).is_none(), "one at a time");
        drop(probe);
        let probe = breaker.admit(later).expect("the probe that was given up is free again");
        probe.failed(later);
        assert!(breaker.admit(later + PAUSE).is_none(), "the second pause is longer");
        breaker.admit(later + PAUSE * 2).expect("a probe").succeeded();
        assert_eq!(breaker.phase(later), Phase::Closed);
        fail(&breaker, later);
        assert_eq!(breaker.phase(later), Phase::Closed, "everything is forgiven");
    }

    #[test]
    fn what_began_before_it_opened_does_not_lengthen_the_pause() {
        let (breaker, start) = (Breaker::new(1, PAUSE), Instant::now());
        let late: Vec<Pass> = (0..5).filter_map(|_| breaker.admit(start)).collect();
        late.into_iter().for_each(|pass| pass.failed(start));
        assert!(breaker.admit(start + PAUSE).is_some());
    }

    #[test]
    fn without_a_number_it_never_opens() {
        let (breaker, start) = (Breaker::new(0, PAUSE), Instant::now());
        (0..100).for_each(|_| fail(&breaker, start));
        assert_eq!(breaker.phase(start), Phase::Closed);
    }
}
