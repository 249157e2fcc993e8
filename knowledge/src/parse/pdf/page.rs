//! Pages to sections: one a page, with its number.

use std::collections::HashMap;

use super::super::{Section, clean, writer::Writer};
use crate::{language::is_han, spot::Spot};

/// A document of so many pages has running heads and feet.
const MANY: usize = 4;

/// One section a page; `outline` gives its heading: bookmarks as level, title, page.
pub(super) fn sections(pages: &[String], outline: &[(usize, String, usize)]) -> Vec<Section> {
    let pages: Vec<Vec<String>> = pages.iter().map(|page| clean(page).lines().map(|line| line.trim().to_owned()).collect()).collect();
    let repeated = repeated(&pages);
    let mut texts: Vec<Vec<String>> =
        pages.iter().map(|page| paragraphs(page.iter().filter(|line| !repeated.contains_key(&masked(line))))).collect();
    mend(&mut texts);
    let mut sections = Vec::new();
    for (paragraphs, number) in texts.iter().zip(1..) {
        let mut writer = Writer::default();
        paragraphs.iter().for_each(|paragraph| writer.block(paragraph, false));
        let (_, found) = writer.finish();
        let path = path(outline, number);
        let spot = Spot::Page { page: u32::try_from(number).unwrap_or(u32::MAX) };
        sections.extend(found.into_iter().map(|section| Section { path: path.clone(), spot: Some(spot.clone()), ..section }));
    }
    sections
}

/// The bookmarks a page stands under: those of its first, or of the last before it.
fn path(outline: &[(usize, String, usize)], page: usize) -> Vec<String> {
    let first = outline.iter().position(|(.., at)| *at == page);
    let Some(at) = first.or_else(|| outline.iter().rposition(|(.., at)| *at < page)) else { return Vec::new() };
    let mut path: Vec<(usize, &str)> = Vec::new();
    for (level, title, _) in &outline[..=at] {
        path.retain(|(known, _)| known < level);
        path.push((*level, title));
    }
    path.into_iter().map(|(_, title)| title.to_owned()).filter(|title| !title.is_empty()).collect()
}

/// A sentence that goes on overleaf stays on the page where it began.
fn mend(pages: &mut [Vec<String>]) {
    for at in 1..pages.len() {
        let (before, after) = pages.split_at_mut(at);
        let (Some(last), Some(first)) = (before.last_mut().and_then(|page| page.last_mut()), after[0].first()) else { continue };
        if is_open(last) && first.chars().next().is_some_and(|c| c.is_lowercase() || is_han(c)) {
            let first = after[0].remove(0);
            join(last, &first);
        }
    }
}

/// Whether a paragraph ends in the middle of a sentence; a short line of Chinese without a full stop is a heading.
fn is_open(text: &str) -> bool {
    let long = || text.chars().count() >= 20;
    text.chars().next_back().is_some_and(|c| c.is_lowercase() || matches!(c, ',' | ';' | '，' | '、' | '；') || is_han(c) && long())
}

/// First and last lines that stand on most pages, numbers aside.
fn repeated(pages: &[Vec<String>]) -> HashMap<String, usize> {
    let mut counted: HashMap<String, usize> = HashMap::new();
    if pages.len() >= MANY {
        for page in pages {
            let mut edges = page.iter().filter(|line| !line.is_empty());
            let edges: Vec<String> = [edges.next(), edges.next_back()].into_iter().flatten().map(|line| masked(line)).collect();
            for edge in edges {
                *counted.entry(edge).or_default() += 1;
            }
        }
        counted.retain(|_, times| *times * 5 >= pages.len() * 3);
    }
    counted
}

fn masked(line: &str) -> String {
    line.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

/// Blank lines part paragraphs; a hyphen at a line's end joins a word.
fn paragraphs<'a>(lines: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in lines {
        let Some(last) = found.last_mut() else { break };
        if !line.is_empty() {
            join(last, line);
        } else if !last.is_empty() {
            found.push(String::new());
        }
    }
    found.retain(|paragraph| !paragraph.is_empty());
    found
}

fn join(text: &mut String, line: &str) {
    let hyphen = text.ends_with('-') && !text.ends_with(" -") && line.starts_with(char::is_lowercase);
    let dense = text.chars().next_back().is_some_and(is_han) || line.chars().next().is_some_and(is_han);
    if hyphen {
        text.pop();
    } else if !text.is_empty() && !dense {
        text.push(' ');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], outline: &[(usize, String, usize)]) -> Vec<(String, u32, Vec<String>)> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let page = |section: &Section| match section.spot {
            Some(Spot::Page { page }) => page,
            _ => 0,
        };
        let found = sections(&texts, outline).into_iter();
        found.map(|s| (s.path.join(" > "), page(&s), s.blocks.iter().map(|block| block.text.clone()).collect())).collect()
    }

    #[test]
    fn lines_become_paragraphs_with_their_page() {
        let found = read(&["The war-\nranty lasts\ntwo years.\n\nKeep the bill.", "保修期为\n两年。"], &[]);
        let first = vec!["The warranty lasts two years.".to_owned(), "Keep the bill.".to_owned()];
        assert_eq!(found, [(String::new(), 1, first), (String::new(), 2, vec!["保修期为两年。".to_owned()])]);
    }

    #[test]
    fn a_sentence_goes_on_overleaf() {
        let found = read(&["Returns.\n\nYou may return it within", "thirty days.\n\nKeep the bill."], &[]);
        assert_eq!(found[0].2[1], "You may return it within thirty days.");
        assert_eq!(found[1].2, ["Keep the bill."]);
    }

    #[test]
    fn bookmarks_are_headings() {
        let outline: Vec<_> =
            [(1, "Orders", 1), (2, "Returns", 2), (2, "Refunds", 2), (1, "Terms", 4)].map(|(l, t, p)| (l, t.to_owned(), p)).into();
        let found = read(&["One.", "Two.", "Three.", "Four."], &outline);
        let paths: Vec<&str> = found.iter().map(|(path, ..)| path.as_str()).collect();
        assert_eq!(paths, ["Orders", "Orders > Returns", "Orders > Refunds", "Terms"]);
    }

    #[test]
    fn running_heads_and_feet_are_left_out() {
        let texts: Vec<String> = (1..=5).map(|n| format!("Manual\n\nStep {n} is here, word {n}.\n\n{n} of 5")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(read(&texts, &[]).iter().all(|(_, _, blocks)| blocks.len() == 1 && blocks[0].starts_with("Step ")));
    }
}
