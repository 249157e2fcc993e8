//! What a text shows to the classifier: its words and pairs of words, and three or four letters in a row; rare ones weigh more.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use crate::language::is_han;

/// Places in the vocabulary and weights; sorted by place.
pub(super) type Features = Vec<(u32, f32)>;

/// Features that were seen in the examples, with how rare they are.
#[derive(Debug)]
pub(super) struct Vocabulary {
    places: HashMap<u64, (u32, f32)>,
}

/// Features of a text before they are weighed: words apart from letters, as each kind counts the same.
struct Raw {
    words: HashMap<u64, u32>,
    letters: HashMap<u64, u32>,
}

impl Vocabulary {
    /// The vocabulary of texts, and their features.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> (Self, Vec<Features>) {
        let raw: Vec<Raw> = texts.map(Raw::of).collect();
        let mut seen: HashMap<u64, u32> = HashMap::new();
        for key in raw.iter().flat_map(|raw| raw.words.keys().chain(raw.letters.keys())) {
            *seen.entry(*key).or_default() += 1;
        }
        let mut keys: Vec<u64> = seen.keys().copied().collect();
        keys.sort_unstable();
        let count = raw.len() as f32;
        let rarity = |key: &u64| ((1.0 + count) / (1.0 + seen[key] as f32)).ln() + 1.0;
        let places = keys.iter().zip(0..).map(|(key, at)| (*key, (at, rarity(key)))).collect();
        let vocabulary = Self { places };
        let features = raw.iter().map(|raw| vocabulary.weighed(raw)).collect();
        (vocabulary, features)
    }

    /// How many features it has.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The features of a text; those that no example had are left out.
    pub(super) fn features(&self, text: &str) -> Features {
        self.weighed(&Raw::of(text))
    }

    fn weighed(&self, raw: &Raw) -> Features {
        let mut features = self.normal(&raw.words);
        features.extend(self.normal(&raw.letters));
        features.sort_unstable_by_key(|(at, _)| *at);
        features
    }

    /// Weights of one kind, of length 1 together.
    fn normal(&self, counts: &HashMap<u64, u32>) -> Features {
        let weigh = |(key, count): (&u64, &u32)| {
            let (at, rarity) = self.places.get(key)?;
            Some((*at, (1.0 + (*count as f32).ln()) * rarity))
        };
        let mut features: Features = counts.iter().filter_map(weigh).collect();
        // Always in the same order: sums of floats depend on it.
        features.sort_unstable_by_key(|(at, _)| *at);
        let length = features.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        features.iter_mut().for_each(|(_, weight)| *weight /= length.max(f32::MIN_POSITIVE));
        features
    }
}

impl Raw {
    fn of(text: &str) -> Self {
        let mut raw = Self { words: HashMap::new(), letters: HashMap::new() };
        let words = words(text);
        for (n, word) in words.iter().enumerate() {
            *raw.words.entry(key(&["1", word])).or_default() += 1;
            if let Some(next) = words.get(n + 1) {
                *raw.words.entry(key(&["2", word, next])).or_default() += 1;
            }
        }
        for run in runs(text) {
            let letters: Vec<char> = [' '].into_iter().chain(run.chars()).chain([' ']).collect();
            for length in [3, 4] {
                for part in letters.windows(length.min(letters.len())) {
                    *raw.letters.entry(key(&["3", &part.iter().collect::<String>()])).or_default() += 1;
                }
            }
        }
        raw
    }
}

/// Runs of letters and digits in lower case, Chinese apart from the rest.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let kind = c.is_alphanumeric().then(|| is_han(c));
        match (kind, runs.last_mut()) {
            (Some(_), Some(run)) if kind == last => run.push(c),
            (Some(_), _) => runs.push(c.into()),
            (None, _) => {}
        }
        last = kind;
    }
    runs
}

/// Words; a Chinese character is one.
fn words(text: &str) -> Vec<String> {
    let cut = |run: String| match run.chars().next().is_some_and(is_han) {
        true => run.chars().map(String::from).collect(),
        false => vec![run],
    };
    runs(text).into_iter().flat_map(cut).collect()
}

/// Whether two texts share two in three of their words.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let (one, other): (BTreeSet<_>, BTreeSet<_>) = (words(one).into_iter().collect(), words(other).into_iter().collect());
    let both = one.intersection(&other).count();
    both * 3 >= one.len().min(other.len()).max(1) * 2
}

/// FNV-1a over parts.
fn key(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
