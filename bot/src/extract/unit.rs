//! The smallest things that may be quoted: a sentence, or a block that stays whole.

use std::collections::HashSet;

use knowledge::{sentence::sentences, split::width};

use super::{
    block::{self, Block},
    clean,
};

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sentence,
    List,
    Code,
    Table,
    Quote,
}

/// A unit of a passage.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub kind: Kind,
    pub text: String,
    pub width: usize,
    /// It begins a paragraph.
    pub begins: bool,
    /// It makes no sense without the one before it.
    pub leans: bool,
    pub terms: HashSet<String>,
}

/// A list longer than this is cut between items; longer code is left out.
const WIDEST: usize = 1_700;

/// The units of a passage in order, without noise.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for block in block::blocks(text) {
        let led = units.last().is_some_and(|unit| leads(&unit.text));
        match block {
            Block::Prose(text) => prose(&text, &mut units),
            Block::List(items) => units.extend(list(&items).map(|text| unit(Kind::List, text, led))),
            Block::Code(text) if width(&text) <= WIDEST => {
                // Code without words before it belongs to what was said last.
                let after = !units.is_empty();
                units.push(unit(Kind::Code, text, after));
            }
            Block::Table(text) if width(&text) <= WIDEST => units.push(unit(Kind::Table, text, led)),
            Block::Quote(text) => units.push(unit(Kind::Quote, text, led)),
            Block::Code(_) | Block::Table(_) => {}
        }
    }
    drop_broken_end(&mut units);
    units
}

/// Whoever cut a text at a length cut its last sentence, or the last item of its list.
fn drop_broken_end(units: &mut Vec<Unit>) {
    let Some(last) = units.pop() else { return };
    let sentences = units.iter().filter(|unit| unit.kind == Kind::Sentence).map(|unit| unit.text.as_str());
    match (last.kind, last.text.rsplit_once('\n')) {
        (Kind::Sentence, _) if clean::breaks_off(&last.text, sentences) => {}
        (Kind::List, Some((items, item))) if clean::breaks_off(item, items.lines()) => {
            units.push(unit(Kind::List, items.to_owned(), last.leans));
        }
        _ => units.push(last),
    }
}

fn unit(kind: Kind, text: String, leans: bool) -> Unit {
    let terms = knowledge::words::terms(&text).into_iter().collect();
    Unit { kind, width: width(&text), begins: true, leans, terms, text }
}

fn prose(text: &str, units: &mut Vec<Unit>) {
    let mut begins = true;
    for sentence in whole(sentences(text)) {
        // Where a table has become one line, its borders stand between the sentences.
        let sentence = sentence.trim_matches(|c: char| c.is_whitespace() || c == '|');
        if clean::is_noise(sentence) {
            continue;
        }
        let leans = !begins && refers_back(sentence);
        units.push(Unit { begins, ..unit(Kind::Sentence, sentence.to_owned(), leans) });
        begins = false;
    }
}

/// A semicolon, an ellipsis or a line end does not make a sentence.
fn whole(pieces: Vec<&str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for piece in pieces {
        let open = out.last().is_some_and(|last| last.trim_end().ends_with(['；', '…', ';']) || unbalanced(last));
        match out.last_mut() {
            Some(last) if open => last.push_str(piece),
            _ => out.push(piece.to_owned()),
        }
    }
    out
}

/// An open bracket goes on; a bracket that never closes must not swallow the rest.
fn unbalanced(text: &str) -> bool {
    let open = text.matches(['(', '（']).count();
    open > text.matches([')', '）']).count() && text.chars().count() < 300
}

fn list(items: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut room = WIDEST;
    for item in items {
        let wide = width(item);
        if wide > room {
            break;
        }
        room -= wide;
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(item.trim_end());
    }
    (!text.is_empty() && !clean::is_noise(&text)).then_some(text)
}

/// Whether the words promise something that must follow.
pub(super) fn leads(text: &str) -> bool {
    text.trim_end_matches(['*', '_', ' ']).ends_with([':', '：'])
}

/// Whether a sentence begins with a word that points to the one before it.
pub(super) fn refers_back(sentence: &str) -> bool {
    const ENGLISH: [&str; 28] = [
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "they",
        "them",
        "he",
        "she",
        "however",
        "but",
        "also",
        "then",
        "so",
        "therefore",
        "thus",
        "otherwise",
        "instead",
        "additionally",
        "furthermore",
        "moreover",
        "and",
        "or",
        "afterwards",
        "here",
        "there",
        "such",
    ];
    const CHINESE: [&str; 20] = [
        "这", "该", "此", "它", "其", "但", "然而", "因此", "所以", "否则", "另外", "此外", "同时", "然后", "接着", "并且", "而且", "不过",
        "即", "上述",
    ];
    let first: String = sentence.chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>().to_lowercase();
    ENGLISH.contains(&first.as_str()) || CHINESE.iter().any(|word| sentence.starts_with(word))
}
