//! What a message is before anybody looks into knowledge: a wish for a person, small talk, or a question.
//! The patterns stand in `rules/*.toml`.

mod fold;
mod talk;
mod wish;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use regex::Regex;

pub use self::{
    talk::{Talk, affirms, leans, talk, unhelpful},
    wish::wants_person,
};

/// Puts the word lists into a pattern and compiles it. A pattern that does not compile is left out
/// and logged; a test compiles them all.
fn compile(pattern: &str, words: &BTreeMap<String, String>) -> Option<Regex> {
    let filled = words.iter().fold(pattern.to_owned(), |text, (name, list)| text.replace(&format!("{{{name}}}"), list));
    match Regex::new(&filled) {
        Ok(regex) => Some(regex),
        Err(error) => {
            tracing::error!(%error, "a speech pattern does not compile and is left out");
            None
        }
    }
}
