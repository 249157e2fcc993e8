//! How well the bot answers what its documents answer: each question of a set is put to it as the first of a conversation.

use std::collections::HashMap;

use chat::WorkspaceId;
use knowledge::eval::{Set, Shelf};
use serde::Serialize;

use crate::{Asked, Bot, Result};

/// How a set was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answers {
    /// Questions that were put.
    pub questions: usize,
    /// Share of them that was answered from the documents.
    pub answered: f64,
    /// Share of the answered ones whose first source is a document that answers.
    pub right: f64,
    /// Some of the answers, chosen at random.
    pub examples: Vec<Said>,
}

/// What the bot said to a question.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The question.
    pub question: String,
    /// Its answer, as Markdown.
    pub answer: String,
    /// Titles of the sources, in the order of their numbers.
    pub sources: Vec<String>,
    /// The first of them is a document that answers.
    pub right: bool,
}

impl Bot {
    /// Puts a set's questions, of which the shelf is all this workspace knows, and keeps so many answers; `progress` is told questions
    /// done and in all.
    ///
    /// # Errors
    /// As [`Bot::ask`].
    pub async fn evaluate(
        &self,
        workspace: WorkspaceId,
        set: &Set,
        shelf: &Shelf,
        examples: usize,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Answers> {
        let questions: Vec<_> = set.questions().collect();
        let mut said = Vec::new();
        for (n, (question, grades)) in questions.iter().enumerate() {
            let asked = self.ask(workspace, question, knowledge::language::of(question)).await?;
            said.extend(answered(question, asked, grades, shelf));
            progress(n as u64 + 1, questions.len() as u64);
        }
        let right = said.iter().filter(|said| said.right).count();
        let (questions, of) = (questions.len(), said.len());
        while said.len() > examples {
            let one = self.chat().random().below(said.len() as u64) as usize;
            said.swap_remove(one);
        }
        Ok(Answers { questions, answered: share(of, questions), right: share(right, of), examples: said })
    }
}

/// What it said, if it answered.
fn answered(question: &str, asked: Asked, grades: &HashMap<String, f64>, shelf: &Shelf) -> Option<Said> {
    let first = asked.citations.first()?.passage?;
    let hit = asked.found.hits.iter().find(|hit| hit.passage.id == first)?;
    let right = shelf.names.get(&hit.passage.document).is_some_and(|name| grades.contains_key(name));
    let sources = asked.citations.into_iter().map(|citation| citation.title).collect();
    Some(Said { question: question.to_owned(), answer: asked.answer, sources, right })
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
