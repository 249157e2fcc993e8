//! Plain text: blank lines part paragraphs.

use super::{Parsed, Read, Section, stem, writer::Writer};

pub(super) fn read(name: &str, text: &str) -> Read {
    let sections = sections(text);
    let title = stem(name);
    let documents = if sections.is_empty() { Vec::new() } else { vec![Parsed::prose(name, title, sections)] };
    Read { documents, skipped: Vec::new() }
}

/// One section of paragraphs; runs of list or table lines stay whole.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut writer = Writer::default();
    for paragraph in text.split("\n\n") {
        writer.block(paragraph, is_list(paragraph));
    }
    writer.finish().1
}

fn is_list(paragraph: &str) -> bool {
    let mut lines = paragraph.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let line = line.trim_start();
            line.starts_with(['-', '*', '•', '|', '·'])
                || line.split_once(['.', ')', '、']).is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
}
