//! What a site asks of crawlers: its robots.txt.

use std::time::Duration;

use reqwest::Url;
use robotxt::Robots;

use crate::outbound::{Error, Outbound};

/// The name we answer to there.
const NAME: &str = "Warbler";
/// Bytes of it that are read.
const MOST: u64 = 512 << 10;
/// Longest pause a site can ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// The rules of one host.
pub(super) struct Rules(Robots);

impl Rules {
    /// Fetches the rules of the host of `url`. No file means no rules.
    ///
    /// # Errors
    /// When the host cannot be asked: then nothing of it may be fetched.
    pub(super) async fn of(outbound: &Outbound, url: &Url) -> Result<Self, Error> {
        let Ok(place) = url.join("/robots.txt") else { return Ok(Self::parse(b"")) };
        match outbound.get(place.as_str(), MOST).await {
            Ok(page) => Ok(Self::parse(&page.bytes)),
            Err(Error::Status(status)) if status < 500 && status != 429 => Ok(Self::parse(b"")),
            Err(Error::Redirects | Error::TooLarge { .. }) => Ok(Self::parse(b"")),
            Err(error) => Err(error),
        }
    }

    pub(super) fn parse(text: &[u8]) -> Self {
        Self(Robots::parse(text, NAME))
    }

    /// Whether the page may be fetched.
    pub(super) fn allow(&self, url: &Url) -> bool {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        self.0.is_allowed(&format!("{}{query}", url.path()))
    }

    /// The pause it asks for between two fetches.
    pub(super) fn pause(&self) -> Duration {
        self.0.crawl_delay().unwrap_or_default().min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_counts() {
        let text = b"User-agent: *\nDisallow: /\n\nUser-agent: warbler\nCrawl-delay: 2.5\nDisallow: /private\nAllow: /private/help\nDisallow: /*?sort=\nDisallow: /*.pdf$\n";
        let rules = Rules::parse(text);
        assert_eq!(rules.pause(), Duration::from_millis(2_500));
        for (path, allowed) in [
            ("/", true),
            ("/private", false),
            ("/private/x", false),
            ("/private/help/a", true),
            ("/list?sort=price", false),
            ("/list?page=2", true),
            ("/a.pdf", false),
            ("/a.pdf?x", true),
        ] {
            assert_eq!(rules.allow(&Url::parse(&format!("https://x.example{path}")).unwrap()), allowed, "{path}");
        }
        assert!(Rules::parse(b"").allow(&Url::parse("https://x.example/a").unwrap()));
        assert!(!Rules::parse(b"user-agent: *\ndisallow: /").allow(&Url::parse("https://x.example/a").unwrap()));
        assert_eq!(Rules::parse(b"user-agent: *\ncrawl-delay: 86400").pause(), LONGEST);
    }
}
