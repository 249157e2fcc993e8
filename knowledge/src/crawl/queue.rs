//! Addresses that wait for their visit, each once.

use std::collections::{HashSet, VecDeque};

use reqwest::Url;

#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<(Url, u32)>,
    seen: HashSet<String>,
}

impl Queue {
    /// Takes in an address at so many links from the first, unless it was seen.
    pub(super) fn push(&mut self, url: Url, depth: u32) {
        if self.see(&url) {
            self.waiting.push_back((url, depth));
        }
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
