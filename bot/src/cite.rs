//! Citations of a model's answer, checked against the passages it was given.

use std::collections::BTreeSet;

use chat::{Citation, InboxId};
use knowledge::article::address;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

#[cfg(test)]
mod tests;

/// A checked answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked {
    /// Markdown whose citations and links all lead to passages.
    pub body: String,
    /// The numbers it cites, ascending.
    pub cited: BTreeSet<usize>,
}

/// Checks a whole answer against `count` passages: unknown numbers are removed, and so are links the passages do not have.
/// `None` when nothing supports it.
pub(crate) fn check(answer: &str, count: usize, material: &str) -> Option<Checked> {
    let text = plain_marks(answer);
    let (declared, rest) = opening(&text, count);
    let body = only_known(&text[rest..], count);
    let mut body = own_links(body.trim(), material);
    let mut cited = marks(&body).filter(|(n, _)| (1..=count).contains(n)).map(|(n, _)| n).collect::<BTreeSet<_>>();
    if cited.is_empty() && !declared.is_empty() && !body.is_empty() {
        // It named its sources at the top only: they stand behind the answer then.
        let list: String = declared.iter().map(|n| format!("[{n}]")).collect();
        let fenced = body.trim_end().ends_with("```");
        body.push_str(if fenced { "\n\n" } else { " " });
        body.push_str(&list);
        cited = declared;
    }
    (!cited.is_empty() && !body.is_empty()).then_some(Checked { body, cited })
}

/// The citations with articles where the visitors of an inbox read them.
pub(crate) fn within(mut citations: Vec<Citation>, inbox: InboxId) -> Vec<Citation> {
    for citation in &mut citations {
        citation.url = address::within(&citation.url, inbox);
    }
    citations
}

/// The numbers an answer declares before it begins, and where it begins.
pub(crate) fn opening(text: &str, count: usize) -> (BTreeSet<usize>, usize) {
    let mut declared = BTreeSet::new();
    let mut at = text.len() - text.trim_start().len();
    for (n, span) in marks(text) {
        if !text[at..span.start].chars().all(|c| c.is_whitespace() || matches!(c, ',' | '，' | '、')) {
            break;
        }
        at = span.end;
        declared.extend((1..=count).contains(&n).then_some(n));
    }
    let rest = &text[at..];
    (declared, at + rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、')).len())
}

/// An answer that was cut, up to the end of its last whole sentence that names a passage; `None` without one.
pub(crate) fn whole(answer: &str, count: usize) -> Option<&str> {
    let begins = opening(answer, count).1;
    let cited: Vec<usize> = marks(answer).filter(|(n, at)| (1..=count).contains(n) && at.start >= begins).map(|(_, at)| at.end).collect();
    let ends = |c: char| ".!?。！？".contains(c);
    cited.into_iter().rev().find_map(|end| {
        let rest = &answer[end..];
        // "Done. [1][2] More": the marks stand behind the sentence; "done [1]. More": before its end.
        let after = rest.len() - rest.trim_start_matches(ends).len();
        let mut before = answer[..end].trim_end_matches(' ');
        while let Some(mark) = before.rfind('[').filter(|_| before.ends_with(']')) {
            before = before[..mark].trim_end_matches(' ');
        }
        let whole = after > 0 || rest.starts_with('\n') || before.ends_with(ends);
        let kept = &answer[..end + after];
        // Half a block of code would take the rest of the page with it.
        (whole && kept.matches("```").count().is_multiple_of(2)).then_some(kept)
    })
}

/// `【1】` and `［１］` as `[1]`.
pub(crate) fn plain_marks(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '【' | '［' => '[',
            '】' | '］' => ']',
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Without citations of passages that do not exist.
pub(crate) fn only_known(text: &str, count: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (n, span) in marks(text) {
        if !(1..=count).contains(&n) {
            out.push_str(text[from..span.start].trim_end_matches(' '));
            from = span.end;
        }
    }
    out + &text[from..]
}

/// With every number raised.
pub(crate) fn shifted(text: &str, by: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (n, span) in marks(text) {
        out.push_str(&text[from..span.start]);
        out.push_str(&format!("[{}]", n + by));
        from = span.end;
    }
    out + &text[from..]
}

/// Every `[n]` of a text with its place; `[1, 2]` is not one and stays text until it is shown.
fn marks(text: &str) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> + '_ {
    text.match_indices('[').filter_map(move |(at, _)| {
        let inner = &text[at + 1..];
        let close = inner.find(']').filter(|close| (1..=4).contains(close))?;
        let digits = inner[..close].trim_start_matches('^');
        let linked = inner[close + 1..].starts_with('(');
        let n = digits.parse::<usize>().ok().filter(|_| !linked)?;
        Some((n, at..at + close + 2))
    })
}

/// Links whose address no passage has become their label: models invent addresses.
fn own_links(body: &str, material: &str) -> String {
    let mut cuts: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> = Vec::new();
    let mut open: Option<(std::ops::Range<usize>, Option<std::ops::Range<usize>>)> = None;
    for (event, span) in Parser::new(body).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if open.is_none() && !has(material, &dest_url) => {
                open = Some((span, None));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => cuts.extend(open.take().map(|(whole, label)| (whole, label.unwrap_or(0..0)))),
            _ => {
                if let Some((_, label)) = &mut open {
                    *label = Some(label.as_ref().map_or(span.clone(), |l| l.start.min(span.start)..l.end.max(span.end)));
                }
            }
        }
    }
    let mut out = String::with_capacity(body.len());
    let mut from = 0;
    for (whole, label) in cuts {
        out.push_str(&body[from..whole.start]);
        out.push_str(&body[label]);
        from = whole.end;
    }
    unlinked(&(out + &body[from..]), material)
}

/// Whether a text has this address: not only as the beginning of another one, which may be somebody else's.
fn has(material: &str, address: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&*+,;=%".contains(c);
    // What ends a sentence or an emphasis, and a slash more or less.
    let ends = |c: char| ".,;:!?*_~/".contains(c);
    !address.is_empty()
        && material.match_indices(address).any(|(at, _)| {
            let rest = &material[at + address.len()..];
            let rest = &rest[..rest.find(|c| !inside(c)).unwrap_or(rest.len())];
            rest.starts_with('#') || rest.chars().all(ends)
        })
}

/// Bare addresses that no passage has are shown as code: readable, not clickable.
fn unlinked(body: &str, material: &str) -> String {
    let words = body.split_inclusive(|c: char| c.is_whitespace() || "，。；！？、（）()<>「」“”`*".contains(c));
    words
        .map(|word| {
            let end = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/').len();
            let (address, tail) = word.split_at(end);
            let bare = address.starts_with("http://") || address.starts_with("https://");
            if bare && !has(material, address) && !tail.starts_with(['`', ')', '>']) {
                format!("`{address}`{tail}")
            } else {
                word.to_owned()
            }
        })
        .collect()
}
