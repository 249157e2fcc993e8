//! What DOCX and XLSX share: an archive of XML that must not unpack to a flood, and tables.

use std::io::{Cursor, Read as _};

use zip::{ZipArchive, result::ZipError};

use super::{Reason, writer::one_line};

/// Bytes all parts may unpack to.
const UNPACKED: u64 = 256 << 20;
/// Bytes one part that is read may unpack to.
const PART: u64 = 64 << 20;
/// Parts, at most.
const PARTS: usize = 10_000;
/// How the old Office formats and encrypted new ones begin.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";

/// Opens an archive that promises to be harmless.
fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Reason> {
    if bytes.starts_with(COMPOUND) {
        let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(locked.len()).any(|part| part == locked);
        return Err(if encrypted { Reason::Encrypted } else { Reason::WrongType { found: "Office 97–2003".to_owned() } });
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > PARTS {
        return Err(Reason::Bomb);
    }
    let mut unpacked = 0u64;
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(damaged)?;
        if part.encrypted() {
            return Err(Reason::Encrypted);
        }
        unpacked = unpacked.saturating_add(part.size());
    }
    if unpacked > UNPACKED { Err(Reason::Bomb) } else { Ok(archive) }
}

/// Whether it promises to be harmless.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    open(bytes).map(drop)
}

/// The text of one part.
pub(super) fn part(bytes: &[u8], name: &str) -> Result<String, Reason> {
    let mut archive = open(bytes)?;
    let part = archive.by_name(name).map_err(damaged)?;
    let mut unpacked = Vec::new();
    let read = part.take(PART + 1).read_to_end(&mut unpacked).map_err(|error| Reason::damaged(&error.to_string()))?;
    if read as u64 > PART { Err(Reason::Bomb) } else { Ok(encoding_rs::UTF_8.decode(&unpacked).0.into_owned()) }
}

fn damaged(error: ZipError) -> Reason {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Reason::Encrypted,
        ZipError::FileNotFound => Reason::damaged("it is an archive, but not of this kind of document"),
        other => Reason::damaged(&other.to_string()),
    }
}

/// A cell's text, in one line and without what ends a cell.
pub(super) fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// Rows as a table of Markdown; the first is the head.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells = row.iter().map(String::as_str).chain(std::iter::repeat("")).take(wide);
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    lines.insert(1, format!("|{}", " --- |".repeat(wide)));
    lines.join("\n")
}
