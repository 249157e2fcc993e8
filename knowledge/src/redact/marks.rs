//! The marks that stand for what is hidden, in the brackets we write and in those that models make of them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::find::Kind;

/// The longest mark that is waited for, in bytes.
const LONGEST: usize = 24;

/// A mark in any bracket. Should it not compile, marks stay as they are; a test compiles it.
static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[⟨〈<](email|phone|card|account|id|text)-(\d{1,4})[⟩〉>]").ok());
/// The beginning of one at the end of a text.
static OPEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[⟨〈<](?:e(?:m(?:a(?:il?)?)?)?|p(?:h(?:o(?:ne?)?)?)?|c(?:a(?:rd?)?)?|a(?:c(?:c(?:o(?:u(?:nt?)?)?)?)?)?|id?|t(?:e(?:xt?)?)?|(?:email|phone|card|account|id|text)-\d{0,4})?$").ok()
});

/// The mark of a kind's `n`th value.
pub(super) fn mark(kind: Kind, n: usize) -> String {
    format!("⟨{}-{n}⟩", kind.name())
}

/// Everything in a text that could be taken for a mark.
pub(super) fn lookalikes(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    MARK.iter().flat_map(move |mark| mark.find_iter(text).map(|found| found.range()))
}

/// The text with each mark that stands for something replaced.
pub(super) fn replaced(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let Some(mark) = &*MARK else { return text.to_owned() };
    let put = |found: &Captures<'_>| value(&format!("⟨{}-{}⟩", &found[1], &found[2])).unwrap_or_else(|| found[0].to_owned());
    mark.replace_all(text, put).into_owned()
}

/// Where the end of a text begins that may still become a mark.
pub(super) fn open_end(text: &str) -> usize {
    let from = text.floor_char_boundary(text.len().saturating_sub(LONGEST));
    let found = OPEN.as_ref().and_then(|open| open.find(&text[from..]));
    found.map_or(text.len(), |found| from + found.start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_end_is_kept_back() {
        for (text, expected) in [
            ("write to ⟨", "write to "),
            ("write to ⟨ema", "write to "),
            ("write to <email-1", "write to "),
            ("write to ⟨email-1⟩", "write to ⟨email-1⟩"),
            ("a < b", "a < b"),
            ("a <b", "a <b"),
            ("您可以写信给〈phone-12", "您可以写信给"),
        ] {
            assert_eq!(&text[..open_end(text)], expected, "{text}");
        }
    }
}
