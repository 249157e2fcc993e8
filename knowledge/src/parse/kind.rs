//! What kind of file it is: by its name's ending, its content type, and a look inside.

use serde::{Deserialize, Serialize};

use super::Reason;

/// The kinds of file that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// CommonMark with tables.
    Markdown,
    /// A page.
    Html,
    /// Plain text.
    Text,
    /// A table of questions and answers.
    Csv,
    /// One JSON object a line, or a JSON array of them.
    JsonLines,
    /// Pages, with their numbers.
    Pdf,
    /// A document of Word and LibreOffice.
    Docx,
    /// A workbook of Excel and LibreOffice.
    Xlsx,
}

/// First bytes of files that people take for text, or rename.
const MAGIC: &[&[u8]] = &[
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ\x90",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"SQLite format 3",
    b"\x28\xb5\x2f\xfd",
    b"{\\rtf",
];

impl Kind {
    /// Whether it is no plain text, and read where it can do no harm.
    #[must_use]
    pub fn is_packed(self) -> bool {
        matches!(self, Self::Pdf | Self::Docx | Self::Xlsx)
    }

    /// Whether it is markup whose elements nest.
    #[must_use]
    pub(super) fn is_markup(self) -> bool {
        matches!(self, Self::Markdown | Self::Html)
    }

    /// By the name's ending; a name without one is text.
    ///
    /// # Errors
    /// [`Reason::WrongType`] for an ending that is not read.
    pub fn of_name(name: &str) -> Result<Self, Reason> {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let Some((stem, ending)) = file.rsplit_once('.') else { return Ok(Self::Text) };
        if stem.is_empty() {
            return Err(Reason::WrongType { found: file.to_owned() });
        }
        match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdown" | "mkd" | "mdx" => Ok(Self::Markdown),
            "html" | "htm" | "xhtml" => Ok(Self::Html),
            "txt" | "text" => Ok(Self::Text),
            "csv" | "tsv" => Ok(Self::Csv),
            "jsonl" | "ndjson" | "json" => Ok(Self::JsonLines),
            "pdf" => Ok(Self::Pdf),
            "docx" | "docm" => Ok(Self::Docx),
            "xlsx" | "xlsm" => Ok(Self::Xlsx),
            other => Err(Reason::WrongType { found: other.to_owned() }),
        }
    }

    /// By a `Content-Type`; `None` when it says nothing useful and the name must decide.
    ///
    /// # Errors
    /// [`Reason::WrongType`] for a type that is not read.
    pub fn of_content_type(content_type: &str) -> Result<Option<Self>, Reason> {
        let mime = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match mime.as_str() {
            "text/html" | "application/xhtml+xml" => Ok(Some(Self::Html)),
            "text/markdown" | "text/x-markdown" => Ok(Some(Self::Markdown)),
            "text/csv" | "text/tab-separated-values" => Ok(Some(Self::Csv)),
            "application/jsonl" | "application/x-ndjson" | "application/json" | "application/jsonlines" => Ok(Some(Self::JsonLines)),
            "application/pdf" => Ok(Some(Self::Pdf)),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => Ok(Some(Self::Docx)),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Ok(Some(Self::Xlsx)),
            "" | "text/plain" | "application/octet-stream" | "binary/octet-stream" => Ok(None),
            _ => Err(Reason::WrongType { found: mime }),
        }
    }
}

/// Whether the first bytes are those of a file that is no text.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}
