//! The tree as HTML: the only place that writes tags.

use super::tree::{Block, Inline, Table};

/// Writes the blocks one after another.
pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    blocks.iter().for_each(|block| write_block(block, &mut out));
    out
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(nodes) => around("p", out, |out| write_inlines(nodes, out)),
        Block::Plain(nodes) => write_inlines(nodes, out),
        // An answer never competes with the headings of its page.
        Block::Heading(..=3, nodes) => around("h3", out, |out| write_inlines(nodes, out)),
        Block::Heading(_, nodes) => around("h4", out, |out| write_inlines(nodes, out)),
        Block::Section(level, anchor, nodes) => write_section(*level, anchor, nodes, out),
        Block::Quote(inner) => around("blockquote", out, |out| write_all(inner, out)),
        Block::Code(text) => around("pre", out, |out| {
            around("code", out, |out| escape(text, out));
        }),
        Block::List(start, items) => write_list(*start, items, out),
        Block::Table(table) => write_table(table, out),
    }
}

fn write_all(blocks: &[Block], out: &mut String) {
    blocks.iter().for_each(|block| write_block(block, out));
}

fn write_section(level: u8, anchor: &str, nodes: &[Inline], out: &mut String) {
    out.push_str(&format!("<h{level} id=\""));
    escape(anchor, out);
    out.push_str("\">");
    write_inlines(nodes, out);
    out.push_str(&format!("</h{level}>"));
}

fn write_list(start: Option<u64>, items: &[Vec<Block>], out: &mut String) {
    let tag = if start.is_some() { "ol" } else { "ul" };
    match start {
        Some(first) if first != 1 => out.push_str(&format!("<ol start=\"{first}\">")),
        _ => out.push_str(&format!("<{tag}>")),
    }
    for item in items {
        around("li", out, |out| write_all(item, out));
    }
    out.push_str(&format!("</{tag}>"));
}

fn write_table(table: &Table, out: &mut String) {
    around("table", out, |out| {
        around("thead", out, |out| write_row("th", &table.head, out));
        around("tbody", out, |out| {
            table.rows.iter().for_each(|row| write_row("td", row, out));
        });
    });
}

fn write_row(cell: &str, row: &[Vec<Inline>], out: &mut String) {
    around("tr", out, |out| {
        for nodes in row {
            around(cell, out, |out| write_inlines(nodes, out));
        }
    });
}

fn write_inlines(nodes: &[Inline], out: &mut String) {
    nodes.iter().for_each(|node| write_inline(node, out));
}

fn write_inline(node: &Inline, out: &mut String) {
    match node {
        Inline::Text(text) => escape(text, out),
        Inline::Code(text) => around("code", out, |out| escape(text, out)),
        Inline::Strong(nodes) => around("strong", out, |out| write_inlines(nodes, out)),
        Inline::Em(nodes) => around("em", out, |out| write_inlines(nodes, out)),
        Inline::Del(nodes) => around("del", out, |out| write_inlines(nodes, out)),
        Inline::Break => out.push_str("<br>"),
        Inline::Link(address, nodes) => {
            out.push_str("<a href=\"");
            escape(address, out);
            out.push_str("\" rel=\"noopener nofollow\" target=\"_blank\">");
            write_inlines(nodes, out);
            out.push_str("</a>");
        }
        Inline::Cite(n) => out.push_str(&format!("<button type=\"button\" class=\"cite\" data-n=\"{n}\">{n}</button>")),
    }
}

fn around(tag: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(tag);
    out.push('>');
    inner(out);
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || super::link::hidden(c) => {}
            c => out.push(c),
        }
    }
}
