//! Markdown as a page of its own, such as an article: the same rules, and headings that can be linked to.

use std::collections::HashMap;

use knowledge::guides::anchor;

use super::{
    cut, html, parse,
    tree::{Block, Inline},
};

/// A text as a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its HTML, without the page's own title.
    pub html: String,
    /// Its headings, for a table of contents.
    pub headings: Vec<Heading>,
}

/// A heading of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// From 2, which is below the page's title, to 4.
    pub level: u8,
    /// Where it is linked to, within the page.
    pub anchor: String,
    /// What it says.
    pub text: String,
}

/// Renders Markdown as a page.
#[must_use]
pub fn page(markdown: &str) -> Page {
    let (mut headings, mut seen) = (Vec::new(), HashMap::new());
    let blocks: Vec<Block> = parse::blocks(cut(markdown), &[]).into_iter().map(|block| section(block, &mut headings, &mut seen)).collect();
    Page { html: html::write(&blocks), headings }
}

/// A heading with its place; what stands in a quote or a list is no section of the page.
fn section(block: Block, headings: &mut Vec<Heading>, seen: &mut HashMap<String, usize>) -> Block {
    let Block::Heading(level, nodes) = block else { return block };
    let (level, text) = (level.clamp(2, 4), words(&nodes));
    let anchor = free(anchor(&text), seen);
    headings.push(Heading { level, anchor: anchor.clone(), text });
    Block::Section(level, anchor, nodes)
}

/// The anchor, with a number if an earlier heading has it.
fn free(anchor: String, seen: &mut HashMap<String, usize>) -> String {
    let times = seen.entry(anchor.clone()).or_default();
    *times += 1;
    if *times == 1 && !anchor.is_empty() { anchor } else { format!("{anchor}-{times}") }
}

fn words(nodes: &[Inline]) -> String {
    let of = |node: &Inline| match node {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Strong(nodes) | Inline::Em(nodes) | Inline::Del(nodes) | Inline::Link(_, nodes) => words(nodes),
        Inline::Break => " ".to_owned(),
        Inline::Cite(_) => String::new(),
    };
    nodes.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_below_the_title_and_can_be_linked_to() {
        let page = page("# The kayak\n\nIt floats.\n\n## 怎么 `paddle`?\n\n### Left\n\n## The kayak\n\n> # Quoted\n\n##### ?!");
        let expected = "<h2 id=\"the-kayak\">The kayak</h2><p>It floats.</p><h2 id=\"怎么-paddle\">怎么 <code>paddle</code>?</h2>\
            <h3 id=\"left\">Left</h3><h2 id=\"the-kayak-2\">The kayak</h2><blockquote><h3>Quoted</h3></blockquote><h4 id=\"-1\">?!</h4>";
        assert_eq!(page.html, expected);
        let headings: Vec<_> =
            page.headings.iter().map(|heading| (heading.level, heading.anchor.as_str(), heading.text.as_str())).collect();
        assert_eq!(headings[..2], [(2, "the-kayak", "The kayak"), (2, "怎么-paddle", "怎么 paddle?")]);
        assert_eq!(headings.len(), 5);
    }

    #[test]
    fn a_page_is_written_by_the_rules_of_answers() {
        let page = page("[a](javascript:alert(1)) <img src=x onerror=y> [b](https://shop.example) [1]\n\n## \"><script>");
        assert!(!page.html.contains("<script") && !page.html.contains("<img") && !page.html.contains("javascript"), "{}", page.html);
        assert!(page.html.contains("href=\"https://shop.example\"") && page.html.contains("<h2 id=\"script\">"), "{}", page.html);
    }
}
