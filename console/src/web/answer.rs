//! How a POST is answered: a redirect with a sentence for people, a status for scripts.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use crate::handle::Console;
use crate::web::cookies::{self, Kind};
use crate::web::enter::add_cookie;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::Visit;

/// Seconds a flash waits for its page.
const FLASH_SECONDS: i64 = 60;

/// It is done: 204 for a script, else a redirect to `to`.
#[must_use]
pub fn done(visit: &Visit, to: &str) -> Response {
    if visit.wants_json { StatusCode::NO_CONTENT.into_response() } else { Redirect::to(to).into_response() }
}

/// The faults of a form for a script: field → sentence, and one for the whole.
#[must_use]
pub fn faults(form: &FormText) -> Response {
    let errors: serde_json::Map<String, serde_json::Value> =
        form.errors.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    let body = json!({ "errors": errors, "text": form.error });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

impl Console {
    /// It is done, and the next page says so. A script gets the sentence itself, and where
    /// that page is.
    #[must_use]
    pub fn said(&self, visit: &Visit, to: &str, flash: &Flash) -> Response {
        if visit.wants_json {
            let text = flash.text(self.templates.words(), visit.locale);
            return Json(json!({ "flash": text, "to": to })).into_response();
        }
        let mut response = done(visit, to);
        let cookie = cookies::write(Kind::Flash, visit.https, &flash.encode(), FLASH_SECONDS);
        add_cookie(response.headers_mut(), &cookie);
        response
    }

    /// Goes to `to`, which shows a one-time link, once.
    #[must_use]
    pub fn linked(&self, visit: &Visit, to: &str, link: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        add_cookie(response.headers_mut(), &cookies::write(Kind::Link, visit.https, link, FLASH_SECONDS));
        response
    }

    /// A form in the visitor's words.
    #[must_use]
    pub fn form(&self, visit: &Visit, form: &Form) -> FormText {
        form.text(self.templates.words(), visit.locale)
    }
}
