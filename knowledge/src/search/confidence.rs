//! How likely an entry answers a question: measured signals, each of which can only raise it, put together by a logistic
//! function. It was fitted on questions in scope, out of scope, of other subjects, and with their answer taken away, over sets
//! that count alike: by words ten, with meaning six English ones. With meaning it is the mean of a fit of all signals, seven
//! tenths of it, and one of the two scores: rivals tell that an answer is missing, but mislead where entries are alike. What it
//! says holds when a set is left out of the fit (`warbler eval` prints the curve). Similarities come in the model's own scale
//! (`embed/scale.rs`), so that a fit made with one model serves others.

use chat::DocumentId;

use super::order::SATURATED;
use crate::{
    index::{Counts, Stats},
    words::fold,
};

/// What speaks for an entry.
pub(super) struct Evidence<'a> {
    /// Its document; only entries of other documents rival it.
    pub document: DocumentId,
    /// Questions it is known to answer: title, heading, other wordings.
    pub wordings: Vec<&'a str>,
    /// Its words, as dimensions, sorted.
    pub dimensions: Vec<u32>,
    /// Its best point's score by words.
    pub best: f64,
    /// Its own score by words, seen again (see `order`).
    pub words: f64,
    /// How alike the question and its closest wording are by characters.
    pub alike: f64,
    /// Share of the best points' scores that it has.
    pub vote: f64,
    /// How near it is by meaning, when meaning was asked: 0 unrelated, 1 the same question.
    pub meant: Option<f64>,
}

/// What each signal adds to the sum under the logistic function. Scores that are not from the fitted order need a new fit.
struct Fit {
    bias: f64,
    /// Likeness of the question to a wording of the entry.
    alike: f64,
    /// How far it is ahead of the next entry by words.
    ahead: f64,
    /// How much of the question its best point covers, weighted as BM25 weighs.
    covered: f64,
    /// How many of the best points are its own.
    voted: f64,
    /// How much was said: one common word proves little even if it is all of the question.
    said: f64,
    /// Its own score by words.
    words: f64,
    /// How near it is by meaning.
    meant: f64,
    /// How far it is ahead of the next entry by meaning.
    meant_ahead: f64,
}

/// By words alone.
const WORDS: Fit =
    Fit { bias: -4.61, alike: 1.08, ahead: 6.54, covered: 2.85, voted: 1.20, said: 1.56, words: 0.0, meant: 0.0, meant_ahead: 0.0 };
/// With a model that speaks the question's language: beside it, the parts of the score by words tell nothing more.
const MEANING: Fit =
    Fit { bias: -6.11, alike: 0.0, ahead: 3.04, covered: 0.0, voted: 0.0, said: 1.30, words: 0.88, meant: 3.50, meant_ahead: 2.96 };

/// The very question of an entry is as sure as it gets.
pub(super) const SAME: f64 = 0.97;

/// The confidence of each entry, in their order.
pub(super) fn sureness(question: &str, stats: &Stats, entries: &[Evidence<'_>]) -> Vec<f64> {
    let asked = Asked::of(question, stats);
    entries
        .iter()
        .map(|entry| {
            let others = || entries.iter().filter(|other| other.document != entry.document);
            let rival = Rival {
                words: others().map(|other| other.words).fold(0.0, f64::max),
                meant: others().filter_map(|other| other.meant).fold(0.0, f64::max),
            };
            asked.sureness(entry, &rival, stats)
        })
        .collect()
}

/// The best of the other entries.
struct Rival {
    words: f64,
    meant: f64,
}

struct Asked {
    folded: String,
    terms: Vec<u32>,
    /// Sum of the words' rarity.
    mass: f64,
    /// Rarity of a word that no passage has.
    rarest: f64,
}

impl Asked {
    fn of(question: &str, stats: &Stats) -> Self {
        let terms: Vec<u32> = Counts::of(question).terms.into_iter().map(|(dimension, _)| dimension).collect();
        let mass = terms.iter().map(|term| stats.idf(*term)).sum();
        Self { folded: fold(question), terms, mass, rarest: stats.rarest() }
    }

    fn sureness(&self, entry: &Evidence<'_>, rival: &Rival, stats: &Stats) -> f64 {
        if self.mass <= 0.0 {
            return 0.0;
        }
        if !self.folded.is_empty() && entry.wordings.iter().any(|wording| fold(wording) == self.folded) {
            return SAME;
        }
        let covered = entry.best / (self.mass * SATURATED);
        let shared: f64 = self.terms.iter().filter(|term| entry.dimensions.binary_search(term).is_ok()).map(|term| stats.idf(*term)).sum();
        let said = (shared / self.rarest.max(0.1)).min(4.0).sqrt();
        let fit = if entry.meant.is_some() { &MEANING } else { &WORDS };
        let meant = entry.meant.unwrap_or(0.0);
        let sum = fit.bias
            + fit.alike * entry.alike
            + fit.ahead * (entry.words - rival.words).max(0.0)
            + fit.covered * covered
            + fit.voted * entry.vote
            + fit.said * said
            + fit.words * entry.words
            + fit.meant * meant
            + fit.meant_ahead * (meant - rival.meant).max(0.0);
        logistic(sum).min(SAME - 0.01)
    }
}

fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + (-sum).exp())
}
