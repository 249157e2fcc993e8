//! The part of a message that says what was looked for.

use serde::Serialize;

use super::token::{Run, fold};

/// Characters before the first place, and in all.
const BEFORE: usize = 24;
const LENGTH: usize = 140;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// What it says, in one line.
    pub text: String,
    /// Whether it was looked for.
    pub hit: bool,
}

/// The beginning of where the body says it; `None` if it does not say all of it.
pub(super) fn of(body: &str, runs: &[Run]) -> Option<Vec<Piece>> {
    let text: Vec<char> = body.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let folded: Vec<char> = text.iter().copied().map(fold).collect();
    let mut hits = vec![false; text.len()];
    let mut first = text.len();
    for run in runs {
        let places = places(&folded, run);
        first = first.min(*places.first()?);
        for place in places {
            hits[place..place + run.text.len()].fill(true);
        }
    }
    let from = first.saturating_sub(BEFORE);
    let to = text.len().min(from + LENGTH);
    let mut pieces: Vec<Piece> = Vec::new();
    if from > 0 {
        pieces.push(Piece { text: "…".to_owned(), hit: false });
    }
    for (&c, &hit) in text[from..to].iter().zip(&hits[from..to]) {
        match pieces.last_mut() {
            Some(piece) if piece.hit == hit => piece.text.push(c),
            _ => pieces.push(Piece { text: c.to_string(), hit }),
        }
    }
    if to < text.len() {
        pieces.push(Piece { text: "…".to_owned(), hit: false });
    }
    Some(pieces)
}

/// Where a run stands; a word only at the beginning of a word.
fn places(folded: &[char], run: &Run) -> Vec<usize> {
    let begins = |at: usize| run.unspaced || at == 0 || !folded[at - 1].is_alphanumeric() || is_other(folded[at - 1], run);
    folded.windows(run.text.len()).enumerate().filter(|(at, window)| *window == run.text && begins(*at)).map(|(at, _)| at).collect()
}

/// A script without spaces ends a word, too.
fn is_other(before: char, run: &Run) -> bool {
    super::token::is_unspaced(before) != run.unspaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::token::runs;

    fn marked(body: &str, question: &str) -> Option<String> {
        let piece = |piece: &Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() };
        of(body, &runs(question)).map(|pieces| pieces.iter().map(piece).collect())
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        for (body, question, expected) in [
            ("Where is my Refund?", "refund", Some("Where is my [Refund]?")),
            ("我要退货，退货单在哪", "退货", Some("我要[退货]，[退货]单在哪")),
            ("refunds and a prefund", "refund", Some("[refund]s and a prefund")),
            ("订单abc号", "abc", Some("订单[abc]号")),
            ("退了，货没到", "退货", None),
            ("one two", "two one", Some("[one] [two]")),
            ("one", "one two", None),
        ] {
            assert_eq!(marked(body, question).as_deref(), expected, "{body} {question}");
        }
        let long = marked(&format!("{} needle {}", "hay ".repeat(50), "straw ".repeat(60)), "needle").unwrap();
        assert!(long.starts_with('…') && long.ends_with('…') && long.contains("[needle]") && long.chars().count() < 150, "{long}");
    }
}
