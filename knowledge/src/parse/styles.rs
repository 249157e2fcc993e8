//! Which styles of a DOCX are headings: by their name or outline level, whatever language Word spoke when it named them.

use std::collections::HashMap;

use quick_xml::{Reader, events::Event};

use super::docx::{attribute, value};

/// Names of headings before their number.
const HEADINGS: [&str; 5] = ["heading", "标题", "標題", "überschrift", "titre"];
/// Names of a document's title.
const TITLES: [&str; 3] = ["title", "标题", "標題"];

/// Style → level of heading.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, usize>);

impl Styles {
    /// Reads `word/styles.xml` as far as it can be read.
    pub(super) fn read(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        let (mut styles, mut own) = (HashMap::new(), String::new());
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                    "style" => own = attribute(&element, "styleId").unwrap_or_default(),
                    "name" => {
                        if let Some(level) = value(&element).and_then(|name| named(&name)) {
                            styles.insert(own.clone(), level);
                        }
                    }
                    "outlineLvl" => {
                        let level = value(&element).and_then(|level| level.parse::<usize>().ok()).filter(|level| *level < 6);
                        if let Some(level) = level {
                            styles.entry(own.clone()).or_insert(level + 1);
                        }
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        Self(styles)
    }

    /// The heading's level from 1; 0: no heading.
    pub(super) fn level(&self, style: &str) -> usize {
        self.0.get(style).copied().or_else(|| named(style)).unwrap_or(0)
    }
}

/// `heading 1` to `heading 6` in the languages Word names them in; a title is like a heading of level 1.
fn named(name: &str) -> Option<usize> {
    let name = name.trim().to_lowercase();
    if TITLES.contains(&name.as_str()) {
        return Some(1);
    }
    let rest = HEADINGS.iter().find_map(|heading| name.strip_prefix(heading))?;
    rest.trim().parse().ok().filter(|level| (1..=6).contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_name_or_outline() {
        let xml = r#"<w:styles><w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style>
            <w:style w:styleId="a5"><w:name w:val="Section"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
            <w:style w:styleId="a"><w:name w:val="Normal"/></w:style></w:styles>"#;
        let styles = Styles::read(xml);
        for (style, level) in [("2", 2), ("a5", 3), ("a", 0), ("Heading1", 1), ("Title", 1), ("标题 3", 3), ("heading 9", 0), ("7", 0)] {
            assert_eq!(styles.level(style), level, "{style}");
        }
    }
}
