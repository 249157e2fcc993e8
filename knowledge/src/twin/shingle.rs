//! A text as a set of its word groups, and the few hashes by which similar sets are found (MinHash, in bands).

use std::collections::{BTreeSet, HashSet};

use crate::language::is_han;

/// Hashes of a text.
const HASHES: usize = 64;
/// Groups of hashes: texts that agree in one are compared.
pub(super) const BANDS: usize = 16;
const ROWS: usize = HASHES / BANDS;
/// Words of a group; a Chinese character is a word.
const WORDS: usize = 3;
/// A text with fewer groups says too little to be a twin.
const FEWEST: usize = 6;

/// What is compared of a text.
pub(super) struct Shape {
    groups: HashSet<u64>,
    least: [u64; HASHES],
    /// Numbers, dates and amounts in it.
    pub numbers: BTreeSet<String>,
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        let (words, numbers) = words(text);
        let groups: HashSet<u64> = words.windows(WORDS).map(|group| hash(&group.join(" "))).collect();
        let mut least = [u64::MAX; HASHES];
        for group in &groups {
            for (n, least) in least.iter_mut().enumerate() {
                *least = (*least).min(mix(group ^ mix(n as u64 + 1)));
            }
        }
        Self { groups, least, numbers }
    }

    /// The key of a band; `None` for a text that says too little.
    pub(super) fn band(&self, band: usize) -> Option<u64> {
        let rows = &self.least[band * ROWS..(band + 1) * ROWS];
        (self.groups.len() >= FEWEST).then(|| rows.iter().fold(band as u64, |key, row| mix(key ^ row)))
    }

    /// The share of groups both have.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let both = self.groups.intersection(&other.groups).count();
        let all = self.groups.len() + other.groups.len() - both;
        if all == 0 { 0.0 } else { both as f64 / all as f64 }
    }
}

/// The words in lower case, numbers as a sign; and the numbers.
fn words(text: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut words, mut numbers) = (Vec::new(), BTreeSet::new());
    for line in text.lines() {
        let line = without_ordinal(line.trim_start());
        let mut word = String::new();
        for c in line.chars().chain([' ']) {
            if c.is_alphanumeric() && !is_han(c)
                || (matches!(c, '.' | ',' | ':' | '/' | '-') && word.ends_with(|c: char| c.is_ascii_digit()))
            {
                word.extend(c.to_lowercase());
                continue;
            }
            let whole = std::mem::take(&mut word);
            let whole = whole.trim_end_matches(['.', ',', ':', '/', '-']);
            if whole.contains(|c: char| c.is_ascii_digit()) {
                numbers.insert(whole.replace(',', ""));
                words.push("#".to_owned());
            } else if !whole.is_empty() {
                words.push(whole.to_owned());
            }
            if is_han(c) {
                words.push(c.to_string());
            }
        }
    }
    (words, numbers)
}

/// The number of a list's item is no number of the text.
fn without_ordinal(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < line.len() { rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")).unwrap_or(line) } else { line }
}

/// FNV-1a.
pub(super) fn hash(text: &str) -> u64 {
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// Spreads the bits (splitmix64).
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        let (words, numbers) = words("1. Pay 1,299.50 € by 2026-11-21 at 10:30.\n2) 满 99 元包邮, type A7.");
        assert_eq!(numbers.into_iter().collect::<Vec<_>>(), ["10:30", "1299.50", "2026-11-21", "99", "a7"]);
        assert_eq!(words.join(" "), "pay # by # at # 满 # 元 包 邮 type #");
    }
}
