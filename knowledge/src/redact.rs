//! Hides what says who somebody is before a text leaves the process: e-mail addresses, phone numbers, cards, accounts and
//! identity numbers become marks such as `⟨email-1⟩`, which are put back in what comes.

mod digits;
mod find;
mod marks;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use parking_lot::Mutex;

use self::find::Kind;

/// What was hidden, and behind which mark. The same value has the same mark in every text.
#[derive(Debug, Default)]
pub struct Veil {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    marks: HashMap<String, String>,
    values: HashMap<String, String>,
    counts: HashMap<Kind, usize>,
    /// Values, the longest first.
    known: Vec<String>,
    /// How many of them are personal data.
    personal: usize,
}

impl Veil {
    /// Puts marks in the place of what must not be seen.
    pub fn hide<'a>(&self, texts: impl Iterator<Item = &'a mut String>) {
        let mut texts: Vec<&mut String> = texts.collect();
        let mut state = self.state.lock();
        for text in &texts {
            for span in find::spans(text) {
                state.learn(span.kind, &text[span.at.clone()]);
            }
        }
        if state.known.is_empty() {
            return;
        }
        for text in &mut texts {
            let hidden = state.hidden(text);
            if let Some(hidden) = hidden {
                **text = hidden;
            }
        }
    }

    /// The text with what was hidden put back. Marks that stand for nothing stay.
    #[must_use]
    pub fn reveal(&self, text: &str) -> String {
        let state = self.state.lock();
        if state.values.is_empty() {
            return text.to_owned();
        }
        marks::replaced(text, |mark| state.values.get(mark).cloned())
    }

    /// The same for the beginning of a text that goes on: what is ready, and an end that may still become a mark.
    #[must_use]
    pub fn reveal_part(&self, mut text: String) -> (String, String) {
        let rest = text.split_off(marks::open_end(&text));
        (self.reveal(&text), rest)
    }

    /// How many values are hidden.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state.lock().personal
    }
}

impl State {
    fn learn(&mut self, kind: Kind, value: &str) {
        if self.marks.contains_key(value) {
            return;
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let mark = marks::mark(kind, *count);
        self.marks.insert(value.to_owned(), mark.clone());
        self.values.insert(mark, value.to_owned());
        self.known.push(value.to_owned());
        self.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        self.personal += usize::from(kind != Kind::Text);
    }

    /// `None` when there is nothing to hide.
    fn hidden(&self, text: &str) -> Option<String> {
        let spans = find::spans(text);
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for span in &spans {
            self.hide_known(&text[from..span.at.start], 0, &mut out);
            out.push_str(&self.marks[&text[span.at.clone()]]);
            from = span.at.end;
        }
        self.hide_known(&text[from..], 0, &mut out);
        (out != text).then_some(out)
    }

    /// A value that is known from elsewhere is hidden wherever it stands, within other words too.
    fn hide_known(&self, text: &str, first: usize, out: &mut String) {
        let found = self.known.iter().enumerate().skip(first).find(|(_, value)| text.contains(value.as_str()));
        let Some((at, value)) = found else { return out.push_str(text) };
        for (n, part) in text.split(value.as_str()).enumerate() {
            if n > 0 {
                out.push_str(&self.marks[value]);
            }
            self.hide_known(part, at + 1, out);
        }
    }
}

/// The text with what must not be seen taken out for good.
#[must_use]
pub fn without(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in find::spans(text).into_iter().filter(|span| span.kind != Kind::Text) {
        out.push_str(&text[from..span.at.start]);
        from = span.at.end;
    }
    out + &text[from..]
}

/// Whether a text holds anything that must not be seen.
#[must_use]
pub fn is_personal(text: &str) -> bool {
    find::spans(text).iter().any(|span| span.kind != Kind::Text)
}
