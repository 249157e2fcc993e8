//! What one subscriber has not heard yet. Bounded; while nothing waits it holds no memory of its own.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use super::Heard;
use crate::News;

#[derive(Debug)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    reader: AtomicWaker,
    limit: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Usually there is one, for which nothing needs to be allocated.
    next: Option<Arc<News>>,
    more: VecDeque<Arc<News>>,
    missed: bool,
}

impl Mailbox {
    /// At most `limit` pieces of news wait.
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), reader: AtomicWaker::new(), limit }
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
        } else if waiting.more.len() + 1 < self.limit {
            waiting.more.push_back(news.clone());
        } else {
            *waiting = Waiting { missed: true, ..Waiting::default() };
        }
        drop(waiting);
        self.reader.wake();
    }

    pub(super) fn miss(&self) {
        *self.waiting.lock() = Waiting { missed: true, ..Waiting::default() };
        self.reader.wake();
    }

    /// For one reader. Cancel-safe: nothing is taken before it is given.
    pub(super) async fn next(&self) -> Heard {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&self, context: &Context<'_>) -> Poll<Heard> {
        if let Some(heard) = self.take() {
            return Poll::Ready(heard);
        }
        self.reader.register(context.waker());
        // Something may have been put meanwhile.
        self.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn take(&self) -> Option<Heard> {
        let mut waiting = self.waiting.lock();
        if std::mem::take(&mut waiting.missed) {
            return Some(Heard::Missed);
        }
        let news = waiting.next.take()?;
        waiting.next = waiting.more.pop_front();
        if waiting.more.is_empty() && waiting.more.capacity() > 0 {
            waiting.more = VecDeque::new();
        }
        Some(Heard::News(news))
    }
}
