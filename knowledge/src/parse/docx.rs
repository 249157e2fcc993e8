//! DOCX: the paragraphs, headings, lists and tables of `word/document.xml`.

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{Parsed, Read, Reason, archive, stem, styles::Styles, writer::Writer};

/// Elements within elements, at most.
const DEEPEST: usize = 256;
/// Deeper lists are not indented further.
const DEEPEST_LIST: usize = 8;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Read, Reason> {
    let xml = archive::part(bytes, "word/document.xml")?;
    // A document without styles has no headings.
    let styles = archive::part(bytes, "word/styles.xml").map(|xml| Styles::read(&xml)).unwrap_or_default();
    let mut page = Page { styles, ..Page::default() };
    page.walk(&xml)?;
    let (title, sections) = page.writer.finish();
    if sections.is_empty() {
        return Err(Reason::NoText);
    }
    let title = title.unwrap_or_else(|| stem(name));
    Ok(Read { documents: vec![Parsed::prose(name, title, sections)], skipped: Vec::new() })
}

#[derive(Default)]
struct Page {
    styles: Styles,
    writer: Writer,
    /// The paragraph that is being read.
    text: String,
    heading: usize,
    listed: Option<usize>,
    /// Lines of the list that is being read.
    list: Vec<String>,
    /// Rows of the table that is being read, with the cell's text so far.
    rows: Vec<Vec<String>>,
    /// Tables within tables; only the outermost has rows.
    tables: usize,
    in_text: bool,
    /// Within what older programs show instead of something that is there too.
    fallbacks: usize,
}

impl Page {
    fn walk(&mut self, xml: &str) -> Result<(), Reason> {
        let mut reader = Reader::from_str(xml);
        let mut depth = 0usize;
        loop {
            match reader.read_event().map_err(|error| Reason::damaged(&error.to_string()))? {
                Event::Start(element) => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(Reason::TooDeep);
                    }
                    self.begin(&element);
                }
                Event::Empty(element) => {
                    self.begin(&element);
                    self.end(element.local_name().as_ref());
                }
                Event::End(element) => {
                    depth = depth.saturating_sub(1);
                    self.end(element.local_name().as_ref());
                }
                Event::Text(text) if self.in_text && self.fallbacks == 0 => self.text.push_str(&text.xml10_content()),
                Event::GeneralRef(name) if self.in_text && self.fallbacks == 0 => self.reference(&name),
                Event::DocType(_) => return Err(Reason::damaged("it declares a document type of its own, as no Word document does")),
                Event::Eof if depth > 0 => return Err(Reason::damaged("it ends in the middle")),
                Event::Eof => break,
                _ => {}
            }
        }
        self.flush_list();
        Ok(())
    }

    /// The five names of XML and numbers; a file's own entities say nothing.
    fn reference(&mut self, name: &BytesRef<'_>) {
        if let Ok(Some(c)) = name.resolve_char_ref() {
            self.text.push(c);
        } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(&name.xml10_content()) {
            self.text.push_str(text);
        }
    }

    fn begin(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "Fallback" => self.fallbacks += 1,
            "p" if self.tables == 0 => {
                // A text box stands within a paragraph.
                self.paragraph();
                (self.heading, self.listed) = (0, None);
            }
            "pStyle" => self.heading = value(element).map_or(0, |style| self.styles.level(&style)),
            "outlineLvl" => {
                self.heading = value(element).and_then(|level| level.parse().ok()).filter(|level| *level < 6).map_or(0, |n: usize| n + 1)
            }
            "numPr" => self.listed = Some(0),
            "ilvl" if self.listed.is_some() => self.listed = value(element).and_then(|level| level.parse().ok()).or(Some(0)),
            "t" => self.in_text = true,
            "tab" | "br" | "cr" if self.fallbacks == 0 => self.text.push(' '),
            "tbl" => {
                self.flush_list();
                self.tables += 1;
                if self.tables == 1 {
                    self.rows.clear();
                }
            }
            "tr" if self.tables == 1 => self.rows.push(Vec::new()),
            "tc" if self.tables == 1 => self.text.clear(),
            _ => {}
        }
    }

    fn end(&mut self, element: &str) {
        match element {
            "Fallback" => self.fallbacks = self.fallbacks.saturating_sub(1),
            "t" => self.in_text = false,
            "p" if self.tables > 0 => self.text.push(' '),
            "p" => self.paragraph(),
            "tc" if self.tables == 1 => {
                let cell = archive::cell(&super::clean(&self.text));
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.writer.block(&archive::table(&std::mem::take(&mut self.rows)), true);
                    self.text.clear();
                }
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let text = super::clean(&std::mem::take(&mut self.text));
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let (Some(level), 0) = (self.listed, self.heading) {
            self.list.push(format!("{}- {text}", "  ".repeat(level.min(DEEPEST_LIST))));
            return;
        }
        self.flush_list();
        if self.heading > 0 {
            self.writer.heading(self.heading, text);
        } else {
            self.writer.block(text, false);
        }
    }

    fn flush_list(&mut self) {
        if !self.list.is_empty() {
            self.writer.block(&std::mem::take(&mut self.list).join("\n"), true);
        }
    }
}

/// The `val` of an element.
pub(super) fn value(element: &BytesStart<'_>) -> Option<String> {
    attribute(element, "val")
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
    found.map(|attribute| attribute.value.into_owned())
}
