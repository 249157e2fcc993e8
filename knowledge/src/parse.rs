//! Files in, documents out: what a person would call the content, in light Markdown, with where it stood.

pub mod apart;
mod archive;
mod docx;
mod encoding;
mod html;
mod kind;
mod lines;
mod markdown;
mod pdf;
mod reason;
mod record;
mod sheet;
mod styles;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod writer;

use serde::{Deserialize, Serialize};

use crate::spot::Spot;
pub use kind::Kind;
pub use reason::{Reason, Skipped};

pub(crate) use encoding::{clean, decode};
pub(crate) use html::nests_too_deeply;
pub(crate) use writer::one_line;

/// A document as it was read, before it is split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// Its name within the source; the same name is the same document at the next import.
    pub external_id: String,
    /// What people call it; never empty.
    pub title: String,
    /// Where a reader can see it; empty when there is no such place.
    pub url: String,
    /// What it says.
    pub body: Body,
    /// Where in its file it stands, when all of it stands in one place.
    pub spot: Option<Spot>,
}

impl Parsed {
    /// Running text that can be read nowhere else.
    pub(crate) fn prose(name: &str, title: String, sections: Vec<Section>) -> Self {
        Self { external_id: name.to_owned(), title, url: String::new(), body: Body::Prose(sections), spot: None }
    }
}

/// What a document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Running text under headings.
    Prose(Vec<Section>),
    /// A question with its answer.
    Answer {
        /// The question; the document's title too.
        question: String,
        /// The answer, in Markdown.
        answer: String,
        /// Other wordings of the question.
        variants: Vec<String>,
    },
}

/// What stands under one heading.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Section {
    /// Headings from the outermost to its own; empty before the first.
    pub path: Vec<String>,
    /// In order.
    pub blocks: Vec<Block>,
    /// Where in its file it stands.
    pub spot: Option<Spot>,
}

/// A piece that belongs together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Light Markdown.
    pub text: String,
    /// A table, list or code: cut only when it is larger than a passage may be, and then between lines.
    pub whole: bool,
}

/// What came of one file: documents, and the parts that could not be taken.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Read {
    /// In the file's order.
    pub documents: Vec<Parsed>,
    /// Lines or rows that were left out, with why.
    pub skipped: Vec<Skipped>,
}

/// Reads one file of a known kind. `name` is its name within the source (a path for a file of a folder).
///
/// # Errors
/// Why nothing of the file can be taken.
pub fn read(name: &str, kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Read, Reason> {
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Reason::TooLarge { bytes: bytes.len() as u64, limit: limits.file_bytes });
    }
    if kind.is_packed() || (kind.is_markup() && bytes.len() > LARGE) {
        return apart::read(name, kind, bytes, limits);
    }
    parse(name, kind, bytes, limits)
}

/// Reads a file here and without limits of time and memory: see [`apart`].
fn parse(name: &str, kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Read, Reason> {
    if kind.is_packed() {
        return unpack(name, kind, bytes, limits);
    }
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Reason::Empty);
    }
    let read = match kind {
        Kind::Markdown => markdown::read(name, &text)?,
        Kind::Html => html::read(name, &text)?,
        Kind::Text => text::read(name, &text),
        Kind::Csv => table::read(name, &text)?,
        Kind::JsonLines => lines::read(name, &text, limits)?,
        Kind::Pdf | Kind::Docx | Kind::Xlsx => return Err(Reason::Binary),
    };
    if read.documents.is_empty() && read.skipped.is_empty() {
        return Err(Reason::NoText);
    }
    Ok(read)
}

fn unpack(name: &str, kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Read, Reason> {
    let mut read = match kind {
        Kind::Pdf => pdf::read(name, bytes)?,
        Kind::Docx => docx::read(name, bytes)?,
        Kind::Xlsx => sheet::read(name, bytes)?,
        _ => return Err(Reason::Binary),
    };
    read.documents.truncate(limits.documents);
    Ok(read)
}

/// Markup above so many bytes is read apart: what nests in it may take long.
const LARGE: usize = 256 << 10;

/// How much is taken in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Documents of one source.
    pub documents: usize,
}

/// A name without folders and ending, as a title of last resort.
pub(crate) fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
    let words = stem.replace(['_', '-'], " ");
    if words.trim().is_empty() { "Untitled".to_owned() } else { words.trim().to_owned() }
}

/// A link that a reader may follow: absolute to the web, or a path of this server. Anything else is no link.
pub(crate) fn safe_url(url: &str) -> String {
    let url = url.trim();
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    let own = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    if (web || own) && !url.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"')) {
        url.to_owned()
    } else {
        String::new()
    }
}
