//! A model's words on their way to the visitor: whole words only, nothing before support is declared,
//! nothing of the sentinel, no citation that does not exist.

use crate::{cite, prompt::SENTINEL};

#[cfg(test)]
mod tests;

/// The longest mark that is waited for once a bracket has opened, in bytes.
const MARK: usize = 8;

/// What has come so far, and how much of it was shown.
#[derive(Debug)]
pub(crate) struct Draft {
    count: usize,
    text: String,
    shown: usize,
    supported: bool,
}

impl Draft {
    /// For an answer from `count` passages.
    pub(crate) fn new(count: usize) -> Self {
        Self { count, text: String::new(), shown: 0, supported: false }
    }

    /// Takes the next words.
    pub(crate) fn push(&mut self, piece: &str) {
        self.text.push_str(&cite::plain_marks(piece));
    }

    /// Everything that came.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the model said that the passages do not answer.
    pub(crate) fn declined(&self) -> bool {
        self.text.contains(SENTINEL)
    }

    /// What can be shown now and was not shown before.
    pub(crate) fn take(&mut self) -> Option<String> {
        if self.declined() || !self.is_supported() {
            return None;
        }
        let fresh = &self.text[self.shown..];
        let ready = &fresh[..whole_words(fresh)];
        if ready.is_empty() {
            return None;
        }
        self.shown += ready.len();
        let shown = cite::only_known(ready, self.count);
        (!shown.is_empty()).then_some(shown)
    }

    /// Support is there once the answer's opening names a passage, or the first statement does.
    fn is_supported(&mut self) -> bool {
        if self.supported {
            return true;
        }
        let (declared, begins) = cite::opening(&self.text, self.count);
        let begun = begins < self.text.len() && !may_be_mark(&self.text[begins..]);
        let cited = || cite::check(&self.text[begins..], self.count, &self.text).is_some();
        if begun && (!declared.is_empty() || cited()) {
            self.supported = true;
            self.shown = begins;
        }
        self.supported
    }
}

/// A bracket that has not closed yet.
fn may_be_mark(text: &str) -> bool {
    text.starts_with('[') && !text.contains(']') && text.len() < MARK
}

/// How much of a text is whole words, without an open bracket or the beginning of the sentinel at its end.
fn whole_words(text: &str) -> usize {
    let dense = |c: char| knowledge::language::is_han(c) || knowledge::language::is_unspaced(c) || "，。！？；：、）”》」".contains(c);
    let end = text.char_indices().rev().find(|(_, c)| c.is_whitespace() || dense(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let open = text[..end].rfind('[').filter(|at| !text[*at..end].contains(']') && end - at < MARK);
    let end = open.unwrap_or(end);
    // A mark belongs to the words before it: "word [1]" comes as one.
    let tail = &text[end..];
    match tail.find(']') {
        Some(close) if tail.starts_with('[') && close < MARK && tail.len() > close + 1 => end + close + 1,
        _ => end,
    }
}
