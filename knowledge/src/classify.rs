//! Texts by example: a linear classifier over words and parts of words, trained in the process.
//!
//! One against the rest for each label, so that a text like none of the examples is given none of the labels.

mod features;
#[cfg(test)]
mod tests;
mod train;

use std::collections::BTreeMap;

use features::{Features, Vocabulary};

/// What belongs to no label, so that a single label has something to differ from.
const OTHERS: &str = include_str!("../data/others.txt");
/// A text is given a label whose margin is at least minus so much over the root of its examples: few examples make small margins.
/// With five of each label about three in four texts get theirs and two in a hundred another (banking77, CLINC150).
const PATIENCE: f64 = 0.6;

/// A text and its label.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    /// The text.
    pub text: &'a str,
    /// The label; `None`: no label at all.
    pub label: Option<&'a str>,
}

/// A label for a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Which.
    pub label: String,
    /// How far the text is on the label's side.
    pub margin: f64,
    /// Whether that is far enough.
    pub sure: bool,
}

/// A trained classifier.
#[derive(Debug)]
pub struct Classifier {
    vocabulary: Vocabulary,
    labels: Vec<Line>,
}

/// Where a label begins in the space of features.
#[derive(Debug)]
struct Line {
    label: String,
    weights: Vec<f32>,
    bias: f32,
    /// The margin that is enough.
    enough: f64,
}

impl Classifier {
    /// Trains on examples; `None` when none of them has a label.
    #[must_use]
    pub fn train(examples: &[Example<'_>]) -> Option<Self> {
        Self::watched(examples, &|_, _| {})
    }

    /// As [`Classifier::train`], for examples of few labels: sentences that belong to none are added.
    #[must_use]
    pub fn among_others(examples: &[Example<'_>]) -> Option<Self> {
        let others = OTHERS.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let said = |text: &str| examples.iter().any(|example| features::alike(example.text, text));
        let others = others.filter(|text| !said(text)).map(|text| Example { text, label: None });
        Self::train(&examples.iter().copied().chain(others).collect::<Vec<_>>())
    }

    /// As [`Classifier::train`]; `progress` is told labels done and in all.
    #[must_use]
    pub fn watched(examples: &[Example<'_>], progress: &dyn Fn(u64, u64)) -> Option<Self> {
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, example) in examples.iter().enumerate() {
            if let Some(label) = example.label {
                members.entry(label).or_default().push(n);
            }
        }
        if members.is_empty() {
            return None;
        }
        let (vocabulary, texts) = Vocabulary::of(examples.iter().map(|example| example.text));
        let all = members.len() as u64;
        let labels = members.iter().enumerate().map(|(n, (label, own))| {
            let (weights, bias) = train::against_the_rest(&texts, own, vocabulary.len());
            progress(n as u64 + 1, all);
            Line { label: (*label).to_owned(), weights, bias, enough: -PATIENCE / (own.len() as f64).sqrt() }
        });
        Some(Self { labels: labels.collect(), vocabulary })
    }

    /// The label that fits best, sure or not.
    #[must_use]
    pub fn best(&self, text: &str) -> Option<Guess> {
        let features = self.vocabulary.features(text);
        let margins = self.labels.iter().map(|line| (line, line.margin(&features)));
        let (line, margin) = margins.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some(Guess { label: line.label.clone(), margin, sure: margin >= line.enough })
    }

    /// The label of a text, if one fits well enough.
    #[must_use]
    pub fn sure(&self, text: &str) -> Option<Guess> {
        self.best(text).filter(|guess| guess.sure)
    }
}

impl Line {
    fn margin(&self, features: &Features) -> f64 {
        f64::from(self.bias) + features.iter().map(|(at, weight)| f64::from(self.weights[*at as usize] * weight)).sum::<f64>()
    }
}
