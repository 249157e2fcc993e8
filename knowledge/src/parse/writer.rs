//! Collects blocks under a running path of headings; Markdown and HTML write through it alike.

use super::{Block, Section};

/// Deepest heading level there is.
const LEVELS: usize = 6;

#[derive(Default)]
pub(super) struct Writer {
    sections: Vec<Section>,
    headings: [String; LEVELS],
    /// The first heading of level 1: the document's title, and not part of the paths.
    title: Option<String>,
}

impl Writer {
    /// A heading of level 1 to 6 begins.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        let text = one_line(text);
        if text.is_empty() {
            return;
        }
        let level = level.clamp(1, LEVELS) - 1;
        for deeper in &mut self.headings[level..] {
            deeper.clear();
        }
        if level == 0 && self.title.is_none() {
            self.title = Some(text);
        } else {
            self.headings[level] = text;
        }
        let path = self.headings.iter().filter(|heading| !heading.is_empty()).cloned().collect();
        self.sections.push(Section { path, blocks: Vec::new(), spot: None });
    }

    /// A block ends; blank ones vanish.
    pub(super) fn block(&mut self, text: &str, whole: bool) {
        let text = trim_lines(text);
        if text.is_empty() {
            return;
        }
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(Block { text, whole });
        }
    }

    /// The title, if a heading gave one, and the sections that say something.
    pub(super) fn finish(mut self) -> (Option<String>, Vec<Section>) {
        self.sections.retain(|section| !section.blocks.is_empty());
        (self.title, self.sections)
    }
}

/// Runs of white space become one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without blank lines around and spaces at line ends.
fn trim_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    lines[first..last].join("\n")
}
