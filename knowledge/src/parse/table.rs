//! CSV of questions and answers: the first row names the columns, the delimiter is found out.

use super::{Parsed, Read, Reason, Skipped, record::Record};
use crate::spot::Spot;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What a column holds, by the names people give it.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Id,
    Question,
    Answer,
    Variants,
    Title,
    Text,
    Url,
}

const NAMES: &[(Column, &[&str])] = &[
    (Column::Id, &["id", "key", "编号", "序号"]),
    (Column::Question, &["question", "questions", "q", "faq", "问题", "提问", "问", "标准问题", "标准问"]),
    (Column::Answer, &["answer", "answers", "a", "reply", "response", "答案", "回答", "答", "答复", "回复"]),
    (Column::Variants, &["variants", "variant", "similar", "similar questions", "相似问", "相似问题", "相似问法", "其他问法", "扩展问"]),
    (Column::Title, &["title", "标题"]),
    (Column::Text, &["text", "content", "body", "正文", "内容"]),
    (Column::Url, &["url", "link", "链接", "网址"]),
];

pub(super) fn read(name: &str, text: &str) -> Result<Read, Reason> {
    let (delimiter, columns) = DELIMITERS
        .iter()
        .map(|&delimiter| (delimiter, header(text, delimiter)))
        .max_by_key(|(_, columns)| columns.iter().flatten().count())
        .unwrap_or((b',', Vec::new()));
    if !is_list(&columns) {
        return Err(Reason::NoColumns);
    }
    let mut read = Read::default();
    for row in reader(text, delimiter, true).records() {
        let result = match row {
            Ok(row) if row.iter().all(|cell| cell.trim().is_empty()) => continue,
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                record(row.iter(), &columns).document().map_err(|field| Reason::Missing { line, field: field.to_owned() })
            }
            Err(error) => Err(Reason::Broken { line: error.position().map_or(0, csv::Position::line), detail: error.to_string() }),
        };
        push(&mut read, name, result);
    }
    Ok(read)
}

/// A row of a sheet.
pub(super) struct Row {
    /// Counted from 1.
    pub number: u64,
    pub cells: Vec<String>,
}

/// The same of a sheet's rows; each document has its row.
pub(super) fn of_rows(name: &str, rows: &[Row]) -> Result<Read, Reason> {
    let (head, rows) = rows.split_first().ok_or(Reason::NoColumns)?;
    let columns = columns(head.cells.iter().map(String::as_str));
    if !is_list(&columns) {
        return Err(Reason::NoColumns);
    }
    let mut read = Read::default();
    for row in rows {
        let mut found = record(row.cells.iter().map(String::as_str), &columns);
        found.spot = Some(Spot::Row { sheet: String::new(), row: u32::try_from(row.number).unwrap_or(u32::MAX) });
        let result = found.document().map_err(|field| Reason::Missing { line: row.number, field: field.to_owned() });
        push(&mut read, name, result);
    }
    Ok(read)
}

fn push(read: &mut Read, name: &str, result: Result<Parsed, Reason>) {
    match result {
        Ok(document) => read.documents.push(document),
        Err(reason) => read.skipped.push(Skipped { name: name.to_owned(), reason }),
    }
}

/// Whether the columns are those of questions and answers, or of texts.
fn is_list(columns: &[Option<Column>]) -> bool {
    let has = |column| columns.contains(&Some(column));
    has(Column::Question) && (has(Column::Answer) || has(Column::Variants)) || has(Column::Text)
}

fn reader(text: &str, delimiter: u8, headers: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(headers).flexible(true).from_reader(text.as_bytes())
}

fn header(text: &str, delimiter: u8) -> Vec<Option<Column>> {
    let Some(Ok(row)) = reader(text, delimiter, false).into_records().next() else { return Vec::new() };
    columns(row.iter())
}

fn columns<'a>(head: impl Iterator<Item = &'a str>) -> Vec<Option<Column>> {
    head.map(|cell| {
        let cell = cell.trim().to_lowercase();
        NAMES.iter().find(|(_, names)| names.contains(&cell.as_str())).map(|(column, _)| *column)
    })
    .collect()
}

fn record<'a>(row: impl Iterator<Item = &'a str>, columns: &[Option<Column>]) -> Record {
    let mut record = Record::default();
    for (cell, column) in row.zip(columns) {
        let cell = cell.trim().to_owned();
        match column {
            Some(Column::Id) => record.id = cell,
            Some(Column::Question) => record.question = cell,
            Some(Column::Answer) => record.answer = cell,
            Some(Column::Variants) => record.variants.extend(cell.split(['\n', '|']).map(str::to_owned)),
            Some(Column::Title) => record.title = cell,
            Some(Column::Text) => record.text = cell,
            Some(Column::Url) => record.url = cell,
            None => {}
        }
    }
    record
}
