//! Markdown events → our tree.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::link;
use super::tree::{Block, Inline, Table};

/// Containers deeper than this are shown flat: a page nobody writes, a stack nobody blows.
const DEEPEST: usize = 24;

/// Parses Markdown; `[n]` is a citation when `numbers` has n.
pub(super) fn blocks(markdown: &str, numbers: &[i64]) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut builder = Builder { frames: vec![Frame::Blocks(Kind::Root, Vec::new())], opened: Vec::new(), numbers };
    for event in TextMergeStream::new(Parser::new_ext(markdown, options)) {
        builder.take(event);
    }
    builder.finish()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Root,
    Item,
    Quote,
}

enum Wrap {
    Paragraph,
    Plain,
    Heading(u8),
    Strong,
    Em,
    Del,
    Link(Option<String>),
    Cell,
}

enum Frame {
    Blocks(Kind, Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Table(Table, Vec<Vec<Inline>>),
    Code(String),
    Inlines(Wrap, Vec<Inline>),
}

struct Builder<'a> {
    frames: Vec<Frame>,
    /// For each open tag of the input: does it have a frame?
    opened: Vec<bool>,
    numbers: &'a [i64],
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Code(text) => self.inline(Inline::Code(text.into_string())),
            Event::Html(text) | Event::InlineHtml(text) => self.raw(&text),
            Event::SoftBreak | Event::HardBreak => self.inline(Inline::Break),
            Event::Rule | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let inside_list = matches!(self.frames.last(), Some(Frame::List(..)));
        let inside_table = matches!(self.frames.last(), Some(Frame::Table(..)));
        let shallow = self.frames.len() < DEEPEST;
        let frame = match tag {
            Tag::Item if inside_list => Some(Frame::Blocks(Kind::Item, Vec::new())),
            Tag::TableCell if inside_table => Some(Frame::Inlines(Wrap::Cell, Vec::new())),
            Tag::Link { dest_url, .. } if shallow => {
                let address = link::safe(&dest_url).map(str::to_string);
                Some(Frame::Inlines(Wrap::Link(address), Vec::new()))
            }
            tag if shallow => container(&tag),
            _ => None,
        };
        if let Some(frame) = &frame
            && !matches!(frame, Frame::Inlines(..))
        {
            self.close_plain();
        }
        self.opened.push(frame.is_some());
        self.frames.extend(frame);
    }

    fn end(&mut self, tag: TagEnd) {
        if tag == TagEnd::TableHead || tag == TagEnd::TableRow {
            self.end_row(tag == TagEnd::TableHead);
        }
        if self.opened.pop() == Some(true) {
            if !is_inline(tag) {
                self.close_plain();
            }
            self.pop();
        }
    }

    fn end_row(&mut self, head: bool) {
        if let Some(Frame::Table(table, cells)) = self.frames.last_mut() {
            let row = std::mem::take(cells);
            match head {
                true => table.head = row,
                false => table.rows.push(row),
            }
        }
    }

    /// Closes the top frame and gives what it held to the one below.
    fn pop(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        match self.frames.pop() {
            Some(Frame::Blocks(Kind::Item, blocks)) => {
                if let Some(Frame::List(_, items)) = self.frames.last_mut() {
                    items.push(blocks);
                }
            }
            Some(Frame::Blocks(_, blocks)) => self.block(Block::Quote(blocks)),
            Some(Frame::List(start, items)) => self.block(Block::List(start, items)),
            Some(Frame::Table(table, _)) => self.block(Block::Table(table)),
            Some(Frame::Code(text)) => self.block(Block::Code(text)),
            Some(Frame::Inlines(wrap, nodes)) => self.unwrap_inlines(wrap, nodes),
            None => {}
        }
    }

    fn unwrap_inlines(&mut self, wrap: Wrap, nodes: Vec<Inline>) {
        match wrap {
            Wrap::Paragraph => self.block(Block::Paragraph(nodes)),
            Wrap::Plain => self.block(Block::Plain(nodes)),
            Wrap::Heading(level) => self.block(Block::Heading(level, nodes)),
            Wrap::Strong => self.inline(Inline::Strong(nodes)),
            Wrap::Em => self.inline(Inline::Em(nodes)),
            Wrap::Del => self.inline(Inline::Del(nodes)),
            Wrap::Link(address) => self.link(address, nodes),
            Wrap::Cell => {
                if let Some(Frame::Table(_, cells)) = self.frames.last_mut() {
                    cells.push(nodes);
                }
            }
        }
    }

    /// `[1]` with a reference below it parses as a link: it is the citation all the same.
    fn link(&mut self, address: Option<String>, nodes: Vec<Inline>) {
        if let [Inline::Text(label)] = nodes.as_slice()
            && let Ok(n) = label.parse::<i64>()
            && self.numbers.contains(&n)
        {
            return self.inline(Inline::Cite(n));
        }
        match address {
            Some(address) => self.inline(Inline::Link(address, nodes)),
            None => nodes.into_iter().for_each(|node| self.inline(node)),
        }
    }

    fn block(&mut self, block: Block) {
        match self.frames.last_mut() {
            Some(Frame::Blocks(_, blocks)) => blocks.push(block),
            // Too deep for its own frame: keep the words.
            Some(Frame::Inlines(_, nodes)) => nodes.extend(flat(block)),
            _ => {}
        }
    }

    fn inline(&mut self, node: Inline) {
        match self.frames.last_mut() {
            Some(Frame::Inlines(_, nodes)) => nodes.push(node),
            Some(Frame::Blocks(..)) => {
                self.frames.push(Frame::Inlines(Wrap::Plain, vec![node]));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(Frame::Code(code)) = self.frames.last_mut() {
            code.push_str(text);
            return;
        }
        let inside_link = self.frames.iter().any(|f| matches!(f, Frame::Inlines(Wrap::Link(_), _)));
        if inside_link {
            return self.inline(Inline::Text(text.to_string()));
        }
        for node in cite(text, self.numbers) {
            self.inline(node);
        }
    }

    fn raw(&mut self, html: &str) {
        if !html.trim_start().starts_with("<!--") {
            self.inline(Inline::Text(html.to_string()));
        }
    }

    /// Ends the text that stands in a tight list item, before a block follows it.
    fn close_plain(&mut self) {
        if matches!(self.frames.last(), Some(Frame::Inlines(Wrap::Plain, _))) {
            self.pop();
        }
    }

    fn finish(mut self) -> Vec<Block> {
        while self.frames.len() > 1 {
            self.pop();
        }
        match self.frames.pop() {
            Some(Frame::Blocks(_, blocks)) => blocks,
            _ => Vec::new(),
        }
    }
}

fn container(tag: &Tag<'_>) -> Option<Frame> {
    let inlines = |wrap| Some(Frame::Inlines(wrap, Vec::new()));
    match tag {
        Tag::Paragraph => inlines(Wrap::Paragraph),
        Tag::HtmlBlock => inlines(Wrap::Paragraph),
        Tag::Heading { level, .. } => inlines(Wrap::Heading(*level as u8)),
        Tag::Strong => inlines(Wrap::Strong),
        Tag::Emphasis => inlines(Wrap::Em),
        Tag::Strikethrough => inlines(Wrap::Del),
        Tag::BlockQuote(_) => Some(Frame::Blocks(Kind::Quote, Vec::new())),
        Tag::List(start) => Some(Frame::List(*start, Vec::new())),
        Tag::CodeBlock(_) => Some(Frame::Code(String::new())),
        Tag::Table(_) => Some(Frame::Table(Table::default(), Vec::new())),
        // An image is its description; everything else has no frame of its own.
        _ => None,
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

fn flat(block: Block) -> Vec<Inline> {
    match block {
        Block::Paragraph(nodes) | Block::Plain(nodes) | Block::Heading(_, nodes) | Block::Section(_, _, nodes) => nodes,
        Block::Code(text) => vec![Inline::Code(text)],
        Block::Quote(blocks) => blocks.into_iter().flat_map(flat).collect(),
        Block::List(_, items) => items.into_iter().flatten().flat_map(flat).collect(),
        Block::Table(table) => table.rows.into_iter().flatten().flatten().collect(),
    }
}

/// Splits a text at `[1]` and `[1, 2]`, if all their numbers are known.
fn cite(text: &str, numbers: &[i64]) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(open) = rest.find('[') {
        let close = rest[open..].find(']').map(|at| at + open);
        let cited = close.and_then(|close| known(&rest[open + 1..close], numbers));
        match (cited, close) {
            (Some(cited), Some(close)) => {
                plain.push_str(&rest[..open]);
                link::linkify(&std::mem::take(&mut plain), &mut out);
                out.extend(cited.into_iter().map(Inline::Cite));
                rest = &rest[close + 1..];
            }
            _ => {
                plain.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    plain.push_str(rest);
    link::linkify(&plain, &mut out);
    out
}

fn known(list: &str, numbers: &[i64]) -> Option<Vec<i64>> {
    if list.len() > 40 {
        return None;
    }
    let parse = |part: &str| {
        let n = part.trim().parse::<i64>().ok()?;
        numbers.contains(&n).then_some(n)
    };
    list.split([',', '、', '，']).map(parse).collect()
}
