//! Which addresses belong to a crawl, and which of several ways to write one is kept.

use reqwest::Url;

/// Longest address that is followed, in bytes.
const LONGEST: usize = 2_000;
/// Parameters that count visits and change nothing.
const TRACKING: &[&str] = &["gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "yclid", "_ga", "igshid", "spm"];
/// Endings of files that hold no text.
const NO_TEXT: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "mp3", "mp4", "m4a", "webm", "mov", "avi", "wav", "ogg", "zip", "gz",
    "tgz", "rar", "7z", "exe", "dmg", "msi", "apk", "iso", "css", "js", "mjs", "map", "woff", "woff2", "ttf", "otf", "eot", "xml", "rss",
    "atom", "ics", "doc", "xls", "ppt", "pptx", "psd", "ai",
];

/// One site, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    host: String,
    port: Option<u16>,
    /// The folder all paths begin with; it ends with a slash.
    folder: String,
}

impl Scope {
    /// The site of `start`, below its folder.
    pub(super) fn below(start: &Url) -> Self {
        let path = start.path();
        let last = path.rsplit('/').next().unwrap_or_default();
        // A last part without a dot is a folder whose slash was left out.
        let folder = if last.contains('.') || last.is_empty() { path[..path.len() - last.len()].to_owned() } else { format!("{path}/") };
        Self { folder, ..Self::site(start) }
    }

    /// The whole site of `start`.
    pub(super) fn site(start: &Url) -> Self {
        Self { host: bare(start), port: start.port(), folder: "/".to_owned() }
    }

    /// Whether an address is of the site at all.
    pub(super) fn is_site_of(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https") && bare(url) == self.host && url.port() == self.port
    }

    /// Whether an address belongs to the crawl.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let path = url.path();
        let inside = path.starts_with(&self.folder) || path == self.folder.trim_end_matches('/');
        self.is_site_of(url) && inside && has_text(path)
    }
}

/// The host without the `www.` that many sites have or leave out.
fn bare(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn has_text(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').is_none_or(|(_, ending)| !NO_TEXT.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The address without its fragment and what only counts visits; `None` when no page can be there.
pub(super) fn normal(mut url: Url) -> Option<Url> {
    if url.as_str().len() > LONGEST || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_fragment(None);
    if url.query().is_some() {
        let tracks = |name: &str| name.starts_with("utm_") || TRACKING.contains(&name);
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| !tracks(name)).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        let dropped = url.query_pairs().count() != kept.len();
        if kept.is_empty() {
            url.set_query(None);
        } else if dropped {
            url.query_pairs_mut().clear().extend_pairs(kept);
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_crawl_stays_below_where_it_began() {
        for (start, other, inside) in [
            ("https://x.example/help/", "https://x.example/help/a/b", true),
            ("https://x.example/help", "https://x.example/help/a", true),
            ("https://x.example/help", "https://x.example/help", true),
            ("https://x.example/help", "https://x.example/helpless", false),
            ("https://x.example/help/index.html", "https://x.example/help/other.html", true),
            ("https://x.example/help/", "https://x.example/shop", false),
            ("https://x.example/", "https://www.x.example/any", true),
            ("https://www.x.example/", "http://x.example/any", true),
            ("https://x.example/", "https://y.example/", false),
            ("https://x.example/", "https://evil-x.example/", false),
            ("https://x.example/", "https://x.example.evil.example/", false),
            ("https://x.example/", "https://x.example:8443/", false),
            ("https://x.example/", "ftp://x.example/", false),
            ("https://x.example/", "https://x.example/photo.JPG", false),
            ("https://x.example/", "https://x.example/terms.pdf", true),
            ("https://x.example/", "https://x.example/version-1.2/", true),
        ] {
            assert_eq!(Scope::below(&url(start)).holds(&url(other)), inside, "{start} {other}");
        }
    }

    #[test]
    fn one_page_has_one_address() {
        for (text, normal_text) in [
            ("https://x.example/a#top", "https://x.example/a"),
            ("https://x.example/a?utm_source=x&id=3", "https://x.example/a?id=3"),
            ("https://x.example/a?gclid=1", "https://x.example/a"),
            ("https://X.example:443/a/../b", "https://x.example/b"),
            ("https://x.example/a?b=1&a=2", "https://x.example/a?b=1&a=2"),
        ] {
            assert_eq!(normal(url(text)).unwrap().as_str(), normal_text);
        }
        assert!(normal(url("https://user@x.example/")).is_none());
        assert!(normal(url(&format!("https://x.example/{}", "a".repeat(3_000)))).is_none());
    }
}
