//! Markdown to sections: headings make the path, inline markup is reduced to what a reader needs.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::{
    Parsed, Read, Reason, Section, html, stem,
    writer::{Writer, one_line},
};

/// Deeper lists are not indented further.
const DEEPEST: usize = 8;

pub(super) fn read(name: &str, text: &str) -> Result<Read, Reason> {
    let (title, sections) = sections(text);
    if sections.is_empty() {
        return Err(Reason::NoText);
    }
    let title = title.unwrap_or_else(|| stem(name));
    Ok(Read { documents: vec![Parsed::prose(name, title, sections)], skipped: Vec::new() })
}

/// The title (front matter, else the first heading of level 1) and the sections.
pub(super) fn sections(text: &str) -> (Option<String>, Vec<Section>) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, options) {
        reader.event(event);
    }
    let (heading, sections) = reader.writer.finish();
    (reader.front.or(heading), sections)
}

#[derive(Default)]
struct Reader {
    writer: Writer,
    /// The title of the front matter.
    front: Option<String>,
    in_front: bool,
    /// Text of the block that is being read.
    text: String,
    /// Raw HTML between Markdown.
    raw: String,
    /// Counter of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// Cells of the table's current row.
    cells: Vec<String>,
    in_table: bool,
    /// Where the link's text began, and where it leads.
    links: Vec<(usize, String)>,
    images: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_front => self.front_matter(&text),
            Event::Text(text) if self.images == 0 => self.text.push_str(&text),
            Event::Code(code) => {
                self.text.push('`');
                self.text.push_str(&code);
                self.text.push('`');
            }
            Event::SoftBreak => self.text.push(if self.in_table { ' ' } else { '\n' }),
            Event::HardBreak => self.text.push(if self.in_table { ' ' } else { '\n' }),
            Event::Html(html) => self.raw.push_str(&html),
            Event::InlineHtml(html) if html.starts_with("<br") => self.text.push(if self.in_table { ' ' } else { '\n' }),
            Event::TaskListMarker(done) => self.text.push_str(if done { "[x] " } else { "[ ] " }),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle) => self.in_front = true,
            Tag::Heading { .. } => self.flush(false),
            Tag::CodeBlock(kind) => {
                if self.lists.is_empty() {
                    self.flush(false);
                }
                let language = if let CodeBlockKind::Fenced(language) = kind { language.to_string() } else { String::new() };
                self.line();
                self.text.push_str("```");
                self.text.push_str(language.split([' ', ',']).next().unwrap_or_default());
                self.text.push('\n');
            }
            Tag::List(start) => {
                if self.lists.is_empty() {
                    self.flush(false);
                }
                self.lists.push(start);
            }
            Tag::Item => self.item(),
            Tag::Table(_) => {
                self.flush(false);
                self.in_table = true;
            }
            Tag::TableHead | Tag::TableRow => self.cells.clear(),
            Tag::Link { dest_url, .. } => self.links.push((self.text.len(), dest_url.to_string())),
            Tag::Image { .. } => self.images += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::MetadataBlock(_) => self.in_front = false,
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.text);
                self.writer.heading(depth(level), &text);
            }
            TagEnd::Paragraph if self.lists.is_empty() && !self.in_table => self.flush(false),
            TagEnd::Paragraph => self.line(),
            TagEnd::CodeBlock => {
                self.line();
                self.text.push_str("```\n");
                if self.lists.is_empty() {
                    self.flush(true);
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.flush(true);
                }
            }
            TagEnd::Item => self.line(),
            TagEnd::TableCell => self.cells.push(one_line(&std::mem::take(&mut self.text)).replace('|', "\\|")),
            TagEnd::TableHead => self.table_row(true),
            TagEnd::TableRow => self.table_row(false),
            TagEnd::Table => self.end_table(),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::HtmlBlock => self.raw_html(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.line();
        let indent = self.lists.len().saturating_sub(1).min(DEEPEST);
        self.text.push_str(&"  ".repeat(indent));
        if let Some(Some(number)) = self.lists.last_mut() {
            self.text.push_str(&format!("{number}. "));
            *number = number.saturating_add(1);
        } else {
            self.text.push_str("- ");
        }
    }

    /// Rows wait in `raw` (unused inside a table) while `text` collects cells.
    fn table_row(&mut self, head: bool) {
        let cells = std::mem::take(&mut self.cells);
        self.raw.push_str(&format!("| {} |\n", cells.join(" | ")));
        if head {
            self.raw.push_str(&format!("|{}\n", " --- |".repeat(cells.len())));
        }
    }

    fn end_table(&mut self) {
        self.in_table = false;
        self.text = std::mem::take(&mut self.raw);
        if self.lists.is_empty() {
            self.flush(true);
        }
    }

    /// A link to the web stays one; a link to a neighbouring file is its text.
    fn end_link(&mut self) {
        let Some((start, url)) = self.links.pop() else { return };
        let text = self.text.get(start..).unwrap_or_default();
        let web = url.starts_with("https://") || url.starts_with("http://");
        if web && text != url && !text.trim().is_empty() && !url.contains([' ', ')', '<']) {
            self.text.insert(start, '[');
            self.text.push_str(&format!("]({url})"));
        }
    }

    fn raw_html(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        self.flush(false);
        // Broken markup inside Markdown loses only itself.
        let _ = html::write(&raw, &mut self.writer);
    }

    fn front_matter(&mut self, text: &str) {
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("title:") {
                let title = one_line(title.trim().trim_matches(['"', '\'']));
                self.front = Some(title).filter(|title| !title.is_empty());
            }
        }
    }

    /// The next text begins on a new line.
    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn flush(&mut self, whole: bool) {
        self.links.clear();
        let text = std::mem::take(&mut self.text);
        self.writer.block(&text, whole);
    }
}

fn depth(level: HeadingLevel) -> usize {
    level as usize
}
