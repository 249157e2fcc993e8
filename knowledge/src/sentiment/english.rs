//! English: the longest phrase at each place, else the word's own weight; near negations and degrees change it.

use unicode_segmentation::UnicodeSegmentation;

use super::{
    Said,
    lexicon::{ENGLISH, VADER},
};

const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "none",
    "nothing",
    "neither",
    "nor",
    "without",
    "cannot",
    "can't",
    "cant",
    "don't",
    "dont",
    "doesn't",
    "doesnt",
    "didn't",
    "didnt",
    "isn't",
    "isnt",
    "wasn't",
    "wasnt",
    "aren't",
    "won't",
    "wont",
    "wouldn't",
    "shouldn't",
    "couldn't",
    "hasn't",
    "haven't",
    "hadn't",
    "hardly",
    "barely",
    "rarely",
    "nobody",
    "ain't",
];
const BUTS: &[&str] = &["but", "however", "although", "though", "yet"];
const DEGREES: &[(&str, f64)] = &[
    ("very", 0.3),
    ("really", 0.3),
    ("so", 0.3),
    ("extremely", 0.45),
    ("absolutely", 0.45),
    ("totally", 0.35),
    ("completely", 0.4),
    ("incredibly", 0.4),
    ("too", 0.25),
    ("super", 0.35),
    ("such", 0.2),
    ("utterly", 0.45),
    ("highly", 0.35),
    ("most", 0.2),
    ("truly", 0.3),
    ("beyond", 0.3),
    ("particularly", 0.2),
    ("slightly", -0.4),
    ("somewhat", -0.35),
    ("little", -0.3),
    ("bit", -0.3),
    ("kinda", -0.3),
    ("fairly", -0.15),
];
/// So many words before a word are looked at.
const REACH: usize = 3;
/// "Not good" is less bad than good is good; "not bad" says little.
const NOT_GOOD: f64 = -0.7;
const NOT_BAD: f64 = -0.4;
/// What "but" leaves of what its own clause said before it.
const TURNED: f64 = 0.5;

/// What a part of a clause in lower case says.
pub(super) fn weigh(part: &str) -> Said {
    let words: Vec<&str> = part.split_word_bounds().filter(|word| !word.trim().is_empty()).flat_map(whole).collect();
    let (mut at, mut said) = (0, Said::default());
    while at < words.len() {
        let (length, weight) = phrase(&words[at..]).unwrap_or((1, VADER.weight(words[at]).unwrap_or(0.0)));
        if BUTS.contains(&words[at]) {
            said.weight *= TURNED;
            said.turns = true;
        }
        if weight != 0.0 {
            let before = &words[at.saturating_sub(REACH)..at];
            said.weight += weight * leaning(before, weight, NEGATIONS.contains(&words[at]));
        }
        at += length;
    }
    said
}

/// A run of faces is several.
fn whole(word: &str) -> Vec<&str> {
    match word.chars().all(|c| c.is_alphanumeric() || c == '\'') {
        true => vec![word],
        false => word.graphemes(true).map(|face| face.trim_end_matches('\u{fe0f}')).collect(),
    }
}

/// The longest phrase that stands here: its words and its weight.
fn phrase(words: &[&str]) -> Option<(usize, f64)> {
    let longest = ENGLISH.longest.min(words.len());
    (1..=longest).rev().find_map(|length| Some((length, ENGLISH.weight(&words[..length].join(" "))?)))
}

/// By what the words before it change a weight; a phrase that is a negation itself is not negated.
fn leaning(before: &[&str], weight: f64, negation: bool) -> f64 {
    let mut factor = 1.0;
    for (distance, word) in before.iter().rev().enumerate() {
        if let Some((_, degree)) = DEGREES.iter().find(|(known, _)| known == word) {
            factor *= 1.0 + degree * (1.0 - 0.1 * distance as f64);
        }
    }
    match !negation && before.iter().any(|word| NEGATIONS.contains(word)) {
        true if weight > 0.0 => factor * NOT_GOOD,
        true => factor * NOT_BAD,
        false => factor,
    }
}
