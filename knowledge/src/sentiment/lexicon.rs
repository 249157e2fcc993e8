//! Words and their weights, from -4 to 4, as they stand in `data/`.

use std::{collections::HashMap, sync::LazyLock};

/// Weights by word or phrase.
pub(super) struct Lexicon {
    weights: HashMap<&'static str, f64>,
    /// The longest entry, in words (English) or characters (Chinese).
    pub longest: usize,
}

impl Lexicon {
    pub(super) fn weight(&self, entry: &str) -> Option<f64> {
        self.weights.get(entry).copied()
    }
}

/// Single English words by VADER.
pub(super) static VADER: LazyLock<Lexicon> = LazyLock::new(|| {
    let lines = lines(include_str!("../../data/vader.txt"));
    let pairs = lines.filter_map(|line| line.split_once(' ')).filter_map(|(word, weight)| Some((word, weight.parse().ok()?)));
    Lexicon { weights: pairs.collect(), longest: 1 }
});

/// English words and phrases of customers, which come first.
pub(super) static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| {
    let lines = lines(include_str!("../../data/sentiment.en.txt"));
    let pairs = lines.filter_map(|line| line.split_once(':')).flat_map(|(weight, words)| {
        let weight = weight.parse().unwrap_or(0.0);
        words.split(',').map(move |word| (word.trim(), weight))
    });
    let weights: HashMap<_, _> = pairs.collect();
    let longest = weights.keys().map(|entry| entry.split(' ').count()).max().unwrap_or(1);
    Lexicon { weights, longest }
});

/// Chinese words and phrases.
pub(super) static CHINESE: LazyLock<Lexicon> = LazyLock::new(|| {
    let lines = lines(include_str!("../../data/sentiment.zh.txt"));
    let pairs = lines.filter_map(|line| line.split_once(' ')).flat_map(|(weight, words)| {
        let weight = weight.parse().unwrap_or(0.0);
        words.split_whitespace().map(move |word| (word, weight))
    });
    let weights: HashMap<_, _> = pairs.collect();
    let longest = weights.keys().map(|entry| entry.chars().count()).max().unwrap_or(1);
    Lexicon { weights, longest }
});

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}
