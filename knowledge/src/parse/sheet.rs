//! XLSX: a sheet with columns for questions and answers is a list of them; any other is a table, cut between rows.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx, XlsxError};

use super::{
    Block, Parsed, Read, Reason, Section, Skipped, archive, clean, stem,
    table::{self, Row},
};
use crate::{split::width, spot::Spot};

/// Cells of one workbook, at most.
const CELLS: usize = 2_000_000;
/// Columns that are looked at.
const COLUMNS: u32 = 200;
/// How wide the rows of one passage are together, unless one row alone is wider.
const WIDTH: usize = 900;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Read, Reason> {
    archive::check(bytes)?;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|error: XlsxError| refused(&error))?;
    let mut read = Read::default();
    let (mut sections, mut cells) = (Vec::new(), 0);
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.visible != SheetVisible::Visible {
            read.skipped.push(Skipped { name: name.to_owned(), reason: Reason::Hidden { sheet: sheet.name } });
            continue;
        }
        let rows = match rows(&mut book, &sheet.name, &mut cells) {
            Ok(rows) => rows,
            // A diagram has no cells.
            Err(XlsxError::WorksheetNotFound(_)) => continue,
            Err(XlsxError::Unexpected(LARGE)) => return Err(Reason::TooLong { limit: CELLS as u64 }),
            Err(error) => return Err(refused(&error)),
        };
        match table::of_rows(name, &rows) {
            Ok(mut found) => {
                for document in &mut found.documents {
                    document.spot = document.spot.take().map(|spot| named(spot, &sheet.name));
                }
                read.documents.append(&mut found.documents);
                read.skipped.append(&mut found.skipped);
            }
            Err(_) => sections.append(&mut parts(&sheet.name, &rows)),
        }
    }
    if !sections.is_empty() {
        read.documents.push(Parsed::prose(name, stem(name), sections));
    }
    if read.documents.is_empty() && read.skipped.is_empty() { Err(Reason::NoText) } else { Ok(read) }
}

/// What [`rows`] says when there are more than [`CELLS`].
const LARGE: &str = "too many cells";

/// The rows that say something. Only cells that are there are read: what a sheet claims to be as large as does not matter.
fn rows(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str, cells: &mut usize) -> Result<Vec<Row>, XlsxError> {
    let mut found: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut reader = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if column >= COLUMNS || text.trim().is_empty() {
            continue;
        }
        *cells += 1;
        if *cells > CELLS {
            return Err(XlsxError::Unexpected(LARGE));
        }
        found.entry(row).or_default().insert(column, text);
    }
    let first = found.values().filter_map(|row| row.keys().next()).min().copied().unwrap_or(0);
    let last = found.values().filter_map(|row| row.keys().next_back()).max().copied().unwrap_or(0);
    let full = |mut row: BTreeMap<u32, String>| (first..=last).map(|column| row.remove(&column).unwrap_or_default()).collect();
    Ok(found.into_iter().map(|(number, row)| Row { number: u64::from(number) + 1, cells: full(row) }).collect())
}

/// A table in parts that can be read alone, each with the head.
fn parts(sheet: &str, rows: &[Row]) -> Vec<Section> {
    let cells = |row: &Row| -> Vec<String> { row.cells.iter().map(|cell| archive::cell(cell)).collect() };
    let Some((head, body)) = rows.split_first() else { return Vec::new() };
    let (mut parts, mut wide): (Vec<Vec<&Row>>, usize) = (Vec::new(), 0);
    for row in body {
        let more = row.cells.iter().map(|cell| width(cell)).sum::<usize>();
        match parts.last_mut() {
            Some(part) if wide + more <= WIDTH => part.push(row),
            _ => {
                parts.push(vec![row]);
                wide = 0;
            }
        }
        wide += more;
    }
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let section = |part: Vec<&Row>| {
        let first = part.first().map_or(head.number, |row| row.number);
        let table: Vec<Vec<String>> = std::iter::once(head).chain(part).map(cells).collect();
        Section {
            path: vec![sheet.to_owned()],
            blocks: vec![Block { text: archive::table(&table), whole: true }],
            spot: Some(Spot::Row { sheet: sheet.to_owned(), row: u32::try_from(first).unwrap_or(u32::MAX) }),
        }
    };
    parts.into_iter().map(section).collect()
}

fn named(spot: Spot, name: &str) -> Spot {
    match spot {
        Spot::Row { row, .. } => Spot::Row { sheet: name.to_owned(), row },
        other @ Spot::Page { .. } => other,
    }
}

fn refused(error: &XlsxError) -> Reason {
    match error {
        XlsxError::Password => Reason::Encrypted,
        other => Reason::damaged(&other.to_string()),
    }
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(time) => date(time),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
    }
}

/// As people write it in every country, without a time that is midnight.
fn date(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if time.is_duration() || time.as_f64() < 1.0 {
        clock
    } else if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_cut_between_rows_and_keeps_its_head() {
        let row = |number: u64, cells: &[&str]| Row { number, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() };
        let mut rows = vec![row(2, &["Code", "Meaning"])];
        rows.extend((0..40u64).map(|n| row(n + 3, &[&format!("E{n}"), "what it means, at some length, in words"])));
        let parts = parts("Errors", &rows);
        assert!(parts.len() > 1);
        let Some(Spot::Row { sheet, row }) = &parts[1].spot else { panic!("no row") };
        let first = format!("| E{} |", row - 3);
        assert_eq!(sheet, "Errors");
        assert!(parts[1].blocks[0].text.starts_with("| Code | Meaning |\n| --- | --- |\n") && parts[1].blocks[0].text.contains(&first));
        assert!(matches!(&parts[0].spot, Some(Spot::Row { row: 3, .. })));
    }
}
