//! PDF: the text of each page, lines joined to paragraphs, what repeats at the edges of pages left out.

mod layout;
mod page;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, output_doc, output_doc_page};

use super::{Parsed, Read, Reason, Skipped, stem};
use layout::Layout;

/// Most pages that are read.
const MOST: usize = 5_000;

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Read, Reason> {
    if !bytes[..bytes.len().min(1_024)].windows(5).any(|start| start == b"%PDF-") {
        return Err(Reason::damaged("it does not begin as a PDF does"));
    }
    let mut document = Document::load_mem(bytes).map_err(|error| refused(&error.to_string()))?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Reason::Encrypted);
    }
    let count = document.page_iter().take(MOST + 1).count();
    if count == 0 {
        return Err(Reason::damaged("no page of it can be read"));
    }
    if count > MOST {
        return Err(Reason::TooLong { limit: MOST as u64 });
    }
    let (pages, broken) = pages(&document, count)?;
    let sections = page::sections(&pages, &outline(&document));
    let mut read = Read::default();
    for page in &broken {
        let reason = Reason::damaged("this page cannot be read");
        read.skipped.push(Skipped { name: format!("{name} (p. {page})"), reason });
    }
    match (sections.is_empty(), broken.len() == count) {
        (true, true) => Err(Reason::damaged("no page of it can be read")),
        (true, false) => Err(Reason::Scanned),
        (false, _) => {
            read.documents.push(Parsed::prose(name, stem(name), sections));
            Ok(read)
        }
    }
}

/// The text of every page, and the numbers of those that broke off.
fn pages(document: &Document, count: usize) -> Result<(Vec<String>, Vec<usize>), Reason> {
    let (mut layout, mut broken) = (Layout::default(), Vec::new());
    let mut whole = || catch_unwind(AssertUnwindSafe(|| output_doc(document, &mut layout).is_ok())).unwrap_or(false);
    let mut fine = whole();
    // After a page that cannot be read the others are read one by one.
    while layout.pages.len() < count {
        if layout.is_full() {
            return Err(Reason::Bomb);
        }
        if !fine {
            layout.break_off();
            broken.push(layout.pages.len());
        }
        let next = layout.pages.len() + 1;
        if next > count {
            break;
        }
        let number = u32::try_from(next).unwrap_or(u32::MAX);
        fine = catch_unwind(AssertUnwindSafe(|| output_doc_page(document, &mut layout, number).is_ok())).unwrap_or(false)
            && layout.pages.len() == next;
    }
    Ok((layout.pages, broken))
}

/// Bookmarks: level, title, page.
fn outline(document: &Document) -> Vec<(usize, String, usize)> {
    let toc = catch_unwind(AssertUnwindSafe(|| document.get_toc().map(|toc| toc.toc).unwrap_or_default())).unwrap_or_default();
    toc.into_iter().map(|entry| (entry.level, super::one_line(&super::clean(&entry.title)), entry.page)).collect()
}

fn refused(detail: &str) -> Reason {
    let lower = detail.to_lowercase();
    if ["decrypt", "encrypt", "password"].iter().any(|word| lower.contains(word)) { Reason::Encrypted } else { Reason::damaged(detail) }
}
