//! Accepting an invitation, or choosing a new password by a link.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::agent::Agent;
use chat::invite::{self, Invite};
use chat::{News, Topic};

use crate::conversation::context::Named;
use crate::error::Error;
use crate::handle::Console;
use crate::login;
use crate::setup::{gone, join};
use crate::web::fields::Fields;
use crate::web::form::{Form, FormText, is_email};
use crate::web::visit::Visit;

const FIELDS: [&str; 3] = ["name", "email", "password"];

#[derive(Serialize)]
struct InvitePage {
    workspace: Named,
    purpose: &'static str,
    role: &'static str,
    email: String,
    form: FormText,
}

/// The form: for a new account, or for a new password of an old one.
pub async fn show(State(console): State<Console>, visit: Visit, Path(token): Path<String>) -> Result<Response, Error> {
    let (invite, agent) = good(&console, &token).await?;
    let form = match &agent {
        Some(agent) => Form::empty(&FIELDS).with("name", &*agent.name).with("email", &*agent.email),
        None => Form::empty(&FIELDS),
    };
    page(&console, &visit, &invite, agent.as_ref(), &form).await
}

/// Makes the account or sets the password, and signs them in.
pub async fn save(State(console): State<Console>, visit: Visit, Path(token): Path<String>, fields: Fields) -> Result<Response, Error> {
    let (invite, agent) = good(&console, &token).await?;
    let password = fields.text("password");
    let mut form = Form::filled(&FIELDS, &fields);
    form.forget("password");
    login::check_password(&mut form, "password", password);
    if agent.is_none() {
        form.length("name", 100);
        form.check(is_email(form.value("email")), "email", "fault-email");
    }
    if form.is_fine() {
        let done = match &agent {
            Some(agent) => renew(&console, &token, agent, password).await,
            None => join(&console, &visit, &token, &form, password).await,
        };
        match done {
            Ok(agent) => return login::signed_in(&console, &visit, &agent, "/console/").await,
            Err(chat::Error::Taken) => form.fault("email", "fault-email-taken"),
            Err(error) => return Err(gone(error)),
        }
    }
    let page = page(&console, &visit, &invite, agent.as_ref(), &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Sets a new password and closes every session and stream of the account.
async fn renew(console: &Console, token: &str, agent: &Agent, password: &str) -> Result<Agent, chat::Error> {
    let chat = &console.chat;
    let hash = login::hashed(console, password).await?;
    invite::redeem(chat.store(), token, chat.now()).await?;
    chat::agent::set_password(chat.store(), agent.workspace, agent.id, &hash).await?;
    close_everywhere(console, agent).await?;
    Ok(agent.clone())
}

/// Closes every session and stream of an account.
pub async fn close_everywhere(console: &Console, agent: &Agent) -> Result<(), chat::Error> {
    let chat = &console.chat;
    chat::session::close_all(chat.store(), agent.workspace, agent.id).await?;
    let (workspace, agent) = (agent.workspace, agent.id);
    chat.bus().publish(Topic::Workspace(workspace), News::Revoked { workspace, agent });
    Ok(())
}

async fn good(console: &Console, token: &str) -> Result<(Invite, Option<Agent>), Error> {
    let chat = &console.chat;
    let invite = invite::peek(chat.store(), token, chat.now()).await.map_err(gone)?;
    let agent = match invite.agent {
        Some(agent) => Some(chat::agent::find(chat.store(), invite.workspace, agent).await?),
        None => None,
    };
    Ok((invite, agent))
}

async fn page(console: &Console, visit: &Visit, invite: &Invite, agent: Option<&Agent>, form: &Form) -> Result<Response, Error> {
    let workspace = chat::workspace::find(console.chat.store(), invite.workspace).await?;
    let own = InvitePage {
        workspace: Named { name: workspace.name },
        purpose: if agent.is_some() { "password" } else { "join" },
        role: agent.map_or(invite.role, |agent| agent.role).text(),
        email: agent.map(|agent| agent.email.clone()).unwrap_or_default(),
        form: console.form(visit, form),
    };
    Ok(console.page(visit, "", "invite.html", own).await?.into_response())
}
