//! Where personal data stands in a text. Numbers with check digits are checked; the rest is told by its form. Rather too much
//! than too little: what is hidden is put back.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{digits, marks};

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Email,
    Phone,
    Card,
    Account,
    Id,
    /// A text that looks like one of our marks.
    Text,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Account => "account",
            Self::Id => "id",
            Self::Text => "text",
        }
    }
}

/// Something that must not be seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub at: Range<usize>,
    pub kind: Kind,
}

/// A form, and what else must hold.
struct Form {
    kind: Kind,
    regex: Regex,
    holds: fn(&str) -> bool,
}

impl Form {
    /// What of a match is one; numbers with a check digit may be followed by others.
    fn fits(&self, text: &str, at: Range<usize>) -> Option<Range<usize>> {
        let fits = |end: usize| stands_alone(text, &(at.start..end), self.kind) && (self.holds)(&text[at.start..end]);
        if fits(at.end) {
            return Some(at);
        }
        let checked = matches!(self.kind, Kind::Card | Kind::Account);
        let ends = text[at.clone()].char_indices().rev().map(|(n, _)| at.start + n).take_while(|end| *end >= at.start + SHORTEST);
        ends.filter(|_| checked).find(|end| fits(*end)).map(|end| at.start..end)
    }
}

type Rule = (Kind, &'static str, fn(&str) -> bool);

/// A number with a check digit is longer than this, in bytes.
const SHORTEST: usize = 13;

/// In the order in which they win where they overlap and are equally long.
const RULES: [Rule; 12] = [
    (
        Kind::Email,
        r"[\p{L}\p{N}._%+'\-&&[^\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]+[@＠](?:[\p{L}\p{N}\-&&[^\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]+\.)+[A-Za-z]{2,24}",
        any,
    ),
    (Kind::Account, r"(?i)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", digits::iban),
    (Kind::Id, r"\d{17}[\dXxＸｘ]", digits::resident),
    (Kind::Id, r"[1-8]\d{2}-\d{2}-\d{4}", social),
    (Kind::Id, r"(?i)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", any),
    (Kind::Card, r"\d(?:[ \-]?\d){12,18}", card),
    (Kind::Phone, r"(?:(?:\+|00|＋)?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}", any),
    (Kind::Phone, r"[+＋]\(?\d[\d ().\-/]{5,20}\d", phone),
    (Kind::Phone, r"00[1-9][\d ().\-/]{6,18}\d", phone),
    (Kind::Phone, r"\(?0\d{1,4}\)?[ \-/.]{0,3}\d{2,4}(?:[ \-/.]?\d{2,5}){1,3}", phone),
    (Kind::Phone, r"\(?[2-9]\d{2}\)?[ .\-]{1,2}\d{3}[ .\-]\d{4}", any),
    (Kind::Phone, r"[48]00[ \-]?\d{3}[ \-]?\d{4}", any),
];

/// A form that does not compile is left out; a test compiles them all.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    RULES.iter().filter_map(|(kind, form, holds)| Some(Form { kind: *kind, regex: Regex::new(form).ok()?, holds: *holds })).collect()
});

/// Everything that must not be seen, in order, without overlaps.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = marks::lookalikes(text).map(|at| Span { at, kind: Kind::Text }).collect();
    for form in FORMS.iter() {
        let mut from = 0;
        while let Some(seen) = form.regex.find_at(text, from) {
            if let Some(at) = form.fits(text, trimmed(text, seen.range())) {
                from = at.end;
                found.push(Span { at, kind: form.kind });
            } else {
                // Another may begin within what was refused.
                from = seen.start() + text[seen.start()..].chars().next().map_or(1, char::len_utf8);
            }
        }
    }
    found.sort_by_key(|span| (span.at.start, std::cmp::Reverse(span.at.end)));
    let mut end = 0;
    found.retain(|span| {
        let free = span.at.start >= end;
        end = if free { span.at.end } else { end };
        free
    });
    found
}

/// Without the signs that only end a sentence.
fn trimmed(text: &str, at: Range<usize>) -> Range<usize> {
    let inner = &text[at.clone()];
    let end = inner.trim_end_matches([' ', '-', '.', '/', '(', ')']).len();
    let start = inner.len() - inner.trim_start_matches(['.', '-', '\'']).len();
    let opened = inner.starts_with('(') && !inner[..end].contains(')');
    at.start + start.min(end) + usize::from(opened)..at.start + end
}

/// Numbers are whole: no digit or letter of a longer word stands before or behind them.
fn stands_alone(text: &str, at: &Range<usize>, kind: Kind) -> bool {
    if at.is_empty() {
        return false;
    }
    let part = |c: char| digits::value(c).is_some() || c.is_ascii_alphanumeric() || c == '_';
    let before = text[..at.start].chars().next_back();
    let after = text[at.end..].chars().next();
    kind == Kind::Email || !(before.is_some_and(part) || after.is_some_and(part))
}

fn any(_: &str) -> bool {
    true
}

fn card(text: &str) -> bool {
    digits::luhn(&digits::of(text))
}

/// Numbers of the American social security that can have been given out.
fn social(text: &str) -> bool {
    let digits = digits::of(text);
    digits.len() == 9 && !digits.starts_with(&[6, 6, 6]) && digits[3..5] != [0, 0] && digits[5..] != [0, 0, 0, 0]
}

/// As many digits as a phone number has.
fn phone(text: &str) -> bool {
    (7..=15).contains(&digits::of(text).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_compiles() {
        assert_eq!(FORMS.len(), RULES.len());
    }
}
