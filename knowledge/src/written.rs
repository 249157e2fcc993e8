//! Questions and answers that people write in the console: one source "written" a library.

use chat::{DocumentId, LibraryId, WorkspaceId};

use crate::{
    Audience, Error, Fault, Knowledge, Result, document,
    import::Documents,
    parse::{Body, Parsed, clean, one_line},
    source::{self, Kind},
    words,
};

/// Longest question that somebody writes, in characters.
pub const LONGEST_QUESTION: usize = 500;
/// Longest answer, in characters.
pub const LONGEST_ANSWER: usize = 16_000;

/// The address of the written source of a library.
pub(crate) const ADDRESS: &str = "written:";

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
        let (question, answer) = (one_line(&clean(question)), clean(answer).trim().to_owned());
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
        let new = source::New { kind: Kind::Written, name: "Written answers", address: ADDRESS, audience: Audience::All };
        let source = source::open(self.chat(), workspace, library, &new).await?;
        let body = Body::Answer { question: question.clone(), answer, variants };
        let document = Parsed { external_id: external_id.clone(), title: question, url: String::new(), body, spot: None };
        let mut documents = Documents::open(self, workspace, library, source).await?;
        documents.add(document).await?;
        documents.finish_adding().await?;
        let known = document::known(self.chat().store(), workspace, source).await?;
        known.get(&external_id).map(|(id, _)| *id).ok_or(Error::NotFound)
    }
}
