//! Where articles are read: addresses without the inbox whose help center shows them, and with it.

use chat::{ArticleId, InboxId};

use crate::guides::anchor;

/// How every address of an article begins that names no inbox yet.
const ANYWHERE: &str = "/help/article/";
/// Longest part of an address that says what a page is about, in characters.
const LONGEST: usize = 60;

/// An article wherever it is shown: what its document has for an address.
pub(crate) fn of(article: ArticleId, locale: &str) -> String {
    format!("{ANYWHERE}{article}/{locale}")
}

/// Whether an address is that of an article.
pub(crate) fn is_article(url: &str) -> bool {
    url.starts_with(ANYWHERE)
}

/// Which article an address is of, and in which language.
#[must_use]
pub fn parse(url: &str) -> Option<(ArticleId, &str)> {
    let (id, locale) = url.strip_prefix(ANYWHERE)?.split_once('/')?;
    Some((id.parse().ok()?, locale))
}

/// The same address in the help center of an inbox; any other is left as it is.
#[must_use]
pub fn within(url: &str, inbox: InboxId) -> String {
    url.strip_prefix(ANYWHERE).map_or_else(|| url.to_owned(), |rest| format!("/help/{inbox}/article/{rest}"))
}

/// `12-how-to-return`: the number finds the page, the words are for people.
#[must_use]
pub fn slug(number: i64, title: &str) -> String {
    let words: String = anchor(title).chars().take(LONGEST).collect();
    format!("{number}-{words}").trim_end_matches('-').to_owned()
}

/// The number that a slug begins with.
#[must_use]
pub fn number(slug: &str) -> Option<i64> {
    let digits = slug.split('-').next().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_found_again_by_its_number() {
        for (title, slug_of) in [
            ("How do I return a kayak?", "7-how-do-i-return-a-kayak"),
            ("怎么退货？", "7-怎么退货"),
            ("?!", "7"),
            (&"long ".repeat(40), "7-long-long-long-long-long-long-long-long-long-long-long-long"),
        ] {
            assert_eq!(slug(7, title), slug_of);
            assert_eq!(number(&slug(7, title)), Some(7));
        }
        for bad in ["", "-", "kayak", "+7-kayak", "7kayak", "99999999999999999999"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_inbox_goes_into_addresses_of_articles_alone() {
        let (article, inbox) = (ArticleId(uuid::Uuid::from_u128(1)), InboxId(uuid::Uuid::from_u128(2)));
        let url = format!("{}#how", of(article, "en"));
        assert_eq!(within(&url, inbox), format!("/help/{inbox}/article/{article}/en#how"));
        assert_eq!(parse(&of(article, "en")), Some((article, "en")));
        for other in ["https://shop.example/help/article/1", "/guide/en/start", ""] {
            assert_eq!((within(other, inbox).as_str(), parse(other)), (other, None));
        }
    }
}
