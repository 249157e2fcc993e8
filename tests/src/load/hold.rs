//! Sessions that are kept open and listened to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::link::Writer;
use super::session::Session;
use super::wire::{Heard, Who, Wire};

/// How often a client says that it is there.
pub(super) const BEAT: Duration = Duration::from_secs(25);

/// What went wrong with held sessions.
#[derive(Debug, Default)]
pub struct Losses {
    /// Sessions the server closed.
    pub closed: AtomicUsize,
    /// Frames that said no.
    pub refused: AtomicUsize,
    /// Messages after a hole.
    pub holes: AtomicUsize,
}

/// A session in a task of its own; it ends when this is dropped.
#[derive(Debug)]
pub struct Held {
    /// What it was when it was held.
    pub who: Who,
    /// Its language.
    pub wire: Wire,
    /// Any task may write.
    pub writer: Writer,
    _task: AbortOnDropHandle<()>,
}

impl Held {
    /// Listens; `each` is told of every frame.
    pub fn of(mut session: Session, losses: Arc<Losses>, mut each: impl FnMut(&Heard) + Send + 'static) -> Held {
        let (who, wire, writer) = (session.who.clone(), session.wire().clone(), session.link.writer.clone());
        let task = async move {
            let mut silent = std::pin::pin!(tokio::time::sleep(BEAT));
            loop {
                let mut hear = |heard: &Heard| {
                    match heard {
                        Heard::Refused(_) => drop(losses.refused.fetch_add(1, Ordering::Relaxed)),
                        Heard::Hole => drop(losses.holes.fetch_add(1, Ordering::Relaxed)),
                        _ => {}
                    }
                    each(heard);
                };
                let lost = tokio::select! {
                    biased;
                    heard = session.hear(&mut hear) => heard.is_err(),
                    // One timer for a session, not one for each frame: that would be measured with the server.
                    () = silent.as_mut() => {
                        silent.as_mut().reset(Instant::now() + BEAT);
                        match session.wire().beat() {
                            Some(beat) => session.link.writer.send(beat.as_bytes()).await.is_err(),
                            None => false,
                        }
                    }
                };
                if lost {
                    losses.closed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            }
        };
        Held { who, wire, writer, _task: AbortOnDropHandle::new(tokio::spawn(task)) }
    }

    /// Listens to many, and to nothing in particular.
    pub fn all(sessions: Vec<Session>, losses: &Arc<Losses>) -> Vec<Held> {
        sessions.into_iter().map(|session| Held::of(session, losses.clone(), |_| {})).collect()
    }
}

impl Losses {
    /// In words, if there are any.
    pub fn faults(&self) -> Vec<String> {
        [
            (&self.closed, "sessions were closed by the server"),
            (&self.refused, "frames were refused"),
            (&self.holes, "messages came after a hole"),
        ]
        .iter()
        .map(|(count, what)| (count.load(Ordering::Relaxed), what))
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect()
    }
}
