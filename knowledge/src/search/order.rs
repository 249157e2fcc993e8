//! The order by words: what the index scored, seen again with the passages at hand.
//!
//! BM25 alone does not know that a question resembles another question, that words stand side by side, or that an entry's
//! wordings agree. The weights were chosen on ten sets of two languages, each left out in turn; they are flat around these values.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    grams::{Grams, Rarity},
    group::Group,
};
use crate::{
    index::{Counts, Stats, dimension},
    passage::{Kind, Passage},
    split::PATH,
    words,
};

/// Entries that are looked at again.
pub(super) const AGAIN: usize = 30;
/// Likeness to a question that the entry answers.
const LIKE: f64 = 0.4;
/// Likeness to a heading that is no question.
const LIKE_HEADING: f64 = 0.15;
/// Words of the question that stand side by side in an answer too.
const BESIDE: f64 = 0.05;
/// The same in running text, which is long enough to have any words anywhere.
const BESIDE_TEXT: f64 = 0.2;
/// Share of the best points that are the entry's.
const VOTE: f64 = 0.1;
/// A perfect BM25 term weighs its rarity times this.
pub(super) const SATURATED: f64 = 2.2;
/// A note up to so many characters is its own heading.
const NOTE: usize = 60;
/// Points of an entry in which neighbours are looked for.
const READ: usize = 3;

/// What was asked, made ready.
pub(super) struct Asked {
    grams: Grams,
    /// Neighbours as they were written, with the rarity of the less rare one.
    pairs: Vec<(String, f64)>,
    /// Rarity of all its words, each counted once.
    mass: f64,
}

impl Asked {
    pub(super) fn of(text: &str, stats: &Stats) -> Self {
        let pairs = words::neighbours(text).into_iter();
        let pairs = pairs.map(|pair| (pair.written, stats.idf(dimension(&pair.first)).min(stats.idf(dimension(&pair.second)))));
        let mass = Counts::of(text).terms.iter().map(|(term, _)| stats.idf(*term)).sum();
        Self { grams: Grams::of(text), pairs: pairs.collect(), mass }
    }

    /// Sets [`Group::words`] and [`Group::alike`] of every entry.
    pub(super) fn order(&self, groups: &mut [Group], passages: &HashMap<Uuid, Passage>) {
        let wordings: Vec<Vec<Grams>> = groups.iter().map(|group| wordings(group, passages).into_iter().map(Grams::of).collect()).collect();
        let rarity = Rarity::among(wordings.iter().flatten());
        for (group, wordings) in groups.iter_mut().zip(&wordings) {
            group.alike = wordings.iter().map(|wording| rarity.likeness(&self.grams, wording)).fold(0.0, f64::max);
            let (like, beside) = if group.asked || is_note(group, passages) { (LIKE, BESIDE) } else { (LIKE_HEADING, BESIDE_TEXT) };
            let covered = if self.mass > 0.0 { group.lexical / (self.mass * SATURATED) } else { 0.0 };
            group.words = covered + like * group.alike + beside * self.beside(group, passages) + VOTE * group.vote;
        }
    }

    /// Share of the question's neighbours that are neighbours in a passage of the entry.
    fn beside(&self, group: &Group, passages: &HashMap<Uuid, Passage>) -> f64 {
        let all: f64 = self.pairs.iter().map(|(_, weight)| weight).sum();
        if all <= 0.0 {
            return 0.0;
        }
        let read = group.points.iter().take(READ).filter_map(|(id, _)| passages.get(id));
        let found = read.map(|passage| {
            let text = words::flat(&passage.searched());
            self.pairs.iter().filter(|(written, _)| text.contains(written.as_str())).map(|(_, weight)| weight).sum::<f64>()
        });
        found.fold(0.0, f64::max) / all
    }
}

/// What an entry may be asked by: title, last heading, other wordings; a note by what it says.
pub(super) fn wordings<'a>(group: &Group, passages: &'a HashMap<Uuid, Passage>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for passage in group.points.iter().filter_map(|(id, _)| passages.get(id)) {
        // A title made of the first words is no heading.
        let made = passage.text.starts_with(passage.title.trim_end_matches('…'));
        let last = passage.heading.rsplit(PATH).next().unwrap_or_default();
        let title = if made { "" } else { passage.title.as_str() };
        found.extend([title, last].into_iter().filter(|text| !text.is_empty()));
        if passage.kind == Kind::Variant || is_short(passage) {
            found.push(&passage.text);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn is_note(group: &Group, passages: &HashMap<Uuid, Passage>) -> bool {
    group.points.first().and_then(|(id, _)| passages.get(id)).is_some_and(is_short)
}

/// So little text is asked for by its own words.
fn is_short(passage: &Passage) -> bool {
    passage.text.chars().nth(NOTE).is_none()
}
