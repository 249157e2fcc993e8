//! Markdown of bots and agents → a tree of our own → HTML that cannot make a browser do anything.
//!
//! Nothing of the input reaches the output unescaped: the tags are ours, the attributes are
//! checked links and numbers. Raw HTML is shown as text, images as their description.

mod html;
mod link;
mod page;
mod parse;
mod tree;

#[cfg(test)]
mod tests;

use chat::Citation;

pub use link::safe as safe_link;
pub use page::{Heading, Page, page};

/// Longer bodies are cut here before they are parsed, in bytes.
const LONGEST: usize = 128 * 1024;

/// Renders Markdown as the HTML that `docs/PROTOCOL.md` describes. `[n]` becomes a citation only
/// if `citations` has that number; every other bracket stays text.
pub fn html(markdown: &str, citations: &[Citation]) -> String {
    let numbers: Vec<i64> = citations.iter().map(|c| i64::from(c.n)).collect();
    let blocks = parse::blocks(cut(markdown), &numbers);
    html::write(&blocks)
}

fn cut(text: &str) -> &str {
    match text.len() <= LONGEST {
        true => text,
        false => &text[..text.floor_char_boundary(LONGEST)],
    }
}
