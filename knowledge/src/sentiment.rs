//! The mood of a message: lexicons of English and Chinese words, with negation, emphasis and turns by "but".
//!
//! Pure and quick, so it is measured anew wherever it is shown; nothing of it is kept.

mod chinese;
mod english;
mod lexicon;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::language::is_han;

/// From here on a mood is clear, in either direction.
const CLEAR: f64 = 0.5;
/// How slowly a score comes near 1.
const SPREAD: f64 = 15.0;
/// What an exclamation mark adds; more than four add no more.
const EXCLAMATION: f64 = 0.3;
const EXCLAMATIONS: usize = 4;
/// How much louder capitals are.
const SHOUTED: f64 = 1.3;
/// What "but" leaves of what was said before it.
const TURNED: f64 = 0.6;

/// How somebody feels, where it is clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Angry, disappointed, tired of waiting.
    Negative,
    /// Neither, or not clear.
    #[default]
    Neutral,
    /// Pleased, thankful.
    Positive,
}

impl Mood {
    /// Of a score.
    #[must_use]
    pub fn of(score: f64) -> Self {
        if score <= -CLEAR {
            Self::Negative
        } else if score >= CLEAR {
            Self::Positive
        } else {
            Self::Neutral
        }
    }

    /// `negative`, `neutral`, `positive`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

/// The mood of a text.
#[must_use]
pub fn mood(text: &str) -> Mood {
    Mood::of(score(text))
}

/// From -1 to 1: below 0 negative, above 0 positive, 0 when nothing speaks of a mood.
#[must_use]
pub fn score(text: &str) -> f64 {
    let folded = text.to_lowercase().replace('’', "'");
    let mut sum: f64 = 0.0;
    for clause in folded.split(ends_clause) {
        let mut rest = clause;
        while let Some(first) = rest.chars().next() {
            let han = is_han(first);
            let end = rest.find(|c| is_han(c) != han).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            let said = if han { chinese::weigh(run) } else { english::weigh(run) };
            if said.turns {
                sum *= TURNED;
            }
            sum += said.weight;
            rest = after;
        }
    }
    if sum != 0.0 {
        let loud = text.chars().filter(|c| matches!(c, '!' | '！')).count().min(EXCLAMATIONS);
        sum += sum.signum() * EXCLAMATION * loud as f64;
        sum *= if shouted(text) { SHOUTED } else { 1.0 };
    }
    sum / (sum * sum + SPREAD).sqrt()
}

/// What a clause, or a part of one, says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Said {
    weight: f64,
    /// It begins with a "but": what was said before counts less.
    turns: bool,
}

fn ends_clause(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ';' | ',' | '\n' | '，' | '。' | '！' | '？' | '；' | '、' | '…' | '~' | '～')
}

/// Three words or more in capitals, and half of all.
fn shouted(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= 3);
    let (all, capitals) =
        words.fold((0, 0), |(all, capitals), word| (all + 1, capitals + usize::from(word.bytes().all(|b| b.is_ascii_uppercase()))));
    all >= 3 && capitals * 2 >= all
}
