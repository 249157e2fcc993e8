//! Libraries.

use axum::{Json, extract::State, http::StatusCode};
use knowledge::library::{self, Library};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Api, body::Body, door::Caller, refusal::Refusal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    name: String,
}

#[derive(Serialize)]
pub(super) struct Libraries {
    libraries: Vec<Library>,
}

pub(super) async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<Libraries>, Refusal> {
    Ok(Json(Libraries { libraries: library::list(api.chat.store(), caller.workspace()).await? }))
}

/// The same name again is the same library.
pub(super) async fn create(State(api): State<Api>, caller: Caller, Body(new): Body<New>) -> Result<(StatusCode, Json<Library>), Refusal> {
    if let Some(known) = library::named(api.chat.store(), caller.workspace(), &new.name).await? {
        return Ok((StatusCode::OK, Json(known)));
    }
    if new.name.trim().is_empty() {
        return Err(Refusal::Invalid(knowledge::Fault::of("fault-sent-name-empty")));
    }
    let library = library::create(&api.chat, caller.workspace(), &new.name).await?;
    api.note(&caller, "library.create", library.id.text(), json!({ "name": library.name })).await?;
    Ok((StatusCode::CREATED, Json(library)))
}
