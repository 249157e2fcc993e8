//! What a page says to crawlers: where it leads, which address it prefers, whether it wants to be kept.

use reqwest::Url;
use scraper::{Html, Selector};

use super::scope::normal;

/// Links of one page that are followed.
const MOST: usize = 2_000;

/// What crawlers need of a page.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Where it leads.
    pub out: Vec<Url>,
    /// The address it wants to be known by.
    pub canonical: Option<Url>,
    /// It asks not to be kept.
    pub no_index: bool,
}

impl Links {
    /// Reads a page that was found at `at`; `header` is its `X-Robots-Tag`.
    pub(super) fn of(at: &Url, text: &str, header: &str) -> Self {
        let mut links = Self { no_index: forbids(header, "noindex"), ..Self::default() };
        let page = Html::parse_document(text);
        let mut no_follow = forbids(header, "nofollow");
        let all = |css: &str| Selector::parse(css).map(|selector| page.select(&selector).collect::<Vec<_>>()).unwrap_or_default();
        for element in all("meta[name][content]") {
            let name = element.attr("name").unwrap_or_default().to_ascii_lowercase();
            if matches!(name.as_str(), "robots" | "warbler") {
                let content = element.attr("content").unwrap_or_default();
                links.no_index |= forbids(content, "noindex");
                no_follow |= forbids(content, "nofollow");
            }
        }
        let base = all("base[href]").first().and_then(|base| at.join(base.attr("href")?).ok()).unwrap_or_else(|| at.clone());
        let canonical = all("link[href]").into_iter().find(|link| has_word(link.attr("rel"), "canonical"));
        links.canonical = canonical.and_then(|link| base.join(link.attr("href")?.trim()).ok()).and_then(normal);
        if !no_follow {
            let followed = all("a[href]").into_iter().filter(|link| !has_word(link.attr("rel"), "nofollow"));
            let out = followed.filter_map(|link| base.join(link.attr("href")?.trim()).ok()).filter_map(normal);
            links.out = out.filter(|url| matches!(url.scheme(), "http" | "https")).take(MOST).collect();
        }
        links
    }
}

fn has_word(list: Option<&str>, word: &str) -> bool {
    list.unwrap_or_default().split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
}

/// `noindex, nofollow`, `none`, and those with our name before: `warbler: noindex`.
fn forbids(rules: &str, word: &str) -> bool {
    rules.split(',').any(|rule| {
        let rule = rule.trim().to_ascii_lowercase();
        let rule = match rule.split_once(':') {
            Some(("warbler", own)) => own.trim().to_owned(),
            Some(_) => return false,
            None => rule,
        };
        rule == word || rule == "none"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_it_leads() {
        let at = Url::parse("https://x.example/help/a.html?b=1").unwrap();
        let text = "<head><base href='/docs/'><link rel='canonical' href='https://x.example/help/a'></head>\
            <a href='b'>b</a><a href='../c#d'>c</a><a href='https://y.example/'>y</a><a href='mailto:a@b'>m</a>\
            <a href='javascript:x()'>j</a><a href='e' rel='nofollow ugc'>e</a><a href=' f '>f</a>";
        let links = Links::of(&at, text, "");
        let out: Vec<&str> = links.out.iter().map(Url::as_str).collect();
        assert_eq!(out, ["https://x.example/docs/b", "https://x.example/c", "https://y.example/", "https://x.example/docs/f"]);
        assert_eq!(links.canonical.unwrap().as_str(), "https://x.example/help/a");
        assert!(!links.no_index);
    }

    #[test]
    fn a_page_may_ask_not_to_be_kept() {
        let at = Url::parse("https://x.example/").unwrap();
        for (text, header, no_index, out) in [
            ("<meta name=ROBOTS content='NoIndex, follow'><a href=a>a</a>", "", true, 1),
            ("<meta name=robots content=none><a href=a>a</a>", "", true, 0),
            ("<meta name=googlebot content=noindex><a href=a>a</a>", "", false, 1),
            ("<a href=a>a</a>", "noindex", true, 1),
            ("<a href=a>a</a>", "googlebot: noindex", false, 1),
            ("<a href=a>a</a>", "warbler: noindex, nofollow", true, 0),
        ] {
            let links = Links::of(&at, text, header);
            assert_eq!((links.no_index, links.out.len()), (no_index, out), "{text} {header}");
        }
    }
}
