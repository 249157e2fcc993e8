//! What may be wrong with the knowledge: passages that contradict or repeat each other, edits whose source has changed.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::DocumentId;
use knowledge::edit::{self, Edit};
use knowledge::twin::{Side, Twins};

use super::PAGE;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::visit::Seat;

#[derive(Serialize)]
struct CheckPage {
    parts: [PartText; 2],
    lost: Vec<LostText>,
}

/// Pairs of one kind: `differing` in numbers, or `alike`.
#[derive(Serialize)]
struct PartText {
    name: &'static str,
    pairs: Vec<PairText>,
}

#[derive(Serialize)]
struct PairText {
    likeness: f64,
    sides: Vec<SideText>,
}

#[derive(Serialize)]
struct SideText {
    href: String,
    title: String,
    heading: String,
    text: String,
    numbers: Vec<String>,
}

#[derive(Serialize)]
struct LostText {
    document: String,
    origin: String,
    href: String,
    heading: String,
    before: String,
    text: String,
    lost_at: Option<i64>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let twins = console.knowledge.twins(seat.workspace()).await?;
    let (mut differing, mut alike) = (Vec::new(), Vec::new());
    for pair in twins.iter() {
        let list = if pair.differ { &mut differing } else { &mut alike };
        list.push(console.pair(&seat, pair).await?);
    }
    let mut lost = Vec::new();
    for edit in edit::lost(console.chat.store(), seat.workspace()).await? {
        lost.push(console.lost(&seat, edit).await?);
    }
    let parts = [PartText { name: "differing", pairs: differing }, PartText { name: "alike", pairs: alike }];
    let page = console.page(&seat.visit, "sources", "check.html", CheckPage { parts, lost }).await?;
    Ok(page.into_response())
}

/// Gives an edit up whose source has changed.
pub async fn give_up(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let document: DocumentId = fields.text("document").parse().map_err(|_| Error::NotFound)?;
    edit::give_up(&console.chat, seat.workspace(), document, fields.text("origin")).await?;
    Ok(console.said(&seat.visit, &format!("{PAGE}/check"), &Flash::done("flash-edit-dropped")))
}

impl Console {
    async fn pair(&self, seat: &Seat, pair: &Twins) -> Result<PairText, Error> {
        let mut sides = Vec::new();
        for Side { passage, document, title, heading, text, numbers } in [&pair.one, &pair.other] {
            let document = self.document_href(seat, *document).await?.unwrap_or_default();
            sides.push(SideText {
                href: format!("{document}#p-{passage}"),
                title: title.clone(),
                heading: heading.clone(),
                text: text.clone(),
                numbers: numbers.clone(),
            });
        }
        Ok(PairText { likeness: pair.likeness, sides })
    }

    async fn lost(&self, seat: &Seat, edit: Edit) -> Result<LostText, Error> {
        Ok(LostText {
            href: self.document_href(seat, edit.document).await?.unwrap_or_default(),
            document: edit.document.text(),
            origin: edit.origin,
            heading: edit.heading,
            before: edit.before,
            text: edit.text,
            lost_at: edit.lost_at,
        })
    }
}
