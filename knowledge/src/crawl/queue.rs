//! Addresses that wait for their visit, each once.

use std::collections::{HashSet, VecDeque};

use reqwest::Url;

pub(super) struct Queue {
    waiting: VecDeque<(Url, u32)>,
    seen: HashSet<String>,
    /// Addresses that are remembered, at most.
    room: usize,
    cut: bool,
}

impl Queue {
    /// An empty one for so many addresses.
    pub(super) fn new(room: usize) -> Self {
        Self { waiting: VecDeque::new(), seen: HashSet::new(), room, cut: false }
    }

    /// Takes in an address at so many links from the first, unless it was seen. A site that names addresses without end is not
    /// listened to for ever.
    pub(super) fn push(&mut self, url: Url, depth: u32) {
        if self.is_full() {
            self.cut |= !self.seen.contains(&key(&url));
        } else if self.see(&url) {
            self.waiting.push_back((url, depth));
        }
    }

    /// Whether nothing more is taken in.
    pub(super) fn is_full(&self) -> bool {
        self.seen.len() >= self.room
    }

    /// Notes that something was left out.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    /// Whether something was left out: what was not met may still be there.
    pub(super) fn was_cut(&self) -> bool {
        self.cut
    }

    /// The next one, nearest first.
    pub(super) fn pop(&mut self) -> Option<(Url, u32)> {
        self.waiting.pop_front()
    }

    /// Notes an address; whether it is new.
    pub(super) fn see(&mut self, url: &Url) -> bool {
        self.seen.insert(key(url))
    }

    pub(super) fn waits(&self) -> u64 {
        self.waiting.len() as u64
    }

    pub(super) fn seen(&self) -> u64 {
        self.seen.len() as u64
    }
}

/// Without the scheme: a site that has both shows the same at both.
pub(super) fn key(url: &Url) -> String {
    url.as_str().split_once("://").map_or_else(String::new, |(_, rest)| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_the_limit_is_left_out_and_that_is_known() {
        let mut queue = Queue::new(2);
        let url = |n: u32| Url::parse(&format!("https://x.example/{n}")).unwrap();
        for n in [1, 1, 2, 2, 1] {
            queue.push(url(n), 0);
        }
        assert_eq!((queue.waits(), queue.is_full(), queue.was_cut()), (2, true, false), "each was seen");
        queue.push(url(3), 0);
        assert_eq!((queue.waits(), queue.was_cut()), (2, true));
    }
}
