//! DOCX and XLSX files that harm.

use std::io::{Cursor, Result, Write as _};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{Hostile, case, flood, noise};

const DAMAGED: &[&str] = &["damaged", "No text was found"];
const FLOOD: &[&str] = &["unpacks to far more", "memory", "took longer"];

/// An archive of these parts.
pub fn archive(parts: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let way = if bytes.len() > 200 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(way))?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// An archive with one part that is already packed and says of itself what it likes.
fn claiming(name: &str, packed: &[u8], size: u32) -> Vec<u8> {
    let head = |signature: &[u8], extra: usize| {
        let mut head = signature.to_vec();
        if extra > 0 {
            head.extend([20, 0]);
        }
        head.extend([20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x58]);
        head.extend(0u32.to_le_bytes());
        head.extend((packed.len() as u32).to_le_bytes());
        head.extend(size.to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0; 2]);
        head.extend(vec![0; extra]);
        head.extend(name.bytes());
        head
    };
    let mut bytes = head(b"PK\x03\x04", 0);
    bytes.extend(packed);
    let (at, central) = (bytes.len(), head(b"PK\x01\x02", 14));
    bytes.extend(&central);
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend((central.len() as u32).to_le_bytes());
    bytes.extend((at as u32).to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// A Word document with this body.
pub fn word(body: &str) -> Result<Vec<u8>> {
    archive(&[(
        "word/document.xml",
        format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>").as_bytes(),
    )])
}

/// A workbook with one sheet with these rows.
pub fn workbook(state: &str, rows: &str, strings: &str) -> Result<Vec<u8>> {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>");
    let relations = |list: String| {
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{list}</Relationships>")
    };
    let book = format!(
        "<workbook {main} xmlns:r=\"{office}\"><sheets><sheet name=\"Prices\" sheetId=\"1\" r:id=\"r1\"{state}/></sheets></workbook>"
    );
    let sheet = format!("<worksheet {main}><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>");
    let inner = relations(relation("r1", "worksheet", "worksheets/sheet1.xml") + &relation("r2", "sharedStrings", "sharedStrings.xml"));
    archive(&[
        ("_rels/.rels", relations(relation("r0", "officeDocument", "xl/workbook.xml")).as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", inner.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// Entities of entities of entities.
fn laughs(document: &str) -> String {
    let entities: String = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    format!("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY l0 \"ha\">{entities}]>{document}")
}

/// A file of the old Office, or a new one that is encrypted.
fn compound(encrypted: bool) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(2_048, 0);
    if encrypted {
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    }
    bytes.resize(4_096, 0);
    bytes
}

pub(super) fn cases() -> Result<Vec<Hostile>> {
    let paragraph = "<w:p><w:r><w:t>Hello</w:t></w:r></w:p>";
    let whole = word(paragraph)?;
    let cell = |at: &str| {
        format!("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>Code</v></c></row><row r=\"2\"><c r=\"{at}\" t=\"str\"><v>far</v></c></row>")
    };
    let prices = workbook("", &cell("A2"), "<sst/>")?;
    let many: Vec<(String, &[u8])> = (0..12_000).map(|n| (format!("p{n}"), b"x".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let spaces = flood(&vec![b' '; 1 << 20], 2_000)?;
    let mut locked = whole.clone();
    // The bit that says "encrypted", in both heads.
    locked[6] |= 1;
    let central = locked.windows(4).position(|four| four == b"PK\x01\x02").unwrap_or(0);
    locked[central + 8] |= 1;
    let outside = "<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>";
    let laughing = laughs("<w:document xmlns:w=\"w\"><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:document>");
    let wide: Vec<u8> = "<w:document><w:p/></w:document>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let string = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>";
    Ok(vec![
        case("empty.docx", "", &["nothing in it"]),
        case("text.docx", "I am a text.", &["damaged"]),
        case("report.pdf.docx", "%PDF-1.7\n", &["damaged"]),
        case("truncated.docx", &whole[..whole.len() / 2], &["damaged"]),
        case("noise.docx", [b"PK\x03\x04".to_vec(), noise(100_000)].concat(), &["damaged"]),
        case("no-parts.docx", archive(&[("readme.txt", b"hello")])?, &["damaged"]),
        case("nested.docx", archive(&[("inner.zip", &archive(&[("inner.zip", &whole)])?)])?, &["damaged"]),
        case("outside.docx", archive(&[("../../../etc/passwd", b"root"), ("word/document.xml", b"<x/>")])?, DAMAGED),
        case("many-parts.docx", archive(&many)?, &["unpacks to far more"]),
        case("flood.docx", claiming("word/document.xml", &spaces, 2_000 << 20), FLOOD),
        case("lying-flood.docx", claiming("word/document.xml", &spaces, 100), &["unpacks to far more", "damaged", "memory"]),
        case("external-entity.docx", archive(&[("word/document.xml", outside.as_bytes())])?, &["declares a document type"]),
        case("laughs.docx", archive(&[("word/document.xml", laughing.as_bytes())])?, &["declares a document type"]),
        case("deep.docx", word(&"<w:p>".repeat(100_000))?, &["Nested too deep"]),
        case(
            "unclosed.docx",
            word(paragraph).and_then(|_| archive(&[("word/document.xml", b"<w:document><w:body><w:p><w:r><w:t>Hello")]))?,
            &["damaged"],
        ),
        case("wrong-ends.docx", word("<w:p><w:r></w:p></w:r>")?, &["damaged"]),
        case("wide.docx", archive(&[("word/document.xml", &wide)])?, DAMAGED),
        case("pictures.docx", word("<w:p><w:r><w:drawing/></w:r></w:p>")?, &["No text was found"]),
        case("locked.docx", compound(true), &["password"]),
        case("old.docx", compound(false), &["Office 97"]),
        case("locked-parts.docx", locked, &["password"]),
        case("empty.xlsx", "", &["nothing in it"]),
        case("table.csv.xlsx", "a,b\n1,2\n", &["damaged"]),
        case("truncated.xlsx", &prices[..prices.len() / 2], &["damaged"]),
        case("word.xlsx", whole, &["damaged"]),
        case("far-cell.xlsx", workbook("", &cell("XFD1048576"), "<sst/>")?, &[]),
        case("impossible-cell.xlsx", workbook("", &cell("ZZZZZZZZ99999999999"), "<sst/>")?, &["damaged"]),
        case("hidden.xlsx", workbook(" state=\"veryHidden\"", &cell("A2"), "<sst/>")?, &["hidden", "Taken in: 0", "left out"]),
        case("no-string.xlsx", workbook("", string, "<sst/>")?, DAMAGED),
        case("laughs.xlsx", workbook("", string, &laughs("<sst><si><t>&l9;</t></si></sst>"))?, DAMAGED),
        case("deep.xlsx", workbook("", &"<row>".repeat(100_000), "<sst/>")?, DAMAGED),
        case("flood.xlsx", claiming("xl/workbook.xml", &spaces, 2_000 << 20), FLOOD),
        case("locked.xlsx", compound(true), &["password"]),
    ])
}
