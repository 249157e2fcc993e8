//! Why something was left out of a source, as people read it.

use knowledge::parse::Reason;

use crate::locale::Locale;
use crate::words::Words;

/// Why something was left out, in words.
#[must_use]
pub fn say(words: &Words, locale: Locale, reason: &Reason) -> String {
    let key = format!("skip-{}", reason.key());
    let number = |n: &u64| n.to_string();
    let mega = |n: &u64| (n >> 20).to_string();
    let named: Vec<(&str, String)> = match reason {
        Reason::TooLarge { limit, .. } => vec![("limit", mega(limit))],
        Reason::TooMany { limit } | Reason::TooLong { limit } => vec![("limit", number(limit))],
        Reason::Heavy { limit } => vec![("limit", mega(limit))],
        Reason::Slow { seconds } => vec![("seconds", number(seconds))],
        Reason::Elsewhere { url } => vec![("url", url.clone())],
        Reason::Copy { of } => vec![("url", of.clone())],
        Reason::CrawlLimit { pages } => vec![("pages", number(pages))],
        Reason::Held { pages, known } => vec![("pages", number(pages)), ("known", number(known))],
        Reason::Hidden { sheet } => vec![("sheet", sheet.clone())],
        Reason::WrongType { found } => vec![("found", found.clone())],
        Reason::Broken { line, detail } => {
            vec![("line", number(line)), ("detail", detail.clone())]
        }
        Reason::NotJson { line, column, .. } => vec![("line", number(line)), ("column", number(column))],
        Reason::Missing { line, field } => vec![("line", number(line)), ("field", field.clone())],
        Reason::Duplicate { id } => vec![("id", id.clone())],
        Reason::Fetch { error: Some(error), .. } => {
            vec![("detail", words.with(locale, &format!("fetch-{}", error.key()), &[("detail", &error.detail())]))]
        }
        Reason::Unreadable { detail } | Reason::Fetch { detail, .. } | Reason::Damaged { detail } => {
            vec![("detail", detail.clone())]
        }
        _ => Vec::new(),
    };
    let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.with(locale, &key, &named)
}
