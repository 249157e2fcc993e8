//! Questions and answers of a library.

use axum::{Json, extract::State};
use chat::{DocumentId, LibraryId};
use knowledge::{Answer, library, written};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    body::{Ask, At, Body},
    documents::{Paged, cut},
    door::Caller,
    refusal::Refusal,
};

/// Answers of one request.
const MOST: usize = 200;
/// Other wordings of one question.
const WORDINGS: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Many {
    answers: Vec<One>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    question: String,
    answer: String,
    #[serde(default)]
    variants: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Written {
    documents: Vec<DocumentId>,
}

#[derive(Serialize)]
pub(super) struct Answers {
    answers: Vec<Shown>,
    next: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Shown {
    document: DocumentId,
    #[serde(flatten)]
    answer: Answer,
}

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<LibraryId>,
    Ask(paged): Ask<Paged>,
) -> Result<Json<Answers>, Refusal> {
    library::find(api.chat.store(), caller.workspace(), id).await?;
    let mut all = written::list(api.chat.store(), caller.workspace(), id, paged.after(), paged.limit() + 1).await?;
    let next = cut(&mut all, paged.limit(), |(_, name, _)| name.clone());
    Ok(Json(Answers { answers: all.into_iter().map(|(document, _, answer)| Shown { document, answer }).collect(), next }))
}

/// All of them are taken, or none; the same question again replaces its answer.
pub(super) async fn write(
    State(api): State<Api>,
    caller: Caller,
    At(id): At<LibraryId>,
    Body(many): Body<Many>,
) -> Result<Json<Written>, Refusal> {
    if many.answers.len() > MOST {
        return Err(Refusal::TooMany(MOST));
    }
    if many.answers.iter().any(|one| one.variants.len() > WORDINGS) {
        return Err(Refusal::TooMany(WORDINGS));
    }
    let answer = |One { question, answer, variants }| Answer { question, answer, variants };
    let answers = many.answers.into_iter().map(answer).collect();
    Ok(Json(Written { documents: api.knowledge.write_answers(caller.workspace(), id, answers).await? }))
}
