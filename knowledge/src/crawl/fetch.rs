//! Fetches with manners: no host is asked faster than it allows, by however many crawls.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use reqwest::Url;
use tokio::time::Instant;

/// When each host may be asked again.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<String, Instant>>);

impl Pace {
    /// Waits for its turn; the next may come `gap` later.
    pub(super) async fn turn(&self, url: &Url, gap: Duration) {
        tokio::time::sleep(self.reserve(url.host_str().unwrap_or_default(), gap)).await;
    }

    fn reserve(&self, host: &str, gap: Duration) -> Duration {
        let (mut hosts, now) = (self.0.lock(), Instant::now());
        hosts.retain(|_, next| *next > now);
        let at = hosts.get(host).copied().unwrap_or(now).max(now);
        hosts.insert(host.to_owned(), at + gap);
        at - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_asked_at_its_own_pace() {
        let (pace, begun) = (Pace::default(), Instant::now());
        let (a, b) = (Url::parse("https://a.example/").unwrap(), Url::parse("https://b.example/").unwrap());
        let gap = Duration::from_millis(200);
        tokio::join!(pace.turn(&a, gap), pace.turn(&b, gap));
        assert!(begun.elapsed() < gap, "nobody waits for another host");
        tokio::join!(pace.turn(&a, gap), pace.turn(&a, gap));
        assert!(begun.elapsed() >= gap * 2, "{:?}", begun.elapsed());
    }
}
