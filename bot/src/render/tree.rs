//! What an answer can be made of; whatever is not here cannot be shown.

/// A block of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    /// Text of a tight list item: no paragraph around it.
    Plain(Vec<Inline>),
    /// As it was written, from 1.
    Heading(u8, Vec<Inline>),
    /// A heading of a page: its level there, and where it can be linked to.
    Section(u8, String, Vec<Inline>),
    /// First number if it is ordered, and its items.
    List(Option<u64>, Vec<Vec<Block>>),
    Quote(Vec<Block>),
    Code(String),
    Table(Table),
}

/// A table: head cells, then rows of cells.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Table {
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// A piece of text.
#[derive(Debug, PartialEq)]
pub(super) enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Em(Vec<Inline>),
    Del(Vec<Inline>),
    /// A checked address and what it is called.
    Link(String, Vec<Inline>),
    Break,
    /// The number of a citation that exists.
    Cite(i64),
}
