//! Words as the full-text index holds them. Scripts without spaces are held as single characters and as pairs, so that every part of
//! two characters and more is found without a dictionary.

use std::collections::BTreeSet;

use chat::Term;

/// Characters of a word that count.
const LONGEST: usize = 40;

/// A run of letters and digits, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub text: Vec<char>,
    /// Of a script that is written without spaces.
    pub unspaced: bool,
}

/// One character for one, so that places in the folded text are places in the text.
pub(super) fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The runs of a text in order.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for c in text.chars().map(fold) {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let unspaced = is_unspaced(c);
        match runs.last_mut() {
            Some(run) if open && run.unspaced == unspaced => run.text.push(c),
            _ => runs.push(Run { text: vec![c], unspaced }),
        }
        open = true;
    }
    runs
}

/// All words of a text, each once.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in runs(text) {
        if run.unspaced {
            words.extend(run.text.iter().map(char::to_string));
            words.extend(run.text.windows(2).map(String::from_iter));
        } else {
            words.insert(run.text.iter().take(LONGEST).collect());
        }
    }
    words
}

/// What the index is asked for: whole pairs, and words that begin so.
pub(super) fn terms(runs: &[Run]) -> Vec<Term> {
    let mut terms = Vec::new();
    for run in runs {
        match (run.unspaced, run.text.len()) {
            (true, 1) => terms.push(Term { text: run.text.iter().collect(), prefix: false }),
            (true, _) => terms.extend(run.text.windows(2).map(|pair| Term { text: String::from_iter(pair), prefix: false })),
            (false, _) => terms.push(Term { text: run.text.iter().take(LONGEST).collect(), prefix: true }),
        }
    }
    terms
}

pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_cut_at_scripts_and_signs() {
        for (text, expected) in [
            ("Refund, please!", vec!["please", "refund"]),
            ("退货单", vec!["单", "货", "货单", "退", "退货"]),
            ("iPhone15壳", vec!["iphone15", "壳"]),
            ("a a A", vec!["a"]),
            ("…", vec![]),
            ("ÀÉ", vec!["àé"]),
        ] {
            assert_eq!(words(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_part_of_an_unspaced_text_is_found(text in "[一-龥]{2,30}", at in 0usize..28, len in 2usize..6) {
            let chars: Vec<char> = text.chars().collect();
            let at = at.min(chars.len() - 2);
            let part: String = chars[at..(at + len).min(chars.len())].iter().collect();
            let held = words(&text);
            prop_assert!(terms(&runs(&part)).iter().all(|term| held.contains(&term.text)));
        }

        #[test]
        fn terms_carry_nothing_an_engine_could_read_as_a_sign(text in "\\PC{0,80}") {
            for term in terms(&runs(&text)) {
                prop_assert!(!term.text.is_empty() && term.text.chars().all(char::is_alphanumeric));
            }
        }
    }
}
