//! Why something was not taken.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file, line or row was left out. Pages translate [`Reason::key`]; commands print it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// Nothing in it.
    Empty,
    /// Larger than the limit.
    TooLarge {
        /// What it has (0: unknown, it did not end before the limit).
        bytes: u64,
        /// What is taken at most.
        limit: u64,
    },
    /// No text: an image, an archive, a program…
    Binary,
    /// A kind of file that is not read.
    WrongType {
        /// The name's ending, or a content type.
        found: String,
    },
    /// Bytes that are no text in any encoding that was tried.
    Encoding,
    /// A line or row that does not parse.
    Broken {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// A line that is no JSON object.
    NotJson {
        /// Counted from 1.
        line: u64,
        /// The character of the line, counted from 1.
        column: u64,
        /// What is wrong there.
        detail: String,
    },
    /// A line or row without what it must have.
    Missing {
        /// Counted from 1.
        line: u64,
        /// The field that is missing.
        field: String,
    },
    /// Markup without words.
    NoText,
    /// A table whose first row names neither questions nor answers.
    NoColumns,
    /// A second document of the same name in the same source.
    Duplicate {
        /// The name.
        id: String,
    },
    /// More documents than the limit.
    TooMany {
        /// What is taken at most.
        limit: u64,
    },
    /// Elements within elements within elements: made to harm.
    TooDeep,
    /// A password is needed.
    Encrypted,
    /// An archive that unpacks to a flood.
    Bomb,
    /// Pages without text: pictures of them.
    Scanned,
    /// Not what its name says, or broken.
    Damaged {
        /// What is wrong with it.
        detail: String,
    },
    /// More pages or cells than a document has.
    TooLong {
        /// What is read at most.
        limit: u64,
    },
    /// A sheet that its author has hidden.
    Hidden {
        /// Its name.
        sheet: String,
    },
    /// Reading it took too long.
    Slow {
        /// Seconds it had.
        seconds: u64,
    },
    /// Reading it took too much memory.
    Heavy {
        /// Bytes it had.
        limit: u64,
    },
    /// The site's robots.txt asks not to fetch it.
    Robots,
    /// The page asks not to be kept.
    NoIndex,
    /// It leads to another site.
    Elsewhere {
        /// Where.
        url: String,
    },
    /// The page says that it shows the same as another.
    Copy {
        /// The other.
        of: String,
    },
    /// A crawl ended at its limit; this address is the first that was left.
    CrawlLimit {
        /// Pages that were fetched.
        pages: u64,
    },
    /// A site that failed again and again; this address is the first that was left.
    Down,
    /// Most of a site was gone at once; it is kept until the next crawl says the same.
    Held {
        /// Pages that were not there.
        pages: u64,
        /// Pages that are known.
        known: u64,
    },
    /// A symbolic link; they are not followed.
    Link,
    /// Neither a file nor a folder.
    NotAFile,
    /// The system did not let it be read.
    Unreadable {
        /// What it said.
        detail: String,
    },
    /// An address that must not, or could not, be fetched.
    Fetch {
        /// Why.
        detail: String,
        /// The same for pages, which say it in their own language; older records have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<crate::outbound::Error>,
    },
}

impl Reason {
    /// [`Reason::Damaged`] with as much of what a parser said as a page can show.
    pub(crate) fn damaged(detail: &str) -> Self {
        Self::Damaged { detail: detail.chars().filter(|c| !c.is_control()).take(200).collect() }
    }

    /// The name under which pages keep the translation.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Binary => "binary",
            Self::WrongType { .. } => "wrong_type",
            Self::Encoding => "encoding",
            Self::Broken { .. } => "broken",
            Self::NotJson { .. } => "not_json",
            Self::Missing { .. } => "missing",
            Self::NoText => "no_text",
            Self::NoColumns => "no_columns",
            Self::Duplicate { .. } => "duplicate",
            Self::TooMany { .. } => "too_many",
            Self::TooDeep => "too_deep",
            Self::Encrypted => "encrypted",
            Self::Bomb => "bomb",
            Self::Scanned => "scanned",
            Self::Damaged { .. } => "damaged",
            Self::TooLong { .. } => "too_long",
            Self::Hidden { .. } => "hidden",
            Self::Slow { .. } => "slow",
            Self::Heavy { .. } => "heavy",
            Self::Robots => "robots",
            Self::NoIndex => "no_index",
            Self::Elsewhere { .. } => "elsewhere",
            Self::Copy { .. } => "copy",
            Self::CrawlLimit { .. } => "crawl_limit",
            Self::Down => "down",
            Self::Held { .. } => "held",
            Self::Link => "link",
            Self::NotAFile => "not_a_file",
            Self::Unreadable { .. } => "unreadable",
            Self::Fetch { .. } => "fetch",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLarge { bytes: 0, limit } => write!(f, "it is larger than {} KiB", limit / 1024),
            Self::TooLarge { bytes, limit } => write!(f, "it has {} KiB and the limit is {} KiB", bytes.div_ceil(1024), limit / 1024),
            Self::Binary => f.write_str("it is not text"),
            Self::WrongType { found } => {
                write!(f, "files of type \"{found}\" are not read; use PDF, DOCX, XLSX, Markdown, HTML, text, CSV or JSON Lines")
            }
            Self::Encoding => f.write_str("its encoding cannot be told; save it as UTF-8"),
            Self::Broken { line, detail } => write!(f, "line {line} cannot be read: {detail}"),
            Self::NotJson { line, column, detail } => write!(f, "line {line} cannot be read at character {column}: {detail}"),
            Self::Missing { line, field } => write!(f, "line {line} has no {field}"),
            Self::NoText => f.write_str("it has no words"),
            Self::NoColumns => f.write_str("its first row must name the columns, such as \"question\" and \"answer\""),
            Self::Duplicate { id } => write!(f, "there is a second document named \"{id}\""),
            Self::TooMany { limit } => write!(f, "a source may have {limit} documents"),
            Self::TooDeep => f.write_str("its elements are nested too deeply"),
            Self::Encrypted => f.write_str("it is protected by a password; save it without one"),
            Self::Bomb => f.write_str("it unpacks to far more than a document has"),
            Self::Scanned => f.write_str("its pages are pictures; run text recognition (OCR) on it first"),
            Self::Damaged { detail } => write!(f, "it is damaged, or not what its name says: {detail}"),
            Self::TooLong { limit } => write!(f, "it has more than {limit} pages or cells; divide it"),
            Self::Hidden { sheet } => write!(f, "the sheet \"{sheet}\" is hidden"),
            Self::Slow { seconds } => write!(f, "reading it took longer than {seconds} seconds"),
            Self::Heavy { limit } => write!(f, "reading it took more than {} MiB of memory", limit >> 20),
            Self::Robots => f.write_str("the site's robots.txt asks not to fetch it"),
            Self::NoIndex => f.write_str("the page asks not to be kept (noindex)"),
            Self::Elsewhere { url } => write!(f, "it leads out of the crawl, to {url}"),
            Self::Copy { of } => write!(f, "it says that it is a copy of {of}"),
            Self::CrawlLimit { pages } => write!(f, "the crawl ended here after {pages} pages, its limit"),
            Self::Down => f.write_str("the crawl ended here: the site failed again and again; what was known is kept"),
            Self::Held { pages, known } => {
                write!(f, "{pages} of {known} pages were not there; they are kept until the next crawl says the same")
            }
            Self::Link => f.write_str("it is a symbolic link, and those are not followed"),
            Self::NotAFile => f.write_str("it is neither a file nor a folder"),
            Self::Unreadable { detail } => write!(f, "it cannot be read: {detail}"),
            Self::Fetch { detail, .. } => write!(f, "it cannot be fetched: {detail}"),
        }
    }
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file, or the address.
    pub name: String,
    /// Why.
    #[serde(flatten)]
    pub reason: Reason,
}
