//! What one subscriber has not heard yet. Bounded; while nothing waits it holds no memory of its own.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Heard;
use crate::News;

#[derive(Debug)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    bell: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    news: VecDeque<Arc<News>>,
    missed: bool,
}

impl Mailbox {
    /// At most `limit` pieces of news wait.
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), bell: Notify::new(), limit }
    }

    /// A reader that is too slow loses what waits and hears that it missed something; it will read the record,
    /// so until then nothing more needs to wait.
    pub(super) fn put(&self, news: &Arc<News>) {
        let mut waiting = self.waiting.lock();
        if waiting.missed {
            return;
        }
        if waiting.news.len() < self.limit {
            waiting.news.push_back(news.clone());
        } else {
            *waiting = Waiting { news: VecDeque::new(), missed: true };
        }
        drop(waiting);
        self.bell.notify_one();
    }

    pub(super) fn miss(&self) {
        *self.waiting.lock() = Waiting { news: VecDeque::new(), missed: true };
        self.bell.notify_one();
    }

    /// Cancel-safe: nothing is taken before it is given.
    pub(super) async fn next(&self) -> Heard {
        loop {
            if let Some(heard) = self.take() {
                return heard;
            }
            self.bell.notified().await;
        }
    }

    fn take(&self) -> Option<Heard> {
        let mut waiting = self.waiting.lock();
        if std::mem::take(&mut waiting.missed) {
            return Some(Heard::Missed);
        }
        let news = waiting.news.pop_front()?;
        if waiting.news.is_empty() {
            waiting.news = VecDeque::new();
        }
        Some(Heard::News(news))
    }
}
