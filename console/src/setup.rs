//! The first owner, by the one-time link the start-up prints.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::agent::{NewAgent, Role};
use chat::invite::{self, Invite};

use crate::error::Error;
use crate::handle::Console;
use crate::login;
use crate::web::fields::Fields;
use crate::web::form::{Form, FormText, is_email};
use crate::web::visit::Visit;

const FIELDS: [&str; 4] = ["workspace", "name", "email", "password"];

#[derive(Serialize)]
struct SetupPage {
    form: FormText,
}

/// The form.
pub async fn show(State(console): State<Console>, visit: Visit, Path(token): Path<String>) -> Result<Response, Error> {
    let invite = good(&console, &token).await?;
    let workspace = chat::workspace::find(console.chat.store(), invite.workspace).await?;
    let form = Form::empty(&FIELDS).with("workspace", workspace.name);
    page(&console, &visit, &form).await
}

/// Makes the owner and signs them in.
pub async fn save(State(console): State<Console>, visit: Visit, Path(token): Path<String>, fields: Fields) -> Result<Response, Error> {
    let invite = good(&console, &token).await?;
    let password = fields.text("password");
    let mut form = Form::filled(&FIELDS, &fields);
    form.forget("password");
    form.length("name", 100);
    form.check(is_email(form.value("email")), "email", "fault-email");
    form.check(form.value("workspace").chars().count() <= 200, "workspace", "fault-long");
    login::check_password(&mut form, "password", password);
    if form.is_fine() {
        match join(&console, &visit, &token, &form, password).await {
            Ok(agent) => {
                name_workspace(&console, &invite, form.value("workspace")).await?;
                return login::signed_in(&console, &visit, &agent, "/console/").await;
            }
            Err(chat::Error::Taken) => form.fault("email", "fault-email-taken"),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&console, &visit, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Uses the link up and makes its account; a link whose account cannot be made stays good.
pub async fn join(console: &Console, visit: &Visit, token: &str, form: &Form, password: &str) -> Result<chat::agent::Agent, chat::Error> {
    let chat = &console.chat;
    let password_hash = login::hashed(console, password).await?;
    let invite = invite::redeem(chat.store(), token, chat.now()).await?;
    let new = NewAgent {
        email: form.value("email").to_owned(),
        name: form.value("name").to_owned(),
        role: invite.role,
        locale: visit.locale.tag().to_owned(),
        capacity: i64::from(console.desk.config().capacity),
        password_hash,
    };
    let made = chat::agent::create(chat.store(), invite.workspace, chat.id(), &new, chat.now()).await;
    if made.is_err() {
        invite::give_back(chat.store(), token).await?;
    }
    made
}

async fn good(console: &Console, token: &str) -> Result<Invite, Error> {
    let chat = &console.chat;
    let invite = invite::peek(chat.store(), token, chat.now()).await.map_err(gone)?;
    if invite.role == Role::Owner && invite.agent.is_none() { Ok(invite) } else { Err(Error::Gone) }
}

/// A link that is not there any more is gone, not merely unknown.
pub fn gone(error: chat::Error) -> Error {
    match error {
        chat::Error::NotFound => Error::Gone,
        other => other.into(),
    }
}

async fn name_workspace(console: &Console, invite: &Invite, name: &str) -> Result<(), Error> {
    if !name.is_empty() {
        chat::workspace::rename(console.chat.store(), invite.workspace, name).await?;
    }
    Ok(())
}

async fn page(console: &Console, visit: &Visit, form: &Form) -> Result<Response, Error> {
    let own = SetupPage { form: console.form(visit, form) };
    Ok(console.page(visit, "", "setup.html", own).await?.into_response())
}
