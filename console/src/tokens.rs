//! Tokens of the open API: listed, made, revoked.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::TokenId;
use chat::token::{self, Rights, Token};

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const PAGE: &str = "/console/tokens";
const FIELDS: [&str; 2] = ["name", "rights"];
/// Longest name, in characters.
const LONGEST: usize = 100;

#[derive(Serialize)]
struct TokensPage {
    tokens: Vec<TokenText>,
    /// The secret of the one that was just made.
    made: Option<String>,
    form: FormText,
}

#[derive(Serialize)]
struct TokenText {
    id: String,
    name: String,
    rights: &'static str,
    by: String,
    created_at: i64,
    used_at: Option<i64>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    page(&console, &seat, &Form::empty(&FIELDS).with("rights", Rights::Write.text())).await
}

/// Makes a token; the page shows it once.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("name", LONGEST);
    let rights = Rights::parse(form.value("rights"));
    form.check(rights.is_some(), "rights", "fault-choose");
    if let Some(rights) = rights.filter(|_| form.is_fine()) {
        match token::create(&console.chat, seat.workspace(), seat.agent.id, form.value("name"), rights).await {
            Ok((token, secret)) => {
                let detail = json!({ "name": token.name, "rights": rights });
                console.note(&seat, "token.create", token.id.text(), detail).await?;
                return Ok(console.linked(&seat.visit, PAGE, &secret));
            }
            Err(chat::Error::Taken) => form.refuse("fault-tokens-many"),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&console, &seat, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Ends one.
pub async fn revoke(State(console): State<Console>, seat: Seat, Id(id): Id<TokenId>) -> Result<Response, Error> {
    let name = token::revoke(console.chat.store(), seat.workspace(), id).await?;
    console.note(&seat, "token.revoke", id.text(), json!({ "name": name })).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-token-revoked").with("name", name)))
}

async fn page(console: &Console, seat: &Seat, form: &Form) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let people = chat::agent::list(store, workspace).await?;
    let text = |token: Token| TokenText {
        id: token.id.text(),
        rights: token.rights.text(),
        by: people.iter().find(|agent| agent.id == token.agent).map(|agent| agent.name.clone()).unwrap_or_default(),
        name: token.name,
        created_at: token.created_at,
        used_at: token.used_at,
    };
    let own = TokensPage {
        tokens: token::list(store, workspace).await?.into_iter().map(text).collect(),
        made: seat.visit.link.clone().filter(|made| made.starts_with(token::PREFIX)),
        form: console.form(&seat.visit, form),
    };
    Ok(console.page(&seat.visit, "tokens", "tokens.html", own).await?.into_response())
}
