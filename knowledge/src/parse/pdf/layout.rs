//! The letters of a page as lines: where a gap is a space, a step down a new line, and a wide step a new paragraph.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

use crate::language::is_han;

/// Bytes of text of one document, at most.
const MOST: usize = 32 << 20;

/// Collects the text of pages.
#[derive(Default)]
pub(super) struct Layout {
    /// The pages that ended.
    pub pages: Vec<String>,
    page: String,
    written: usize,
    end: f64,
    line: f64,
    begins: bool,
}

impl Layout {
    /// More text than a document has.
    pub(super) fn is_full(&self) -> bool {
        self.written > MOST
    }

    /// A page that could not be read to its end is what was read of it.
    pub(super) fn break_off(&mut self) {
        self.pages.push(std::mem::take(&mut self.page));
    }
}

impl OutputDev for Layout {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        (self.end, self.line, self.begins) = (f64::MAX, 0.0, false);
        self.page.clear();
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.break_off();
        Ok(())
    }

    fn output_character(&mut self, at: &Transform, width: f64, _: f64, font: f64, text: &str) -> Result<(), OutputError> {
        let (across, along) = (font * (at.m11 + at.m21), font * (at.m12 + at.m22));
        let size = (across * along).abs().sqrt();
        let (x, y) = (at.m31, at.m32);
        let down = (y - self.line).abs();
        if self.begins && !self.page.is_empty() {
            if down > size * 1.5 {
                self.page.push('\n');
            }
            if x < self.end && down > size * 0.5 {
                self.page.push('\n');
            } else if x > self.end + size * gap(&self.page, text) {
                self.page.push(' ');
            }
        }
        self.page.push_str(text);
        self.written += text.len();
        (self.begins, self.line, self.end) = (false, y, x + width * size);
        // Formats have no better error for a reader that has had enough.
        if self.is_full() { Err(OutputError::FormatError(std::fmt::Error)) } else { Ok(()) }
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begins = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// How wide a gap is a space, in sizes of the letter: Chinese is set with gaps that are none.
fn gap(before: &str, after: &str) -> f64 {
    let han = before.chars().next_back().is_some_and(is_han) && after.chars().next().is_some_and(is_han);
    if han { 0.8 } else { 0.1 }
}
