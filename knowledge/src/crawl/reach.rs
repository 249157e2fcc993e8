//! How far a crawl goes.

use serde::{Deserialize, Serialize};

/// Limits of one source's crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    /// Pages that are fetched, at most.
    pub pages: u64,
    /// Links from the first page, at most.
    pub depth: u32,
}

/// Pages of one crawl, whatever an admin wishes.
const MOST_PAGES: u64 = 20_000;
/// Links from the first page, the same.
const DEEPEST: u32 = 20;

impl Default for Reach {
    fn default() -> Self {
        Self { pages: 500, depth: 5 }
    }
}

impl Reach {
    /// Within what is sensible.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self { pages: self.pages.clamp(1, MOST_PAGES), depth: self.depth.min(DEEPEST) }
    }

    /// Addresses that a crawl remembers: enough for those that turn out to be no pages.
    pub(super) fn addresses(self) -> usize {
        usize::try_from(self.pages.saturating_mul(10)).unwrap_or(usize::MAX)
    }

    /// Bytes of all pages together.
    pub(super) fn bytes(self) -> u64 {
        // Generous for pages, and an end for a site that makes them up.
        self.pages.saturating_mul(2 << 20)
    }
}
