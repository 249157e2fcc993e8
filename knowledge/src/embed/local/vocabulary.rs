//! Whether a model was taught a text's language, told by its vocabulary: what it was not taught falls into single letters,
//! bytes or pieces that stand for anything.

use tokenizers::Encoding;

use crate::language::is_han;

/// Share of a text's letters that must stand in pieces the model was taught.
const KNOWN: f64 = 0.85;
/// A Chinese character says about as much as so many letters.
const HAN: f64 = 3.0;

/// So few letters that fell apart are a typing mistake or a unit, and no language.
const FEW: f64 = 6.0;

/// Whether the model was taught what the text is written in. A text without letters is everybody's.
pub(super) fn speaks(text: &str, pieces: &Encoding, unknown: Option<u32>) -> bool {
    let letters = Letters::of(text, pieces, unknown);
    let foreign = letters.han + letters.other;
    foreign <= (1.0 - KNOWN) * (letters.known + foreign) || letters.han == 0.0 && letters.other < FEW
}

/// The letters of a text by what became of them.
#[derive(Default)]
struct Letters {
    /// In pieces the model was taught.
    known: f64,
    /// Chinese characters it was not taught.
    han: f64,
    /// Others it was not taught.
    other: f64,
}

impl Letters {
    fn of(text: &str, pieces: &Encoding, unknown: Option<u32>) -> Self {
        let mut letters = Self::default();
        let (offsets, words) = (pieces.get_offsets(), pieces.get_word_ids());
        for (n, id) in pieces.get_ids().iter().enumerate() {
            let Some(written) = text.get(offsets[n].0..offsets[n].1) else { continue };
            // Bytes of one character all say that they are all of it: the first one counts, and none of them is a piece.
            if n > 0 && offsets[n] == offsets[n - 1] && !written.is_empty() {
                continue;
            }
            let is_byte = offsets.get(n + 1) == Some(&offsets[n]) && !written.is_empty();
            let joined =
                |other: Option<usize>| other.is_some_and(|other| words.get(other).is_some_and(|word| word.is_some() && *word == words[n]));
            let mut alphabetic = written.chars().filter(|c| c.is_alphabetic());
            let alone = matches!((alphabetic.next(), alphabetic.next()), (Some(only), None) if !is_han(only));
            let fell_apart = alone && (joined(n.checked_sub(1)) || joined(Some(n + 1)));
            let is_known = Some(*id) != unknown && !fell_apart && !is_byte;
            for c in written.chars().filter(|c| c.is_alphabetic()) {
                match (is_known, is_han(c)) {
                    (true, true) => letters.known += HAN,
                    (true, false) => letters.known += 1.0,
                    (false, true) => letters.han += HAN,
                    (false, false) => letters.other += 1.0,
                }
            }
        }
        letters
    }
}
