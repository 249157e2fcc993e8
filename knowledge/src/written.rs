//! Questions and answers that people write in the console and programs send: one source "written" a library.

use chat::{DocumentId, LibraryId, Store, WorkspaceId};
use serde::Serialize;

use crate::{
    Audience, Error, Fault, Knowledge, Result,
    document::{self, Place},
    import::Documents,
    parse::{Body, Parsed, clean, one_line},
    passage,
    source::{self, Kind},
    words,
};

/// Longest question that somebody writes, in characters.
pub const LONGEST_QUESTION: usize = 500;
/// Longest answer, in characters.
pub const LONGEST_ANSWER: usize = 16_000;

/// The address of the written source of a library.
pub(crate) const ADDRESS: &str = "written:";

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// In Markdown.
    pub answer: String,
    /// Other wordings of the question.
    pub variants: Vec<String>,
}

impl Knowledge {
    /// Writes a question and its answer into a library; the same question again replaces the answer. It is found at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a question or answer that is empty or too long.
    pub async fn write_answer(&self, workspace: WorkspaceId, library: LibraryId, question: &str, answer: &str) -> Result<DocumentId> {
        self.write_wordings(workspace, library, question, answer, Vec::new()).await
    }

    /// The same with other wordings of the question.
    ///
    /// # Errors
    /// As [`Knowledge::write_answer`].
    pub async fn write_wordings(
        &self,
        workspace: WorkspaceId,
        library: LibraryId,
        question: &str,
        answer: &str,
        variants: Vec<String>,
    ) -> Result<DocumentId> {
        let answer = Answer { question: question.to_owned(), answer: answer.to_owned(), variants };
        self.write_answers(workspace, library, vec![answer]).await?.pop().ok_or(Error::NotFound)
    }

    /// The same of several at once, all or none; their documents, in order.
    ///
    /// # Errors
    /// As [`Knowledge::write_answer`].
    pub async fn write_answers(&self, workspace: WorkspaceId, library: LibraryId, answers: Vec<Answer>) -> Result<Vec<DocumentId>> {
        let documents = answers.into_iter().map(parsed).collect::<Result<Vec<_>>>()?;
        let new = source::New { kind: Kind::Written, name: "Written answers", address: ADDRESS, audience: Audience::All };
        let source = source::open(self.chat(), workspace, library, &new).await?;
        let names: Vec<String> = documents.iter().map(|document| document.external_id.clone()).collect();
        let mut writing = Documents::open_for(self, Place { workspace, library, source }, &names).await?;
        writing.add(documents.into_iter().map(Into::into).collect()).await?;
        writing.finish_adding().await?;
        let mut connection = self.chat().store().read().acquire().await?;
        let known = document::known_in(&mut connection, self.chat().store(), (workspace, source), &names).await?;
        names.iter().map(|name| known.get(name).map(|(id, _)| *id).ok_or(Error::NotFound)).collect()
    }
}

/// A page of the answers of a library in the order of their names: the document, its name and the answer; `after` is the last
/// name of the page before.
///
/// # Errors
/// The record's.
pub async fn list(
    store: &Store,
    workspace: WorkspaceId,
    library: LibraryId,
    after: &str,
    limit: i64,
) -> Result<Vec<(DocumentId, String, Answer)>> {
    let Some((source, _)) = source::at(store, workspace, library, ADDRESS).await? else { return Ok(Vec::new()) };
    let documents = document::list(store, workspace, source, after, limit).await?;
    let ids: Vec<DocumentId> = documents.iter().map(|document| document.id).collect();
    let mut passages = passage::of_documents(store, workspace, &ids).await?;
    let read = |document: document::Document| {
        let (mut answer, mut variants) = (Vec::new(), Vec::new());
        for passage in passages.remove(&document.id).unwrap_or_default() {
            match passage.kind {
                passage::Kind::Variant => variants.push(passage.text),
                passage::Kind::Answer | passage::Kind::Text => answer.push(passage.text),
            }
        }
        (document.id, document.external_id, Answer { question: document.title, answer: answer.join("\n\n"), variants })
    };
    Ok(documents.into_iter().map(read).collect())
}

fn parsed(Answer { question, answer, variants }: Answer) -> Result<Parsed> {
    let (question, answer) = (one_line(&clean(&question)), clean(&answer).trim().to_owned());
    for (text, most, key) in [(&question, LONGEST_QUESTION, "fault-question-long"), (&answer, LONGEST_ANSWER, "fault-answer-long")] {
        if text.chars().count() > most {
            return Err(Error::Invalid(Fault::of(key).with("n", most)));
        }
    }
    let external_id = words::fold(&question);
    if external_id.is_empty() {
        return Err(Error::Invalid(Fault::of("fault-question-empty")));
    }
    if answer.is_empty() {
        return Err(Error::Invalid(Fault::of("fault-answer-empty")));
    }
    let body = Body::Answer { question: question.clone(), answer, variants };
    Ok(Parsed { external_id, title: question, url: String::new(), body, spot: None })
}
