//! Asking a site: every address, and every one it leads on to, with the same manners.

use std::time::Duration;

use reqwest::Url;

use super::Crawl;
use crate::{
    crawl::{page::Page, robots::Rules},
    outbound::{self, Answer, Ask, Fetched, HOPS, Hop},
};

/// What came of an address.
pub(super) enum Came {
    /// The server's answer.
    Answer(Answer),
    /// It leads to a page that the site asks not to fetch.
    Forbidden,
    /// It leads out of what is crawled: nothing was fetched there.
    Elsewhere(Url),
}

impl Crawl<'_> {
    /// Whether its site lets the page be fetched.
    pub(super) async fn allowed(&mut self, url: &Url) -> Result<bool, outbound::Error> {
        let origin = url.origin().ascii_serialization();
        if !self.rules.contains_key(&origin) {
            let rules = Rules::of(self.knowledge.outbound(), url).await?;
            self.rules.insert(origin.clone(), rules);
        }
        Ok(self.rules.get(&origin).is_none_or(|rules| rules.allow(url)))
    }

    /// Asks for a page, unless the copy that is kept is as it should be. With `anywhere` it may lead out of what is crawled.
    pub(super) async fn ask(&mut self, url: &Url, copy: Option<&Page>, anywhere: bool) -> Result<Came, outbound::Error> {
        let limit = self.knowledge.config().file_bytes;
        let (etag, modified) = copy.map_or(("", ""), |page| (page.etag.as_str(), page.modified.as_str()));
        let came = self.travel(url, (limit, etag, modified), anywhere).await?;
        if let Came::Answer(answer) = &came {
            self.fetched += 1;
            self.bytes += if let Answer::Page(page) = answer { page.bytes.len() as u64 } else { 0 };
        }
        Ok(came)
    }

    /// Asks for something of at most `limit` bytes; `None` when the site asks not to.
    pub(super) async fn ask_at_most(&mut self, url: &Url, limit: u64) -> Result<Option<Fetched>, outbound::Error> {
        match self.travel(url, (limit, "", ""), true).await? {
            Came::Answer(Answer::Page(page)) => Ok(Some(page)),
            Came::Answer(Answer::Unchanged) => Err(outbound::Error::Status(304)),
            Came::Forbidden | Came::Elsewhere(_) => Ok(None),
        }
    }

    /// From address to address: where one leads on, the next host's rules and pace count.
    async fn travel(&mut self, from: &Url, (limit, etag, modified): (u64, &str, &str), anywhere: bool) -> Result<Came, outbound::Error> {
        let mut url = from.clone();
        for _ in 0..=HOPS {
            self.wait(&url).await;
            let hop = self.knowledge.outbound().hop(Ask { url: url.as_str(), limit, etag, modified }).await?;
            let next = match hop {
                Hop::Arrived(answer) => return Ok(Came::Answer(answer)),
                Hop::Moved(next) => next,
            };
            if !anywhere && !self.scope.holds(&next) {
                return Ok(Came::Elsewhere(next));
            }
            if !self.allowed(&next).await? {
                return Ok(Came::Forbidden);
            }
            url = next;
        }
        Err(outbound::Error::Redirects)
    }

    /// A site that fails is asked ever more slowly.
    async fn wait(&self, url: &Url) {
        let asked = self.rules.get(&url.origin().ascii_serialization()).map(Rules::pause).unwrap_or_default();
        let own = Duration::from_millis(self.knowledge.config().crawl_gap_ms << self.failures.min(4));
        self.knowledge.pace().turn(url, asked.max(own)).await;
    }
}
