//! BM25 as sparse vectors: the passage's side here, the rarity of words (idf) in the engine.

use std::collections::HashMap;

use crate::{
    passage::{Kind, Passage},
    split::PATH,
    words,
};

/// How soon more of the same word stops counting.
const K1: f32 = 1.2;
/// How much long passages are marked down.
const B: f32 = 0.75;

/// A word as a dimension: the same on every machine and in every version.
#[must_use]
pub(crate) fn dimension(term: &str) -> u32 {
    // FNV-1a, folded. Two of 100,000 words may share a dimension: they then count as one word.
    let hash = term.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) as u32
}

/// How often each word stands in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// Dimension → times, sorted by dimension.
    pub terms: Vec<(u32, f32)>,
    /// Words in all.
    pub length: u32,
}

impl Counts {
    /// Counts the words of a text, links' addresses left out.
    pub(crate) fn of(text: &str) -> Self {
        let terms = words::terms(&without_addresses(text));
        let mut counted: HashMap<u32, f32> = HashMap::with_capacity(terms.len());
        for term in &terms {
            *counted.entry(dimension(term)).or_default() += 1.0;
        }
        let mut counted: Vec<(u32, f32)> = counted.into_iter().collect();
        counted.sort_unstable_by_key(|(dimension, _)| *dimension);
        Self { terms: counted, length: u32::try_from(terms.len()).unwrap_or(u32::MAX) }
    }

    /// Counts the words that a passage is found by. A heading that is a question counts half as much again: people ask what it asks.
    pub(crate) fn of_passage(passage: &Passage) -> Self {
        let mut counts = Self::of(&passage.searched());
        if passage.kind == Kind::Answer || passage.heading.ends_with(['?', '？']) {
            counts.emphasise(&Self::of(passage.heading.rsplit(PATH).next().unwrap_or_default()));
        }
        counts
    }

    /// Half of the other's words on top; the length stays what it is.
    fn emphasise(&mut self, other: &Self) {
        for (dimension, times) in &other.terms {
            if let Ok(at) = self.terms.binary_search_by_key(dimension, |(dimension, _)| *dimension) {
                self.terms[at].1 += times / 2.0;
            }
        }
    }

    /// The passage's half of BM25 for each word.
    pub(crate) fn weights(&self, average_length: f32) -> (Vec<u32>, Vec<f32>) {
        let norm = K1 * (1.0 - B + B * self.length as f32 / average_length.max(1.0));
        self.terms.iter().map(|(dimension, times)| (*dimension, times * (K1 + 1.0) / (times + norm))).unzip()
    }
}

/// `[text](address)` is found by its text.
fn without_addresses(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](http") {
        kept.push_str(before);
        kept.push(']');
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_long_passage_weighs_less() {
        let short = Counts::of("refund money");
        let long = Counts::of(&format!("refund {}", "filler words here ".repeat(30)));
        let weight = |counts: &Counts| counts.weights(10.0).1[counts.terms.iter().position(|(d, _)| *d == dimension("refund")).unwrap()];
        assert!(weight(&short) > weight(&long));
    }

    #[test]
    fn addresses_are_no_words() {
        assert_eq!(Counts::of("see [the form](https://shop.example/returns) now"), Counts::of("see [the form] now"));
        assert_eq!(Counts::of("broken ](http"), Counts::of("broken ]"));
    }

    #[test]
    fn dimensions_never_change() {
        assert_eq!((dimension("refund"), dimension("退款")), (3_589_179_170, 818_661_185));
        assert_ne!(dimension("refund"), dimension("refunds"));
    }
}
