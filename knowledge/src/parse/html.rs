//! HTML to sections: the main content as browsers parse it, without navigation, scripts and what is hidden.

use ego_tree::{NodeRef, iter::Edge};
use scraper::{ElementRef, Html, Node, Selector};

use super::{
    Parsed, Read, Reason, stem,
    writer::{Writer, one_line},
};

/// Deeper than any honest page; parsers need quadratic time beyond.
const DEEPEST: usize = 1_000;

/// Elements that never hold what the page is about.
const DROPPED: &[&str] = &[
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "select", "iframe", "object", "svg",
    "math", "canvas", "audio", "video", "dialog", "menu", "head", "title",
];

/// Elements that begin and end a paragraph.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "body",
    "blockquote",
    "figure",
    "figcaption",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "address",
    "hr",
    "fieldset",
];

pub(super) fn read(name: &str, text: &str) -> Result<Read, Reason> {
    let mut writer = Writer::default();
    let page_title = write(text, &mut writer)?;
    let (heading, sections) = writer.finish();
    if sections.is_empty() {
        return Err(Reason::NoText);
    }
    let title = heading.or(page_title).unwrap_or_else(|| stem(name));
    Ok(Read { documents: vec![Parsed::prose(name, title, sections)], skipped: Vec::new() })
}

/// Writes the main content, and returns the page's title.
pub(super) fn write(text: &str, writer: &mut Writer) -> Result<Option<String>, Reason> {
    if nests_too_deeply(text) {
        return Err(Reason::TooDeep);
    }
    let page = Html::parse_document(text);
    let first = |css: &str| Selector::parse(css).ok().and_then(|selector| page.select(&selector).next());
    let title = first("title").map(|title| one_line(&title.text().collect::<String>())).filter(|title| !title.is_empty());
    let main =
        ["main", "[role=main]", "article"].into_iter().filter_map(first).find(|element| element.text().any(|text| !text.trim().is_empty()));
    let mut walk =
        Walk { writer, text: String::new(), lists: Vec::new(), rows: None, cell: None, pre: 0, heading: None, links: Vec::new() };
    walk.tree(*main.unwrap_or_else(|| page.root_element()));
    Ok(title)
}

/// Whether a parser would need long for it.
pub(crate) fn nests_too_deeply(text: &str) -> bool {
    depth(text) > DEEPEST
}

/// How deep elements nest, counted before the parser sees them; elements that close by themselves do not count.
fn depth(text: &str) -> usize {
    const OWN_END: &[&str] = &[
        "p", "li", "td", "tr", "th", "dt", "dd", "option", "thead", "tbody", "tfoot", "br", "img", "hr", "meta", "link", "input", "col",
        "wbr", "source",
    ];
    let (mut open, mut deepest) = (0usize, 0usize);
    for piece in text.split('<').skip(1) {
        let closing = piece.starts_with('/');
        let name: String =
            piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let alone = piece.split_once('>').is_some_and(|(tag, _)| tag.ends_with('/'));
        if name.is_empty() || alone || OWN_END.contains(&name.as_str()) {
            continue;
        }
        open = if closing { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    deepest
}

struct Walk<'a> {
    writer: &'a mut Writer,
    text: String,
    /// Counter of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// Rows of the table that is being read.
    rows: Option<Vec<Vec<String>>>,
    /// Where the cell's text began.
    cell: Option<usize>,
    pre: usize,
    /// Where the heading's text began.
    heading: Option<usize>,
    links: Vec<(usize, String)>,
}

impl Walk<'_> {
    /// Without recursion: pages may nest deeper than the stack.
    fn tree(&mut self, root: NodeRef<'_, Node>) {
        let mut skipping: Option<ego_tree::NodeId> = None;
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) if skipping.is_none() => match node.value() {
                    Node::Text(text) => self.words(text),
                    Node::Element(_) => {
                        let Some(element) = ElementRef::wrap(node) else { continue };
                        if dropped(element) {
                            skipping = Some(node.id());
                        } else {
                            self.open(element);
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    if skipping == Some(node.id()) {
                        skipping = None;
                    } else if let (None, Some(element)) = (skipping, ElementRef::wrap(node)) {
                        self.close(element.value().name());
                    }
                }
                Edge::Open(_) => {}
            }
        }
        self.flush(false);
    }

    fn words(&mut self, text: &str) {
        if self.pre > 0 {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn open(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if self.rows.is_none() => {
                self.flush(false);
                self.lists.clear();
                self.heading = Some(self.text.len());
            }
            "ul" | "ol" if self.rows.is_none() => {
                if self.lists.is_empty() {
                    self.flush(false);
                }
                self.lists.push((name == "ol").then_some(1));
            }
            "li" if self.rows.is_none() => self.item(),
            "table" if self.rows.is_none() => {
                self.flush(!self.lists.is_empty());
                self.rows = Some(Vec::new());
            }
            "tr" => self.rows.iter_mut().for_each(|rows| rows.push(Vec::new())),
            "td" | "th" => self.cell = Some(self.text.len()),
            "pre" if self.rows.is_none() => {
                self.break_block();
                self.text.push_str("```\n");
                self.pre += 1;
            }
            "code" if self.pre == 0 => self.text.push('`'),
            "br" => self.text.push(if self.rows.is_some() { ' ' } else { '\n' }),
            "a" => self.links.push((self.text.len(), element.value().attr("href").unwrap_or_default().to_owned())),
            _ if BLOCKS.contains(&name) => self.break_block(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                if let Some(start) = self.heading.take() {
                    let text = self.text.split_off(start.min(self.text.len()));
                    self.writer.heading(usize::from(name.as_bytes()[1] - b'0'), &text);
                }
            }
            "ul" | "ol" if self.rows.is_none() => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.flush(true);
                }
            }
            "td" | "th" => self.end_cell(),
            "table" => self.end_table(),
            "pre" if self.pre > 0 => {
                self.pre -= 1;
                self.line();
                self.text.push_str("```\n");
                if self.lists.is_empty() {
                    self.flush(true);
                }
            }
            "code" if self.pre == 0 => self.text.push('`'),
            "a" => self.end_link(),
            _ if BLOCKS.contains(&name) => self.break_block(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.line();
        self.text.push_str(&"  ".repeat(self.lists.len().saturating_sub(1).min(8)));
        if let Some(Some(number)) = self.lists.last_mut() {
            self.text.push_str(&format!("{number}. "));
            *number += 1;
        } else {
            self.text.push_str("- ");
        }
    }

    fn end_cell(&mut self) {
        let Some(start) = self.cell.take() else { return };
        let text = one_line(&self.text.split_off(start.min(self.text.len()))).replace('|', "\\|");
        if let Some(row) = self.rows.as_mut().and_then(|rows| rows.last_mut()) {
            row.push(text);
        }
    }

    fn end_table(&mut self) {
        let Some(rows) = self.rows.take() else { return };
        self.flush(false);
        let mut text = String::new();
        for (n, row) in rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).enumerate() {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
            if n == 0 {
                text.push_str(&format!("|{}\n", " --- |".repeat(row.len())));
            }
        }
        self.writer.block(&text, true);
    }

    fn end_link(&mut self) {
        let Some((start, url)) = self.links.pop() else { return };
        let Some(text) = self.text.get(start..) else { return };
        let web = url.starts_with("https://") || url.starts_with("http://");
        if web && self.heading.is_none() && !text.trim().is_empty() && text.trim() != url && !url.contains([' ', ')', '<']) {
            let text = one_line(text);
            self.text.truncate(start);
            self.text.push_str(&format!("[{text}]({url})"));
        }
    }

    fn break_block(&mut self) {
        if self.rows.is_some() || self.heading.is_some() {
            if !self.text.ends_with(' ') {
                self.text.push(' ');
            }
        } else if self.lists.is_empty() {
            self.flush(false);
        } else if !self.text.ends_with("- ") && !self.text.ends_with(". ") {
            self.line();
        }
    }

    fn line(&mut self) {
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn flush(&mut self, whole: bool) {
        self.links.clear();
        self.heading = None;
        self.cell = None;
        let text = std::mem::take(&mut self.text);
        self.writer.block(text.trim(), whole);
    }
}

/// Chrome of the page, or hidden from its readers.
fn dropped(element: ElementRef<'_>) -> bool {
    let value = element.value();
    // A header inside an article is its head, not the site's.
    let own = matches!(value.name(), "header" | "footer")
        && element.ancestors().any(|node| matches!(node.value(), Node::Element(e) if matches!(e.name(), "main" | "article")));
    if DROPPED.contains(&value.name()) && !own {
        return true;
    }
    let style = value.attr("style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
    value.attr("hidden").is_some()
        || value.attr("aria-hidden") == Some("true")
        || matches!(value.attr("role"), Some("navigation" | "banner" | "contentinfo" | "search" | "dialog"))
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}
