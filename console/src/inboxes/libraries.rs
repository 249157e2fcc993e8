//! Which libraries the visitors of an inbox are answered from.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use chat::inbox::{self, Inbox};
use chat::{InboxId, LibraryId};
use knowledge::library;

use super::{PAGE, tell};
use crate::error::Error;
use crate::handle::Console;
use crate::sources::LibraryText;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// All libraries, and which of them are chosen.
#[derive(Serialize)]
pub struct Shelves {
    /// Whether only some are.
    some: bool,
    all: Vec<ShelfText>,
}

#[derive(Serialize)]
struct ShelfText {
    chosen: bool,
    library: LibraryText,
}

impl Shelves {
    /// Those of an inbox.
    pub async fn of(console: &Console, seat: &Seat, inbox: &Inbox) -> Result<Self, Error> {
        let chosen = |id: &str| inbox.libraries.as_ref().is_none_or(|chosen| chosen.iter().any(|library| library.text() == id));
        let all = console.libraries(seat).await?.into_iter();
        Ok(Self { some: inbox.libraries.is_some(), all: all.map(|library| ShelfText { chosen: chosen(&library.id), library }).collect() })
    }
}

/// Chooses them: at once, for every visitor of the inbox.
pub async fn choose(State(console): State<Console>, seat: Seat, Id(id): Id<InboxId>, fields: Fields) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let known = library::list(store, workspace).await?;
    let sent: Vec<LibraryId> = fields.all("library").into_iter().filter_map(LibraryId::parse).collect();
    let chosen = match fields.text("which") {
        "all" => None,
        "some" => Some(known.iter().map(|library| library.id).filter(|id| sent.contains(id)).collect::<Vec<_>>()),
        _ => return Err(Error::NotFound),
    };
    if inbox::set_libraries(store, workspace, id, chosen.as_deref()).await? {
        tell(&console, &seat);
        console.note(&seat, "inbox.libraries", id.text(), json!({ "libraries": chosen })).await?;
    }
    let flash = match chosen.as_deref() {
        Some([]) => "flash-inbox-no-libraries",
        _ => "flash-saved",
    };
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}#libraries"), &Flash::done(flash)))
}
