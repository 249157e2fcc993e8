//! The words of a text as the index knows them: what a question and a passage must share to meet.
//!
//! Chinese is cut by jieba in search mode, other scripts by Unicode word boundaries and, for English, stemmed.
//! Numbers and codes stay whole ("40312", "ERR_SSL_42"): they are the rarest and best words a customer types.

use std::cell::RefCell;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jieba_rs::Jieba;
use parking_lot::Mutex;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use crate::language::{is_han, is_unspaced};

/// Raised whenever `terms` changes what it returns: indexes made by another version are rebuilt.
pub const VERSION: u32 = 1;

/// Words that carry no topic in English; the list Lucene has used for twenty years.
const STOP: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of", "on", "or", "such",
    "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
];

/// Longest word kept, in characters: longer ones are data, not words.
const LONGEST: usize = 64;

/// The words of `text` in order, with repetitions: NFKC, lower case, stop words left out.
#[must_use]
pub fn terms(text: &str) -> Vec<String> {
    let folded = fold_case(text);
    let mut found = Vec::with_capacity(folded.len() / 4);
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let script = Script::of(first);
        let end = rest.find(|c| Script::of(c) != script).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match script {
            Script::Han => chinese(run, &mut found),
            Script::Unspaced => pairs(run, &mut found),
            Script::Spaced => spaced(run, &mut found),
        }
        rest = after;
    }
    found
}

/// A text without case, punctuation and repeated spaces: two equal ones are the same question.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded = fold_case(text);
    let mut kept = String::with_capacity(folded.len());
    let mut gap = false;
    for c in folded.chars() {
        if c.is_alphanumeric() {
            if gap && !kept.is_empty() {
                kept.push(' ');
            }
            gap = false;
            kept.push(c);
        } else {
            gap = true;
        }
    }
    kept
}

/// A text as neighbours are looked for in it: NFKC, lower case, one space between words.
#[must_use]
pub(crate) fn flat(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in fold_case(text).split_whitespace() {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Two words that stand side by side, stop words between them left out.
pub(crate) struct Pair {
    /// As [`terms`] has it.
    pub first: String,
    /// As [`terms`] has it.
    pub second: String,
    /// Both with what stands between them, as in [`flat`].
    pub written: String,
}

/// Longest pair, in bytes: what is longer is a sentence.
const NEIGHBOURS: usize = 80;

/// The neighbours in a question.
pub(crate) fn neighbours(text: &str) -> Vec<Pair> {
    let text = flat(text);
    let words = placed(&text);
    let neighbours = words.windows(2).filter_map(|pair| {
        let [(first, start, _), (second, _, end)] = pair else { return None };
        let written = text.get(*start..*end).filter(|written| written.len() <= NEIGHBOURS)?;
        Some(Pair { first: first.clone(), second: second.clone(), written: written.to_owned() })
    });
    neighbours.collect()
}

/// The words of a folded text, each once, with where they stand in it.
fn placed(text: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let script = Script::of(first);
        let end = text[at..].find(|c| Script::of(c) != script).map_or(text.len(), |length| at + length);
        let run = &text[at..end];
        if script == Script::Han {
            let mut start = at;
            for word in jieba().cut(run, true) {
                found.push((word.word.to_owned(), start, start + word.word.len()));
                start += word.word.len();
            }
        } else if script == Script::Spaced {
            for (place, word) in run.unicode_word_indices() {
                let mut terms = Vec::new();
                plain(word, &mut terms);
                found.extend(terms.pop().map(|term| (term, at + place, at + place + word.len())));
            }
        }
        at = end;
    }
    found
}

fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Most texts are composed already; to ask costs a third of composing them again.
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return text.chars().flat_map(char::to_lowercase).collect();
    }
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Unspaced,
    Spaced,
}

impl Script {
    fn of(c: char) -> Self {
        if is_han(c) {
            Self::Han
        } else if is_unspaced(c) {
            Self::Unspaced
        } else {
            Self::Spaced
        }
    }
}

/// The dictionary costs 32 MB and 50 ms: nobody pays before the first Chinese text, nor long after the last.
static DICTIONARY: Mutex<Option<Arc<Jieba>>> = Mutex::new(None);
static OPENED: AtomicBool = AtomicBool::new(false);

fn jieba() -> Arc<Jieba> {
    OPENED.store(true, Ordering::Relaxed);
    DICTIONARY.lock().get_or_insert_with(|| Arc::new(Jieba::new())).clone()
}

/// Puts the dictionary away when nobody opened it since the last call.
pub(crate) fn rest() {
    if !OPENED.swap(false, Ordering::Relaxed) {
        DICTIONARY.lock().take();
    }
}

fn chinese(run: &str, found: &mut Vec<String>) {
    let words = jieba().cut_for_search(run, true);
    found.extend(words.into_iter().map(|word| word.word.to_owned()));
}

fn pairs(run: &str, found: &mut Vec<String>) {
    let chars: Vec<char> = run.chars().collect();
    if let [only] = chars[..] {
        found.push(only.to_string());
    }
    found.extend(chars.windows(2).map(|pair| pair.iter().collect()));
}

fn spaced(run: &str, found: &mut Vec<String>) {
    for word in run.unicode_words() {
        if word.chars().count() > LONGEST {
            continue;
        }
        if word.contains(['_', '.', ':']) {
            compound(word, found);
        } else {
            plain(word, found);
        }
    }
}

/// "err_ssl_42" is found as a whole and by its parts.
fn compound(word: &str, found: &mut Vec<String>) {
    let parts: Vec<&str> = word.split(['_', '.', ':']).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 {
        found.push(word.to_owned());
    }
    // The parts of a number are other numbers.
    if parts.iter().any(|part| !part.bytes().all(|b| b.is_ascii_digit())) {
        for part in parts {
            plain(part, found);
        }
    }
}

fn plain(word: &str, found: &mut Vec<String>) {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let word: String = word.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    if word.is_empty() || STOP.contains(&word.as_str()) {
        return;
    }
    if word.bytes().all(|b| b.is_ascii_alphabetic()) {
        found.push(stem(&word));
    } else {
        found.push(word);
    }
}

fn stem(word: &str) -> String {
    thread_local! {
        static ENGLISH: RefCell<Stemmer> = RefCell::new(Stemmer::create(Algorithm::English));
    }
    ENGLISH.with_borrow(|stemmer| stemmer.stem(word).into_owned())
}
