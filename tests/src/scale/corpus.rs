//! Passages that nobody wrote: words as rare as words are, the same for the same seed.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;

/// One passage in so many belongs to the small library.
pub const SHARE: usize = 50;
/// Words there are.
const WORDS: usize = 30_000;
/// The most common word is this many times as common as the hundredth is, to the power of its rank.
const ZIPF: f64 = 1.05;
/// Words of a passage, at least and at most.
const LENGTH: std::ops::Range<usize> = 50..90;
/// Words from this rank on are worth asking for.
const RARE: usize = 300;
/// Words of a question.
const ASKED: usize = 5;

/// All passages, made as they are asked for.
#[derive(Debug)]
pub struct Corpus {
    seed: u64,
    /// How many there are.
    pub passages: usize,
    words: Vec<String>,
    /// Sums of the words' shares.
    sums: Vec<f64>,
}

impl Corpus {
    /// So many passages.
    #[must_use]
    pub fn new(passages: usize, seed: u64) -> Corpus {
        let mut random = StdRng::seed_from_u64(seed);
        let mut known = HashSet::new();
        while known.len() < WORDS {
            known.insert(word(&mut random));
        }
        let mut words: Vec<String> = known.into_iter().collect();
        words.sort_unstable();
        for at in (1..words.len()).rev() {
            words.swap(at, random.random_range(0..=at));
        }
        let mut sum = 0.0;
        let sums = (1..=WORDS).map(|rank| {
            sum += 1.0 / (rank as f64).powf(ZIPF);
            sum
        });
        Corpus { seed, passages, words, sums: sums.collect() }
    }

    /// The ranks of the words of a passage.
    fn ranks(&self, passage: usize) -> Vec<usize> {
        let mut random = StdRng::seed_from_u64(self.seed ^ (passage as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let all = self.sums.last().copied().unwrap_or(1.0);
        let length = random.random_range(LENGTH);
        (0..length).map(|_| self.sums.partition_point(|sum| *sum < random.random_range(0.0..all)).min(WORDS - 1)).collect()
    }

    /// A passage's text: sentences of a dozen words.
    #[must_use]
    pub fn text(&self, passage: usize) -> String {
        let words: Vec<&str> = self.ranks(passage).into_iter().map(|rank| self.words[rank].as_str()).collect();
        let sentences: Vec<String> = words.chunks(12).map(|sentence| format!("{}.", sentence.join(" "))).collect();
        sentences.join(" ")
    }

    /// A question that a passage answers: some of its rarer words, in their order.
    #[must_use]
    pub fn question(&self, passage: usize) -> String {
        let ranks = self.ranks(passage);
        let mut rare: Vec<usize> = (0..ranks.len()).filter(|at| ranks[*at] >= RARE).collect();
        let mut random = StdRng::seed_from_u64(self.seed.wrapping_add(passage as u64));
        while rare.len() > ASKED {
            rare.remove(random.random_range(0..rare.len()));
        }
        let asked: Vec<&str> = rare.into_iter().map(|at| self.words[ranks[at]].as_str()).collect();
        format!("what about {}?", asked.join(" "))
    }

    /// Whether a passage belongs to the small library.
    #[must_use]
    pub fn is_of_few(passage: usize) -> bool {
        passage.is_multiple_of(SHARE)
    }

    /// Writes the passages of one of the libraries as JSON Lines.
    pub fn write(&self, path: &Path, few: bool) -> Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for passage in (0..self.passages).filter(|passage| Self::is_of_few(*passage) == few) {
            let line = json!({ "id": format!("p{passage}"), "title": format!("Passage {passage}"), "text": self.text(passage) });
            writeln!(file, "{line}")?;
        }
        Ok(file.flush()?)
    }
}

fn word(random: &mut StdRng) -> String {
    let (onsets, vowels) = (
        ["b", "br", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "z"],
        ["a", "e", "i", "o", "u", "ai", "ou"],
    );
    let syllables = random.random_range(2..=4);
    (0..syllables)
        .map(|_| format!("{}{}", onsets[random.random_range(0..onsets.len())], vowels[random.random_range(0..vowels.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_passages() {
        let (one, other) = (Corpus::new(100, 7), Corpus::new(100, 7));
        assert!(one.text(3) == other.text(3) && one.text(3) != one.text(4) && one.question(3) == other.question(3));
        let text = one.text(3);
        let asked = one.question(3);
        let asked: Vec<&str> = asked.trim_end_matches('?').split(' ').skip(2).collect();
        assert!(asked.len() == ASKED && asked.iter().all(|word| text.contains(word)), "{asked:?} in {text}");
        assert_eq!((0..100).filter(|passage| Corpus::is_of_few(*passage)).count(), 2);
    }
}
