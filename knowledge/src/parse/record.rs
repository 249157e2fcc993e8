//! One record of a table or a JSON line as a document.

use sha2::{Digest, Sha256};

use super::{Body, Parsed, encoding::clean, markdown, safe_url, text, writer::one_line};
use crate::{spot::Spot, words};

/// The fields a record may have, whatever the file called them.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub id: String,
    pub title: String,
    pub text: String,
    pub url: String,
    pub question: String,
    pub answer: String,
    pub variants: Vec<String>,
    pub spot: Option<Spot>,
}

/// Longest answer that is given as a whole, in characters; a longer text is split like any other.
const LONGEST_ANSWER: usize = 3_000;

impl Record {
    /// The document of the record.
    ///
    /// # Errors
    /// The field that is missing.
    pub(super) fn document(mut self) -> Result<Parsed, &'static str> {
        for field in [&mut self.id, &mut self.title, &mut self.question] {
            *field = one_line(&clean(field));
        }
        for field in [&mut self.text, &mut self.answer] {
            *field = clean(field).trim().to_owned();
        }
        self.variants = self.variants.iter().map(|variant| one_line(&clean(variant))).filter(|variant| !variant.is_empty()).collect();
        let external_id = self.external_id();
        let url = safe_url(&self.url);
        if self.question.is_empty() && self.asks() {
            self.question = std::mem::take(&mut self.title);
            self.answer = std::mem::take(&mut self.text);
        }
        if !self.question.is_empty() {
            if self.answer.is_empty() && self.variants.is_empty() {
                return Err("answer");
            }
            let body = Body::Answer { question: self.question.clone(), answer: self.answer, variants: self.variants };
            return Ok(Parsed { external_id, title: self.question, url, body, spot: self.spot });
        }
        if self.text.is_empty() {
            return Err("text");
        }
        let sections = if looks_like_markdown(&self.text) { markdown::sections(&self.text).1 } else { text::sections(&self.text) };
        if sections.is_empty() {
            return Err("text");
        }
        let title = if self.title.is_empty() { first_words(&self.text) } else { self.title };
        Ok(Parsed { external_id, title, url, body: Body::Prose(sections), spot: self.spot })
    }

    /// Other wordings, or a title that is a question, make the text an answer.
    fn asks(&self) -> bool {
        let question = self.title.ends_with(['?', '？']) && self.text.chars().count() <= LONGEST_ANSWER;
        !self.title.is_empty() && !self.text.is_empty() && (!self.variants.is_empty() || question)
    }

    /// Its own id, or one made of what it asks: inserting a row before it must not make it another document.
    fn external_id(&self) -> String {
        if !self.id.is_empty() {
            return self.id.chars().take(300).collect();
        }
        let name = [&self.question, &self.title, &self.text].into_iter().find(|field| !field.is_empty()).map(|field| words::fold(field));
        let digest = Sha256::digest(name.unwrap_or_default().as_bytes());
        digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn looks_like_markdown(text: &str) -> bool {
    text.lines().any(|line| {
        let hashes = line.bytes().take_while(|&b| b == b'#').count();
        (1..=6).contains(&hashes) && line[hashes..].starts_with(' ')
            || line.starts_with("```")
            || line.starts_with("|--")
            || line.starts_with("| --")
    })
}

/// The first sentence or so, as a title of last resort.
fn first_words(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line = one_line(line);
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}
