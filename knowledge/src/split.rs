//! Documents to passages: along headings, blocks kept whole, long ones cut between sentences.

mod cut;
mod join;

pub use cut::{Cut, DEEPEST, SIZES, Settings};

use crate::{
    language::{is_han, is_unspaced},
    parse::{Block, Body, Parsed},
    passage::Kind,
    sentence::sentences,
    spot::Spot,
};

/// A passage before it has an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What role it has in its document.
    pub kind: Kind,
    /// Path of headings joined by " › "; the question, for an answer or another wording of it.
    pub heading: String,
    /// What it says; of a variant, the other wording.
    pub text: String,
    /// Where in its file it stands.
    pub spot: Option<Spot>,
}

/// Joins the headings of a path.
pub const PATH: &str = " › ";

/// The passages of a document, each about as wide as the cut says at most (see [`width`]); tables, lists and code up to twice that.
#[must_use]
pub fn passages(document: &Parsed, cut: Cut) -> Vec<Draft> {
    let size = cut.size.max(80);
    match &document.body {
        Body::Prose(sections) => join::join(sections, cut, |blocks| pack(blocks, size)),
        Body::Answer { question, answer, variants } => {
            let mut drafts = answered(question, answer, variants, size);
            drafts.iter_mut().for_each(|draft| draft.spot.clone_from(&document.spot));
            drafts
        }
    }
}

/// The answer stays whole as far as it can be shown at once; what is longer follows as text.
fn answered(question: &str, answer: &str, variants: &[String], size: usize) -> Vec<Draft> {
    let block = Block { text: answer.to_owned(), whole: false };
    let texts = if answer.trim().is_empty() { vec![question.to_owned()] } else { pack(&[block], size * 3) };
    let answers = texts.into_iter().enumerate().map(|(n, text)| Draft {
        kind: if n == 0 { Kind::Answer } else { Kind::Text },
        heading: question.to_owned(),
        text,
        spot: None,
    });
    let variants =
        variants.iter().map(|variant| Draft { kind: Kind::Variant, heading: question.to_owned(), text: variant.clone(), spot: None });
    answers.chain(variants).collect()
}

/// How much a text says, in Latin characters: a Chinese character says about as much as two and a half.
#[must_use]
pub fn width(text: &str) -> usize {
    let dense = text.chars().filter(|&c| is_han(c) || is_unspaced(c)).count();
    text.chars().count() + dense * 3 / 2
}

/// Fills passages with blocks in order.
fn pack(blocks: &[Block], size: usize) -> Vec<String> {
    let mut packed: Vec<String> = Vec::new();
    let mut room = 0;
    for piece in blocks.iter().flat_map(|block| pieces(block, size)) {
        let wide = width(&piece);
        match packed.last_mut() {
            Some(last) if wide <= room => {
                last.push_str("\n\n");
                last.push_str(&piece);
                room -= wide;
            }
            _ => {
                packed.push(piece);
                room = size.saturating_sub(wide);
            }
        }
    }
    packed
}

fn pieces(block: &Block, size: usize) -> Vec<String> {
    let limit = if block.whole { size * 2 } else { size };
    if width(&block.text) <= limit {
        return vec![block.text.clone()];
    }
    if block.whole { by_lines(&block.text, size) } else { by_sentences(&block.text, size) }
}

/// A table repeats its head in every part, code its fences: each part can be read alone.
fn by_lines(text: &str, size: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (head, body, foot) = match lines.as_slice() {
        [head, rule, body @ ..] if head.starts_with('|') && rule.starts_with("| -") => (format!("{head}\n{rule}\n"), body, ""),
        [fence, body @ .., end] if fence.starts_with("```") && *end == "```" => (format!("{fence}\n"), body, "\n```"),
        all => (String::new(), all, ""),
    };
    let head = if width(&head) * 2 > size { String::new() } else { head };
    let short = body.iter().flat_map(|line| if width(line) > size { by_sentences(line, size) } else { vec![(*line).to_owned()] });
    fill(short, size.saturating_sub(width(&head)).max(1), "\n").into_iter().map(|part| format!("{head}{part}{foot}")).collect()
}

fn by_sentences(text: &str, size: usize) -> Vec<String> {
    let short = sentences(text)
        .into_iter()
        .flat_map(|sentence| if width(sentence) > size { by_words(sentence, size) } else { vec![sentence.to_owned()] });
    fill(short, size, "").into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The last resort: between words, or anywhere when there are none.
fn by_words(text: &str, size: usize) -> Vec<String> {
    let words = text.split_inclusive(char::is_whitespace).flat_map(|word| {
        if width(word) <= size {
            return vec![word.to_owned()];
        }
        let chars: Vec<char> = word.chars().collect();
        chars.chunks((size / 3).max(1)).map(|chunk| chunk.iter().collect()).collect()
    });
    fill(words, size, "")
}

fn fill(pieces: impl Iterator<Item = String>, size: usize, joint: &str) -> Vec<String> {
    let mut filled: Vec<String> = Vec::new();
    let mut used = 0;
    for piece in pieces {
        let wide = width(&piece);
        match filled.last_mut() {
            Some(last) if used + wide <= size => {
                last.push_str(joint);
                last.push_str(&piece);
                used += wide;
            }
            _ => {
                filled.push(piece);
                used = wide;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::Section;

    fn letters(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    #[test]
    fn a_table_repeats_its_head() {
        let rows: String = (0..50).map(|n| format!("| code {n} | what it means, at some length |\n")).collect();
        let block = Block { text: format!("| Code | Meaning |\n| --- | --- |\n{rows}"), whole: true };
        let parts = pack(&[block], 300);
        assert!(parts.len() > 3);
        assert!(parts.iter().all(|part| part.starts_with("| Code | Meaning |\n| --- | --- |\n| code ")));
    }

    #[test]
    fn a_list_is_kept_whole_up_to_twice_the_size() {
        let list: String = (0..12).map(|n| format!("- step number {n}\n")).collect();
        let blocks = [Block { text: "Do this:".into(), whole: false }, Block { text: list.clone(), whole: true }];
        assert_eq!(pack(&blocks, 160), vec!["Do this:".to_owned(), list]);
    }

    #[test]
    fn an_answer_and_its_wordings() {
        let body =
            Body::Answer { question: "怎么退货？".into(), answer: "七天内可退。".into(), variants: vec!["如何退货".into()] };
        let document = Parsed { external_id: "a".into(), title: "怎么退货？".into(), url: String::new(), body, spot: None };
        let kinds: Vec<_> = passages(&document, Cut::of(1_000)).into_iter().map(|draft| (draft.kind, draft.heading, draft.text)).collect();
        let question = "怎么退货？".to_owned();
        assert_eq!(kinds, vec![(Kind::Answer, question.clone(), "七天内可退。".into()), (Kind::Variant, question, "如何退货".into())]);
    }

    /// Documents of sections at random levels.
    fn documents() -> impl Strategy<Value = Parsed> {
        let path = prop::collection::vec(prop::sample::select(vec!["One", "Two", "三"]), 0..4);
        let block = ("[a-z 。.一二三四]{0,200}", any::<bool>()).prop_map(|(text, whole)| Block { text, whole });
        let section = (path, prop::collection::vec(block, 1..4), prop::option::of(1u32..3)).prop_map(|(path, blocks, page)| Section {
            path: path.into_iter().map(str::to_owned).collect(),
            blocks,
            spot: page.map(|page| Spot::Page { page }),
        });
        prop::collection::vec(section, 0..8).prop_map(|sections| Parsed::prose("a", "A".into(), sections))
    }

    /// What the sections say, without headings.
    fn said(drafts: &[Draft]) -> String {
        let lines = drafts.iter().flat_map(|draft| draft.text.lines()).filter(|line| !line.starts_with("##"));
        letters(&lines.collect::<String>())
    }

    /// The places in their order.
    fn pages(drafts: &[Draft]) -> Vec<Option<Spot>> {
        let mut all: Vec<_> = drafts.iter().map(|draft| draft.spot.clone()).collect();
        all.dedup();
        all
    }

    proptest! {
        #[test]
        fn no_cut_loses_text_or_place(document in documents(), size in 80usize..600, levels in 0usize..=6) {
            let (every, cut) = (passages(&document, Cut::of(size)), passages(&document, Cut { size, levels }));
            prop_assert_eq!(said(&cut), said(&every));
            prop_assert!(cut.len() <= every.len());
            prop_assert!(cut.iter().all(|draft| every.contains(draft) || width(&draft.text) <= size), "joined beyond the size");
            prop_assert_eq!(pages(&cut), pages(&every));
        }

        #[test]
        fn splitting_loses_no_text(texts in prop::collection::vec(("[a-z 。.!\n一二三四]{0,400}", any::<bool>()), 0..8), size in 80usize..400) {
            let blocks: Vec<Block> = texts.into_iter().map(|(text, whole)| Block { text, whole }).collect();
            let before: String = blocks.iter().map(|block| letters(&block.text)).collect();
            let packed = pack(&blocks, size);
            prop_assert_eq!(letters(&packed.concat()), before);
            prop_assert!(packed.iter().all(|part| width(part) <= size * 2 + 2));
        }
    }
}
