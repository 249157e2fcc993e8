//! Then and now, side by side.

use serde::Serialize;

use bot::{Asked, Seen, Turn};

use super::text::SaidText;

/// What the bot would do today, and what is different.
#[derive(Clone, Debug, Serialize)]
pub struct AgainText {
    pub outcome: &'static str,
    pub rule: &'static str,
    pub query: String,
    pub said: SaidText,
    pub took_ms: u64,
    /// `same`, `words` (other words, the same outcome) or `outcome`.
    pub change: &'static str,
    pub rows: Vec<RowText>,
}

/// A passage then and now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowText {
    pub title: String,
    pub heading: String,
    pub then: Option<f64>,
    pub now: Option<f64>,
    pub cited_then: bool,
    pub cited_now: bool,
    /// `same`, `new`, `gone`, `up`, `down`.
    pub change: &'static str,
}

impl AgainText {
    /// Compares.
    pub fn of(turn: &Turn, then: &SaidText, asked: Asked) -> AgainText {
        let said = SaidText::of(&asked.answer, &asked.citations, asked.extract);
        let outcome = asked.verdict.name();
        AgainText {
            change: match (turn.outcome.as_deref() == Some(outcome), then.html == said.html) {
                (false, _) => "outcome",
                (true, false) => "words",
                (true, true) => "same",
            },
            outcome,
            rule: asked.rule,
            query: if asked.trace.query == asked.trace.question { String::new() } else { asked.trace.query.clone() },
            took_ms: asked.trace.times.total_ms,
            rows: rows(&turn.trace.passages, &asked.trace.passages),
            said,
        }
    }
}

/// Every passage of both lists, today's order first, then what is gone.
fn rows(then: &[Seen], now: &[Seen]) -> Vec<RowText> {
    let before = |seen: &Seen| then.iter().find(|old| is_same(old, seen));
    let today = now.iter().map(|seen| row(before(seen), Some(seen)));
    let gone = then.iter().filter(|old| !now.iter().any(|seen| is_same(old, seen))).map(|old| row(Some(old), None));
    today.chain(gone).flatten().collect()
}

/// A passage that was written anew has another id and stands in the same place.
fn is_same(a: &Seen, b: &Seen) -> bool {
    a.passage == b.passage || (a.title == b.title && a.heading == b.heading)
}

fn row(then: Option<&Seen>, now: Option<&Seen>) -> Option<RowText> {
    let seen = now.or(then)?;
    let (was, is) = (then.map(|seen| seen.confidence), now.map(|seen| seen.confidence));
    // Less than a point is no change that anybody could see.
    let change = match (was, is) {
        (None, _) => "new",
        (_, None) => "gone",
        (Some(was), Some(is)) if is - was >= 0.01 => "up",
        (Some(was), Some(is)) if was - is >= 0.01 => "down",
        _ => "same",
    };
    Some(RowText {
        title: seen.title.clone(),
        heading: seen.heading.clone(),
        then: was,
        now: is,
        cited_then: then.is_some_and(|seen| seen.cited),
        cited_now: now.is_some_and(|seen| seen.cited),
        change,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(passage: &str, title: &str, confidence: f64) -> Seen {
        Seen { passage: passage.into(), title: title.into(), confidence, kept: true, ..Seen::default() }
    }

    #[test]
    fn passages_are_followed_through_an_edit() {
        let then = [seen("1", "Refunds", 0.8), seen("2", "Delivery", 0.3), seen("3", "Shoes", 0.2)];
        let now = [seen("9", "Refunds", 0.9), seen("2", "Delivery", 0.3), seen("5", "Vouchers", 0.1)];
        let changes: Vec<(String, &str)> = rows(&then, &now).into_iter().map(|row| (row.title, row.change)).collect();
        let expected = [("Refunds", "up"), ("Delivery", "same"), ("Vouchers", "new"), ("Shoes", "gone")];
        assert_eq!(changes, expected.map(|(title, change)| (title.to_owned(), change)));
    }
}
