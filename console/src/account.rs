//! One's own account: name, language, theme, password, browsers that are signed in.

mod sessions;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use chat::agent::Agent;

use crate::error::Error;
use crate::handle::Console;
use crate::invite::close_everywhere;
use crate::locale::Locale;
use crate::login;
use crate::web::cookies::{self, Kind};
use crate::web::enter::add_cookie;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::{Seat, THEMES, Visit};

use sessions::SessionText;

const FIELDS: [&str; 3] = ["name", "locale", "theme"];
const PASSWORDS: [&str; 2] = ["current", "password"];
/// A year: how long a browser remembers language and theme, in seconds.
const YEAR_SECONDS: i64 = 365 * 86_400;

#[derive(Serialize)]
struct AccountPage {
    form: FormText,
    password: FormText,
    sessions: Vec<SessionText>,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let form = filled(&seat);
    page(&console, &seat, &form, &Form::empty(&PASSWORDS)).await
}

/// Saves name, language and theme.
pub async fn save(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("name", 100);
    let locale = Locale::parse(form.value("locale"));
    form.check(locale.is_some(), "locale", "fault-choose");
    let theme = form.value("theme").to_owned();
    form.check(THEMES.contains(&theme.as_str()), "theme", "fault-choose");
    let Some(locale) = locale.filter(|_| form.is_fine()) else {
        let page = page(&console, &seat, &form, &Form::empty(&PASSWORDS)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let agent = Agent { name: form.value("name").to_owned(), locale: locale.tag().to_owned(), ..seat.agent.clone() };
    chat::agent::save(console.chat.store(), &agent).await?;
    let flash = Flash::done("flash-saved");
    let mut response = console.said(&seat.visit, "/console/account", &flash);
    let https = seat.visit.https;
    let headers = response.headers_mut();
    add_cookie(headers, &cookies::write(Kind::Theme, https, &theme, YEAR_SECONDS));
    add_cookie(headers, &cookies::write(Kind::Language, https, locale.tag(), YEAR_SECONDS));
    Ok(response)
}

/// Sets another password: every session and stream of the account ends, and this browser
/// gets a new one.
pub async fn password(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::empty(&PASSWORDS);
    let (current, password) = (fields.text("current"), fields.text("password"));
    login::check_password(&mut form, "password", password);
    let (email, now) = (&seat.agent.email, console.chat.now());
    if !console.attempts.allow(email, seat.visit.address, now) {
        form.refuse("login-slow-down");
    } else if form.is_fine() && !login::confirms(&console, &seat.agent, current).await? {
        console.attempts.failed(email, seat.visit.address, now);
        form.fault("current", "fault-password-wrong");
    }
    if !form.is_fine() {
        let page = page(&console, &seat, &filled(&seat), &form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let hash = login::hashed(&console, password).await?;
    let store = console.chat.store();
    chat::agent::set_password(store, seat.workspace(), seat.agent.id, &hash).await?;
    close_everywhere(&console, &seat.agent).await?;
    let mut response = login::signed_in(&console, &seat.visit, &seat.agent, "/console/account").await?;
    let flash = Flash::done("flash-password").encode();
    let cookie = cookies::write(Kind::Flash, seat.visit.https, &flash, 60);
    add_cookie(response.headers_mut(), &cookie);
    Ok(response)
}

/// Signs every other browser out.
pub async fn end_sessions(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    sessions::end_others(&console, &seat).await?;
    let flash = Flash::done("flash-sessions-ended");
    Ok(console.said(&seat.visit, "/console/account", &flash))
}

/// Switches the language: of the account, or of this browser while nobody is signed in.
pub async fn language(State(console): State<Console>, visit: Visit, fields: Fields) -> Result<Response, Error> {
    let locale = Locale::parse(fields.text("lang")).unwrap_or(visit.locale);
    if let Some(agent) = &visit.agent {
        let agent = Agent { locale: locale.tag().to_owned(), ..agent.clone() };
        chat::agent::save(console.chat.store(), &agent).await?;
    }
    let mut response = Redirect::to(&fields.back("/console/")).into_response();
    let cookie = cookies::write(Kind::Language, visit.https, locale.tag(), YEAR_SECONDS);
    add_cookie(response.headers_mut(), &cookie);
    Ok(response)
}

fn filled(seat: &Seat) -> Form {
    Form::empty(&FIELDS).with("name", &*seat.agent.name).with("locale", seat.locale().tag()).with("theme", &*seat.visit.theme)
}

async fn page(console: &Console, seat: &Seat, form: &Form, password: &Form) -> Result<Response, Error> {
    let own = AccountPage {
        form: console.form(&seat.visit, form),
        password: console.form(&seat.visit, password),
        sessions: sessions::list(console, seat).await?,
    };
    let page = console.page(&seat.visit, "account", "account.html", own).await?;
    Ok(page.into_response())
}
