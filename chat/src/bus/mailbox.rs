//! What one subscriber has not heard yet. Bounded; while nothing waits it holds no memory of its own.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use parking_lot::{Mutex, MutexGuard};

use super::Heard;
use crate::News;

/// Everything is in one place under one lock: when thousands are told at the same moment, what costs is to fetch it.
#[derive(Debug)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Usually there is one, for which nothing needs to be allocated.
    next: Option<Arc<News>>,
    #[expect(clippy::box_collection, reason = "room for a pointer in every mailbox instead of for a queue")]
    more: Option<Box<VecDeque<Arc<News>>>>,
    missed: bool,
    /// Who waits for news, while there is none.
    reader: Option<Waker>,
}

impl Mailbox {
    /// At most `limit` pieces of news wait.
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), limit }
    }

    /// A reader that is too slow loses what waits and hears that it missed something; it will read the record,
    /// so until then nothing more needs to wait.
    pub(super) fn put(&self, news: &Arc<News>) {
        let mut waiting = self.waiting.lock();
        if waiting.missed {
            return;
        }
        if waiting.next.is_none() {
            waiting.next = Some(news.clone());
        } else if waiting.more.as_ref().map_or(0, |more| more.len()) + 1 < self.limit {
            waiting.more.get_or_insert_default().push_back(news.clone());
        } else {
            waiting.miss();
        }
        wake(waiting);
    }

    pub(super) fn miss(&self) {
        let mut waiting = self.waiting.lock();
        waiting.miss();
        wake(waiting);
    }

    /// For one reader. Cancel-safe: nothing is taken before it is given.
    pub(super) async fn next(&self) -> Heard {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&self, context: &Context<'_>) -> Poll<Heard> {
        let mut waiting = self.waiting.lock();
        if let Some(heard) = waiting.take() {
            return Poll::Ready(heard);
        }
        if !waiting.reader.as_ref().is_some_and(|reader| reader.will_wake(context.waker())) {
            waiting.reader = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

/// Outside of the lock, which the reader takes at once.
fn wake(mut waiting: MutexGuard<'_, Waiting>) {
    let reader = waiting.reader.take();
    drop(waiting);
    if let Some(reader) = reader {
        reader.wake();
    }
}

impl Waiting {
    fn miss(&mut self) {
        (self.next, self.more, self.missed) = (None, None, true);
    }

    fn take(&mut self) -> Option<Heard> {
        if std::mem::take(&mut self.missed) {
            return Some(Heard::Missed);
        }
        let news = self.next.take()?;
        self.next = self.more.as_mut().and_then(|more| more.pop_front());
        if self.more.as_ref().is_some_and(|more| more.is_empty()) {
            self.more = None;
        }
        Some(Heard::News(news))
    }
}
