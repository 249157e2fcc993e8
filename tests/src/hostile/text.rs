//! Text, markup and tables that harm.

use super::{Hostile, case, noise};

pub(super) fn cases() -> Vec<Hostile> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let list: String = (0..400).map(|n| format!("{}- x\n", " ".repeat(n * 2))).collect();
    vec![
        case("empty.md", "", &["nothing in it"]),
        case("blank.txt", " \n\t\r\n ", &["nothing in it"]),
        case("program.txt", b"MZ\x90\0\x03\0\0\0".as_slice(), &["Not a text"]),
        case("program.exe", b"MZ\x90\0\x03\0\0\0".as_slice(), &["not read"]),
        case("picture.html", b"\x89PNG\r\n\x1a\n\0\0".as_slice(), &["Not a text"]),
        case("picture.svg", "<svg onload='alert(1)'/>", &["not read"]),
        case("archive.zip", b"PK\x03\x04stuff".as_slice(), &["not read"]),
        case("nul.md", "a\0b\0c".repeat(1_000), &["Not a text"]),
        case("noise.txt", noise(100_000), &["Not a text", "cannot be read"]),
        case("no-mark.txt", utf16("The warranty lasts two years. Keep the bill."), &[]),
        case("surrogates.txt", b"\xff\xfe\x00\xd8\x00\xd8\x00\xd8\x00\xd8".as_slice(), &["cannot be read"]),
        case("controls.txt", b"\x01\x02\x03\x04\x05\x06\x07\x08".repeat(100), &["cannot be read"]),
        case("long-line.txt", "x".repeat(1 << 20), &[]),
        case("deep.html", "<div>".repeat(400_000), &["Nested too deep"]),
        case("formatting.html", "<b><i><u>".repeat(300) + "x", &[]),
        case("unclosed.html", "<p>".repeat(200_000), &["No text was found"]),
        case("tables.html", "<table><tr><td>".repeat(300), &["No text was found"]),
        case("scripts.html", "<script>alert(1)</script><style>p{}</style>", &["No text was found"]),
        case("quotes.md", ">".repeat(300_000), &["No text was found", "took longer", "Nested too deep"]),
        case("brackets.md", "[".repeat(300_000), &[]),
        case("links.md", "[a](".repeat(100_000), &[]),
        case("stars.md", "*a_ ".repeat(100_000), &[]),
        case("list.md", list, &[]),
        case("quote.csv", "question,answer\n\"never closed,x\nmore", &["Line 2", "Taken in"]),
        case("wide.csv", format!("question,answer\n{}\n", ",".repeat(200_000)), &["No text was found"]),
        case("headless.csv", "How?,So.\n", &["needs a column"]),
        case("nested.jsonl", "[".repeat(200_000), &["Line 1"]),
        case("nothing.jsonl", "{}\n{}\n", &["Line 1", "Taken in: 0"]),
    ]
}
