//! What several uploads of one form came to.

use knowledge::import::Summary;

use crate::locale::Locale;
use crate::web::form::Form;
use crate::words::Words;

/// What was taken, and what was not.
#[derive(Default)]
pub struct Told {
    /// What was taken.
    pub sum: Summary,
    /// Something is read by a worker, or goes on by itself.
    pub running: bool,
    /// The fields whose content could not be taken, and why, in words.
    pub failed: Vec<(&'static str, String)>,
}

impl Told {
    /// Adds what one of them came to.
    pub fn add(&mut self, summary: &Summary) {
        self.sum.taken += summary.taken;
        self.sum.unchanged += summary.unchanged;
        self.sum.removed += summary.removed;
        self.sum.skipped_more += summary.skipped_total();
    }

    fn any(&self) -> bool {
        let sum = &self.sum;
        self.running || sum.taken + sum.unchanged + sum.removed + sum.skipped_more > 0
    }

    /// Says everything that failed, and leaves in the form what is still to be mended.
    pub fn refuse(self, form: &mut Form, words: &Words, locale: Locale) {
        let why: Vec<&str> = self.failed.iter().map(|(_, text)| text.as_str()).collect();
        let why = why.join("\n");
        if !self.any() {
            form.refuse_with(why);
            return;
        }
        let taken = self.sum.taken.to_string();
        let mut sentence = words.with(locale, "flash-import-partly", &[("taken", &taken), ("first", &why)]);
        if self.running {
            sentence = format!("{}\n{sentence}", words.plain(locale, "flash-import-running"));
        }
        form.refuse_with(sentence);
        for (field, parts) in [("address", &["address", "name"][..]), ("folder", &["folder", "patterns"]), ("text", &["title", "text"])] {
            if !self.failed.iter().any(|(failed, _)| *failed == field) {
                parts.iter().copied().for_each(|part| form.forget(part));
            }
        }
    }
}
