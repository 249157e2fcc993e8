//! PDF files that harm.

use std::fmt::Write as _;
use std::io::Result;

use super::{Hostile, case, noise, zlib_flood};

/// It may be mended on the way, or not.
const EITHER: &[&str] = &["damaged", "Taken in: 1"];
const DAMAGED: &[&str] = &["damaged", "No text was found", "pages are pictures"];
const DEEP: &[&str] = &["Nested too deep", "damaged", "pages are pictures"];
const FLOOD: &[&str] = &["memory", "unpacks to far more", "took longer", "damaged", "pages are pictures"];

/// A file of these objects; the first is the catalogue.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        // Writing to a string does not fail.
        writeln!(table, "{:010} 00000 n ", bytes.len()).ok();
        bytes.extend(format!("{} 0 obj\n", number + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let at = bytes.len();
    let end = format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1);
    bytes.extend(end.bytes());
    bytes
}

fn object(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< /Length {} {dictionary} >>\nstream\n", content.len()).into_bytes();
    object.extend(content);
    object.extend(b"\nendstream");
    object
}

const CATALOG: &str = "<< /Type /Catalog /Pages 2 0 R >>";
const PAGES: &str = "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>";
const PAGE: &str = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>";
const FONT: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// One page with this content and a font.
fn page(content: Vec<u8>) -> Vec<u8> {
    file(&[object(CATALOG), object(PAGES), object(PAGE), content, object(FONT), object("null")])
}

/// Thousands of pages that each unpack to a hundred thousand commands: little to keep, much to compute.
fn slow() -> Result<Vec<u8>> {
    const COUNT: usize = 4_000;
    let kids: String = (0..COUNT).map(|n| format!("{} 0 R ", n + 4)).collect();
    let pages = format!("<< /Type /Pages /Kids [{kids}] /Count {COUNT} /MediaBox [0 0 612 792] >>");
    let content = stream("/Filter /FlateDecode", &zlib_flood(&b"q Q\n".repeat(1 << 14), 4)?);
    let mut objects = vec![object(CATALOG), object(&pages), content];
    objects.extend((0..COUNT).map(|_| object("<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>")));
    Ok(file(&objects))
}

/// A file that is as it should be.
pub fn fine(text: &str) -> Vec<u8> {
    page(stream("", format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET").as_bytes()))
}

pub(super) fn cases() -> Result<Vec<Hostile>> {
    let whole = fine("The warranty lasts two years.");
    let locked =
        "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O (0123456789abcdef0123456789abcdef) /U (fedcba9876543210fedcba9876543210) >>";
    let mut encrypted =
        String::from_utf8_lossy(&file(&[object(CATALOG), object(PAGES), object(PAGE), stream("", b"xxxx"), object(FONT), object(locked)]))
            .into_owned();
    encrypted = encrypted
        .replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 6 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]");
    let many = format!("<< /Type /Pages /Kids [{}] /Count 1000000 /MediaBox [0 0 612 792] >>", "3 0 R ".repeat(1_000_000));
    let spaces = vec![b' '; 1 << 20];
    let flooded = stream("/Filter /FlateDecode", &zlib_flood(&spaces, 4_000)?);
    let words = b"BT /F1 12 Tf 72 700 Td (spam spam spam spam spam spam spam spam) Tj ET\n".repeat(4_000);
    let wordy = stream("/Filter /FlateDecode", &zlib_flood(&words, 2_000)?);
    let packed = zlib_flood(&zlib_flood(&spaces, 500)?, 1)?;
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>";
    let drawing = |form: Vec<u8>| file(&[object(CATALOG), object(PAGES), object(PAGE), stream("", b"/X Do"), object(FONT), form]);
    Ok(vec![
        case("empty.pdf", "", &["nothing in it"]),
        case("header-only.pdf", "%PDF-1.7\n", DAMAGED),
        case("truncated.pdf", &whole[..whole.len() / 2], DAMAGED),
        case("one-byte-short.pdf", &whole[..whole.len() - 30], EITHER),
        case("garbage.pdf", [b"%PDF-1.7\n".to_vec(), noise(200_000)].concat(), DAMAGED),
        case("zeros.pdf", [b"%PDF-1.7\n".to_vec(), vec![0; 1 << 20]].concat(), DAMAGED),
        case("page.html.pdf", "<!doctype html><p>I am a page</p>", &["does not begin as a PDF"]),
        case("locked.pdf", encrypted, &["password"]),
        case("kids-of-itself.pdf", file(&[object(CATALOG), object("<< /Type /Pages /Kids [2 0 R] /Count 1 >>")]), DAMAGED),
        case(
            "parent-of-itself.pdf",
            file(&[
                object(CATALOG),
                object("<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>"),
                object(PAGE),
                stream("", b"BT ET"),
                object(FONT),
                object("null"),
            ]),
            DEEP,
        ),
        case("contents-of-itself.pdf", page(object("4 0 R")), DAMAGED),
        case("form-in-itself.pdf", drawing(stream(form, b"/X Do")), DEEP),
        case(
            "million-pages.pdf",
            file(&[object(CATALOG), object(&many), object(PAGE), stream("", b"BT ET"), object(FONT), object("null")]),
            &["More than", "more than", "took longer", "pages are pictures"],
        ),
        case("lying-count.pdf", String::from_utf8_lossy(&whole).replace("/Count 1", "/Count 2000000000"), EITHER),
        case("flood.pdf", page(flooded), FLOOD),
        case("flood-of-words.pdf", page(wordy), FLOOD),
        case("packed-twice.pdf", page(stream("/Filter [/FlateDecode /FlateDecode]", &packed)), FLOOD),
        case("slow.pdf", slow()?, &["took longer"]),
        case("scanned.pdf", page(stream("", b"q 612 0 0 792 0 0 cm Q")), &["pages are pictures"]),
        case("deep-arrays.pdf", page(object(&"[".repeat(200_000))), DEEP),
        case("deep-strings.pdf", page(stream("", "(".repeat(200_000).as_bytes())), DEEP),
        case("xref-of-itself.pdf", String::from_utf8_lossy(&whole).replace("/Root 1 0 R", "/Root 1 0 R /Prev 9"), EITHER),
        case("no-font.pdf", page(stream("", b"BT /Nowhere 12 Tf (text) Tj ET")), DAMAGED),
        case("wrong-operands.pdf", page(stream("", b"BT /F1 (x) Tf [[[ (a) Tj 1 2 3 4 5 6 7 Tm <</A>> BI ID EI")), DAMAGED),
        case("infinite-numbers.pdf", page(stream("", b"BT /F1 1e308 Tf 1e308 1e308 1e308 1e308 1e308 1e308 Tm (a b) Tj ET")), EITHER),
        case("negative-length.pdf", page(object("<< /Length -5 >>\nstream\nBT ET\nendstream")), DAMAGED),
        case("archive.pdf", b"PK\x03\x04stuff".as_slice(), &["does not begin as a PDF"]),
    ])
}
