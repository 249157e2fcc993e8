//! Cases as pages show them.

use serde::Serialize;

use chat::DocumentId;
use knowledge::case::{Case, Expect};

use crate::error::Error;
use crate::handle::Console;
use crate::web::visit::Seat;

/// A case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseText {
    pub id: String,
    pub href: String,
    pub question: String,
    pub history: Vec<SaidText>,
    pub expect: &'static str,
    /// The document's title, or the fact.
    pub target: String,
    pub target_href: Option<String>,
    pub state: &'static str,
    pub origin: &'static str,
    pub conversation_href: Option<String>,
    pub created_at: i64,
}

/// A line of what was said before.
#[derive(Clone, Debug, Serialize)]
pub struct SaidText {
    pub who: String,
    pub text: String,
}

/// A case with the title of its document.
pub async fn case(console: &Console, seat: &Seat, case: Case) -> Result<CaseText, Error> {
    let (target, target_href) = match (case.expect, DocumentId::parse(&case.target)) {
        (Expect::Cite, Some(document)) => {
            let title = knowledge::document::title(console.chat.store(), seat.workspace(), document).await?;
            (title.unwrap_or_default(), console.document_href(seat, document).await?)
        }
        _ => (case.target, None),
    };
    Ok(CaseText {
        id: case.id.text(),
        href: format!("/console/cases/{}", case.id),
        question: case.question,
        history: case.history.into_iter().map(|said| SaidText { who: said.who, text: said.text }).collect(),
        expect: case.expect.text(),
        target,
        target_href,
        state: case.state.text(),
        origin: case.origin.text(),
        conversation_href: case.conversation.map(|id| format!("/console/conversations/{id}")),
        created_at: case.created_at,
    })
}
