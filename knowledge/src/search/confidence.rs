//! How likely an entry answers a question: measured signals, each of which can only raise it, put together by a logistic
//! function. It was fitted on questions in scope, out of scope, of other subjects, and with their answer taken away, over ten
//! sets that count alike; what it says holds when a set is left out of the fit (`warbler eval` prints the curve).

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
    /// How far it stands out by meaning.
    pub distinction: f64,
}

// The fit. Scores that are not from the fitted order need a new one.
const BIAS: f64 = -4.61;
/// Likeness of the question to a wording of the entry.
const ALIKE: f64 = 1.08;
/// How far it is ahead of the next entry.
const AHEAD: f64 = 6.54;
/// How much of the question its best point covers, weighted as BM25 weighs.
const COVERED: f64 = 2.85;
/// How many of the best points are its own.
const VOTED: f64 = 1.20;
/// How much was said: one common word proves little even if it is all of the question.
const SAID: f64 = 1.56;
/// Meaning alone: standing this far out of the crowd is as good as not. Every model has its own scale of similarity, so only the
/// distance from the crowd is used; it was not fitted to a model, and therefore never counts in full.
const OUTSTANDING: f64 = 0.4;
const STEEP: f64 = 10.0;
const TRUSTED: f64 = 0.9;

/// The very question of an entry is as sure as it gets.
pub(super) const SAME: f64 = 0.97;

/// The confidence of each entry, in their order.
pub(super) fn sureness(question: &str, stats: &Stats, entries: &[Evidence<'_>]) -> Vec<f64> {
    let asked = Asked::of(question, stats);
    entries
        .iter()
        .map(|entry| {
            let rival = entries.iter().filter(|other| other.document != entry.document).map(|other| other.words).fold(0.0, f64::max);
            asked.sureness(entry, rival, stats)
        })
        .collect()
}

/// How much of a question a score by words covers, 0 to 1.
pub(super) fn covered(question: &Counts, stats: &Stats, score: f64) -> f64 {
    let mass: f64 = question.terms.iter().map(|(term, _)| stats.idf(*term)).sum();
    if mass > 0.0 { (score / (mass * SATURATED)).clamp(0.0, 1.0) } else { 0.0 }
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

    fn sureness(&self, entry: &Evidence<'_>, rival: f64, stats: &Stats) -> f64 {
        if self.mass <= 0.0 {
            return 0.0;
        }
        if !self.folded.is_empty() && entry.wordings.iter().any(|wording| fold(wording) == self.folded) {
            return SAME;
        }
        let covered = entry.best / (self.mass * SATURATED);
        let shared: f64 = self.terms.iter().filter(|term| entry.dimensions.binary_search(term).is_ok()).map(|term| stats.idf(*term)).sum();
        let said = (shared / self.rarest.max(0.1)).min(4.0).sqrt();
        let ahead = (entry.words - rival).max(0.0);
        let sum = BIAS + ALIKE * entry.alike + AHEAD * ahead + COVERED * covered + VOTED * entry.vote + SAID * said;
        let meant = TRUSTED * logistic(STEEP * (entry.distinction - OUTSTANDING));
        logistic(sum).max(if entry.distinction > 0.0 { meant } else { 0.0 }).min(SAME - 0.01)
    }
}

fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + (-sum).exp())
}
