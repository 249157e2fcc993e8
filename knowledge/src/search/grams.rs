//! How alike two wordings are by runs of characters: it forgives typing mistakes, endings and words written together or apart.

use std::collections::HashMap;

use crate::{index::dimension, language::is_han, words::fold};

/// Wordings every rarity pretends to have seen beside those compared: a few are no measure of what is common.
const PRIOR: f64 = 10.0;

/// Runs of characters of a wording with how often each occurs, sorted.
pub(super) struct Grams(Vec<(u32, f64)>);

impl Grams {
    /// Three and four characters within spaces; one to three where there are Chinese characters.
    pub(super) fn of(text: &str) -> Self {
        let folded = fold(text);
        let (chars, sizes): (Vec<char>, &[usize]) = if folded.chars().any(is_han) {
            (folded.chars().filter(|c| *c != ' ').collect(), &[1, 2, 3])
        } else {
            (format!(" {folded} ").chars().collect(), &[3, 4])
        };
        let mut counted: HashMap<u32, f64> = HashMap::new();
        let mut gram = String::new();
        for window in sizes.iter().flat_map(|size| chars.windows(*size)) {
            gram.clear();
            gram.extend(window);
            *counted.entry(dimension(&gram)).or_default() += 1.0;
        }
        Self::counted(counted)
    }

    /// From how often each occurs.
    pub(super) fn counted(counted: HashMap<u32, f64>) -> Self {
        let mut grams: Vec<(u32, f64)> = counted.into_iter().map(|(gram, times)| (gram, 1.0 + times.ln())).collect();
        grams.sort_unstable_by_key(|(gram, _)| *gram);
        Self(grams)
    }
}

/// How rare runs of characters are among the wordings that are compared.
pub(super) struct Rarity {
    all: f64,
    having: HashMap<u32, f64>,
}

impl Rarity {
    pub(super) fn among<'a>(wordings: impl Iterator<Item = &'a Grams>) -> Self {
        let mut rarity = Self { all: PRIOR, having: HashMap::new() };
        for wording in wordings {
            rarity.all += 1.0;
            for (gram, _) in &wording.0 {
                *rarity.having.entry(*gram).or_default() += 1.0;
            }
        }
        rarity
    }

    /// Cosine of the two, 0 to 1.
    pub(super) fn likeness(&self, a: &Grams, b: &Grams) -> f64 {
        let mut shared = 0.0;
        let mut rest = b.0.iter().peekable();
        for (gram, weight) in &a.0 {
            while rest.next_if(|(other, _)| other < gram).is_some() {}
            if let Some((_, other)) = rest.next_if(|(other, _)| other == gram) {
                shared += weight * other * self.of(*gram).powi(2);
            }
        }
        let size = (self.square(a) * self.square(b)).sqrt();
        if size > 0.0 { (shared / size).min(1.0) } else { 0.0 }
    }

    fn square(&self, grams: &Grams) -> f64 {
        grams.0.iter().map(|(gram, weight)| (weight * self.of(*gram)).powi(2)).sum()
    }

    fn of(&self, gram: u32) -> f64 {
        let having = self.having.get(&gram).copied().unwrap_or(0.0);
        (1.0 + (self.all - having + 0.5) / (having + 0.5)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f64 {
        let (a, b, c) = (Grams::of(a), Grams::of(b), Grams::of("how do I change the colour"));
        Rarity::among([&b, &c].into_iter()).likeness(&a, &b)
    }

    #[test]
    fn a_typing_mistake_is_still_alike() {
        assert!(likeness("reset my pasword", "reset my password") > 0.6);
        assert!(likeness("reset my pasword", "opening hours on sunday") < 0.1);
        assert!(likeness("怎么修改收货地址", "收货地址可以修改吗") > 0.4);
        assert!((likeness("Same, again?", "same again") - 1.0).abs() < 1e-9);
        assert_eq!(likeness("", "same again"), 0.0);
    }
}
