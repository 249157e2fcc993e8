//! Questions that mean the same, put together: by the words they share, by how alike they are written, and by what is known of
//! their meaning.

use std::collections::HashMap;

use super::grams::{Grams, Rarity};

/// From this likeness on two questions are one.
const ALIKE: f64 = 0.4;

/// Groups of questions, as places in the list; each begins with the first of its questions, in their order. `meant`: how surely two
/// of them mean the same, from 1 on surely; 0 where nothing is known.
pub(crate) fn clusters(questions: &[&str], meant: impl Fn(usize, usize) -> f64) -> Vec<Vec<usize>> {
    let written: Vec<Grams> = questions.iter().map(|question| Grams::of(question)).collect();
    let worded: Vec<Grams> = questions.iter().map(|question| Grams::of_words(question)).collect();
    let (by_runs, by_words) = (Rarity::among(written.iter()), Rarity::among(worded.iter()));
    let likeness = |a: usize, b: usize| {
        // Words forgive their order, runs of characters their spelling.
        let likeness = by_runs.likeness(&written[a], &written[b]).max(by_words.likeness(&worded[a], &worded[b]));
        (likeness / ALIKE).max(meant(a, b))
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for question in 0..questions.len() {
        let best = groups.iter().enumerate().map(|(n, group)| (n, likeness(group[0], question))).max_by(|a, b| a.1.total_cmp(&b.1));
        match best.filter(|(_, alike)| *alike >= 1.0) {
            Some((n, _)) => groups[n].push(question),
            None => groups.push(vec![question]),
        }
    }
    groups
}

impl Grams {
    /// Its words, each with how often it occurs.
    fn of_words(text: &str) -> Self {
        let mut counted: HashMap<u32, f64> = HashMap::new();
        for word in crate::words::terms(text) {
            *counted.entry(crate::index::dimension(&word)).or_default() += 1.0;
        }
        Self::counted(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_mean_the_same_come_together_in_both_languages() {
        let questions = [
            "Do you ship to the Faroe Islands?",
            "能寄到法罗群岛吗？",
            "Can I pay with seashells?",
            "shipping to faroe island possible",
            "How do I change my delivery address?",
            "法罗群岛可以寄吗",
            "is it possible to pay by seashells",
            "Is my data deleted when I leave?",
            "怎么用贝壳付款？",
            "ship faroe islands",
            "do I get a refund when I cancel",
            "how can i change the address of my delivery",
        ];
        let groups = clusters(&questions, |_, _| 0.0);
        let expected: Vec<Vec<usize>> = vec![vec![0, 3, 9], vec![1, 5], vec![2, 6], vec![4, 11], vec![7], vec![8], vec![10]];
        assert_eq!(groups, expected);
        assert!(clusters(&[], |_, _| 0.0).is_empty());
        // What is known of the meaning adds to the words, and takes nothing away.
        let groups = clusters(&questions, |a, b| if (a.min(b), a.max(b)) == (7, 10) { 1.1 } else { 0.5 });
        assert_eq!(groups, [vec![0, 3, 9], vec![1, 5], vec![2, 6], vec![4, 11], vec![7, 10], vec![8]]);
    }
}
