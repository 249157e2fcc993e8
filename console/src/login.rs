//! Signing in and out.

pub mod attempts;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use chat::agent::Agent;
use chat::{News, Topic};

use crate::error::Error;
use crate::handle::Console;
use crate::web::cookies::{self, Kind};
use crate::web::enter::add_cookie;
use crate::web::fields::{Fields, inside};
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Ask;
use crate::web::visit::{Seat, Visit};

const FIELDS: [&str; 2] = ["email", "password"];

#[derive(Serialize)]
struct LoginPage {
    next: String,
    form: FormText,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// The form; somebody who is signed in goes on.
pub async fn show(State(console): State<Console>, visit: Visit, Ask(asked): Ask<Next>) -> Result<Response, Error> {
    let next = inside(&asked.next).unwrap_or_default();
    if visit.agent.is_some() {
        return Ok(Redirect::to(landing(next)).into_response());
    }
    page(&console, &visit, next, &Form::empty(&FIELDS)).await
}

/// Checks address and password. Both wrong and unknown take as long, and say the same.
pub async fn sign_in(State(console): State<Console>, visit: Visit, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    let next = inside(fields.text("next")).unwrap_or_default().to_owned();
    form.forget("password");
    let (email, password) = (fields.text("email").trim(), fields.text("password"));
    form.check(!email.is_empty(), "email", "fault-required");
    form.check(!password.is_empty(), "password", "fault-required");
    let now = console.chat.now();
    if form.is_fine() && !console.attempts.allow(email, visit.address, now) {
        form.refuse("login-slow-down");
    }
    if form.is_fine() {
        match verified(&console, email, password).await? {
            Some(agent) => {
                console.attempts.forget(email);
                let to = landing(&next).to_owned();
                return signed_in(&console, &visit, &agent, &to).await;
            }
            None => {
                console.attempts.failed(email, visit.address, now);
                form.refuse("login-wrong");
            }
        }
    }
    let page = page(&console, &visit, &next, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Ends this browser's session; the desk hears of it.
pub async fn sign_out(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    if let Some(token) = &seat.visit.token {
        chat::session::close(console.chat.store(), token).await?;
    }
    let (workspace, agent) = (seat.workspace(), seat.agent.id);
    // Streams of this browser's other tabs look again whether they may go on.
    console.chat.bus().publish(Topic::Workspace(workspace), News::Revoked { workspace, agent });
    console.desk.sign_out(workspace, agent).await?;
    let mut response = console.said(&seat.visit, "/console/login", &Flash::done("flash-signed-out"));
    let https = seat.visit.https;
    add_cookie(response.headers_mut(), &cookies::write(Kind::Session, https, "", 0));
    Ok(response)
}

/// Opens a session in this browser and goes to `to`.
pub async fn signed_in(console: &Console, visit: &Visit, agent: &Agent, to: &str) -> Result<Response, Error> {
    let chat = &console.chat;
    let token = chat::session::open(chat.store(), chat.random(), agent.workspace, agent.id, chat.now()).await?;
    let mut response = Redirect::to(to).into_response();
    let seconds = chat::session::LIFETIME_MS / 1_000;
    let headers = response.headers_mut();
    add_cookie(headers, &cookies::write(Kind::Session, visit.https, &token, seconds));
    add_cookie(headers, &cookies::write(Kind::Form, visit.https, "", 0));
    tracing::info!(agent.id = %agent.id, "somebody of the staff signed in");
    Ok(response)
}

/// A hash nothing matches, of the cost of ours.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$d2FyYmxlci1ub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The account, if the password is its own. An unknown address costs the same hashing.
async fn verified(console: &Console, email: &str, password: &str) -> Result<Option<Agent>, Error> {
    let known = chat::agent::by_email(console.chat.store(), email).await?;
    let (agent, hash) = match known {
        Some((agent, hash)) => (Some(agent), hash),
        None => (None, NOBODY.to_owned()),
    };
    let password = password.to_owned();
    let fits = tokio::task::spawn_blocking(move || chat::agent::verify_password(&password, &hash))
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(agent.filter(|agent| fits && agent.disabled_at.is_none()))
}

/// Whether a password is this agent's own.
pub async fn confirms(console: &Console, agent: &Agent, password: &str) -> Result<bool, Error> {
    Ok(verified(console, &agent.email, password).await?.is_some_and(|known| known.id == agent.id))
}

/// Hashes a password off the async threads.
pub async fn hashed(console: &Console, password: &str) -> Result<String, chat::Error> {
    let random = console.chat.random().clone();
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || chat::agent::hash_password(&password, &random))
        .await
        .map_err(|error| chat::Error::Refused(error.to_string()))?
}

/// Notes what is wrong with a new password.
pub fn check_password(form: &mut Form, name: &'static str, password: &str) {
    let long_enough = password.chars().count() >= chat::agent::MIN_PASSWORD;
    form.check(long_enough, name, "fault-password-short");
    let short_enough = password.len() <= chat::agent::MAX_PASSWORD;
    form.check(short_enough, name, "fault-long");
}

fn landing(next: &str) -> &str {
    if next.is_empty() { "/console/" } else { next }
}

async fn page(console: &Console, visit: &Visit, next: &str, form: &Form) -> Result<Response, Error> {
    let own = LoginPage { next: next.to_owned(), form: console.form(visit, form) };
    let page = console.page(visit, "", "login.html", own).await?;
    Ok(page.into_response())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use chat::agent::{hash_password, verify_password};

    #[test]
    fn an_unknown_address_costs_as_much_as_a_wrong_password() {
        let real = hash_password("correct horse battery", &chat::Random::seeded(1)).unwrap();
        let cost = |hash: &str| {
            let started = Instant::now();
            assert!(!verify_password("wrong", hash));
            started.elapsed()
        };
        // A hash that does not parse would be refused within a microsecond.
        assert!(cost(super::NOBODY) * 10 > cost(&real));
    }
}
