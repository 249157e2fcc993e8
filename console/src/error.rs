//! What can go wrong in the console, named for what the person can do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use knowledge::Fault;

/// An error of the console. As a response it carries its status and a [`Failure`], from which
/// the page in the person's language is made on the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not signed in: sign in first.
    #[error("not signed in")]
    SignIn,
    /// Signed in, but the role does not allow it.
    #[error("not allowed for this role")]
    Forbidden,
    /// The form is too old or comes from elsewhere: load it again.
    #[error("the form's token does not match")]
    Csrf,
    /// No such page or thing in this workspace.
    #[error("not found")]
    NotFound,
    /// A one-time link that was used or has expired.
    #[error("this link can no longer be used")]
    Gone,
    /// The request cannot be read; the text says what is wrong.
    #[error("broken request: {0}")]
    Broken(String),
    /// What was sent cannot be done; the sentence says how to mend it.
    #[error("refused: {0}")]
    Refused(Fault),
    /// More than the console takes in at once.
    #[error("too large")]
    TooLarge,
    /// Too many tries: wait.
    #[error("too many tries")]
    SlowDown,
    /// Somebody else was quicker; the key of the sentence that says so.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// A colleague has this conversation; their name.
    #[error("held by a colleague")]
    Held(String),
    /// The record, the index or the model cannot be reached now: try again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A template cannot be rendered.
    #[error("template: {}", chain(.0))]
    Template(#[from] tera::Error),
    /// A translation file cannot be read.
    #[error("texts: {0}")]
    Words(String),
    /// A sample cannot be read.
    #[error("sample: {0}")]
    Sample(String),
}

/// What a failed response is about: the page is rendered by the outermost layer, which
/// alone knows the person's language.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Names the sentence: `error-<key>`.
    pub key: &'static str,
    /// What exactly was wrong, for whoever sent it.
    pub detail: Fault,
}

impl Error {
    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Error::SignIn => StatusCode::UNAUTHORIZED,
            Error::Forbidden | Error::Csrf => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Gone => StatusCode::GONE,
            Error::Broken(_) | Error::Refused(_) => StatusCode::BAD_REQUEST,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            Error::Conflict(_) | Error::Held(_) => StatusCode::CONFLICT,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Template(_) | Error::Words(_) | Error::Sample(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Error::SignIn => "sign-in",
            Error::Forbidden => "forbidden",
            Error::Csrf => "stale-form",
            Error::NotFound => "not-found",
            Error::Gone => "gone",
            Error::Broken(_) => "broken",
            Error::Refused(_) => "refused",
            Error::TooLarge => "too-large",
            Error::SlowDown => "slow-down",
            Error::Conflict(key) => key,
            Error::Held(_) => "held",
            Error::Unavailable(_) => "unavailable",
            Error::Template(_) | Error::Words(_) | Error::Sample(_) => "failed",
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a console page failed");
        }
        if let Error::Broken(detail) = &self {
            tracing::debug!(request.detail = detail, "a request of the console cannot be read");
        }
        let detail = match &self {
            Error::Held(text) => Fault::from(text.as_str()),
            Error::Refused(fault) => fault.clone(),
            _ => Fault::from(""),
        };
        let failure = Failure { key: self.key(), detail };
        let mut response = status.into_response();
        response.extensions_mut().insert(failure);
        response
    }
}

impl From<chat::Error> for Error {
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::NotFound => Error::NotFound,
            chat::Error::Invalid(fault) => Error::Refused(fault),
            chat::Error::Stale => Error::Conflict("moved-on"),
            chat::Error::Taken => Error::Conflict("taken"),
            chat::Error::TooLate => Error::Conflict("moved-on"),
            other => Error::Unavailable(other.to_string()),
        }
    }
}

impl From<ticketing::Error> for Error {
    fn from(error: ticketing::Error) -> Self {
        match error {
            ticketing::Error::Invalid(fault) => Error::Refused(fault),
            ticketing::Error::NotFound => Error::NotFound,
            ticketing::Error::Taken => Error::Conflict("taken"),
            ticketing::Error::Held { agent } => Error::Held(agent),
            ticketing::Error::NotOpen => Error::Conflict("not-open"),
            ticketing::Error::Changed => Error::Conflict("changed"),
            ticketing::Error::TooLate => Error::Conflict("moved-on"),
            ticketing::Error::Record(error) => error.into(),
        }
    }
}

impl From<knowledge::Error> for Error {
    fn from(error: knowledge::Error) -> Self {
        match error {
            knowledge::Error::Invalid(fault) => Error::Refused(fault),
            knowledge::Error::NotFound => Error::NotFound,
            knowledge::Error::Taken => Error::Conflict("taken"),
            knowledge::Error::Record(error) => error.into(),
            other => Error::Unavailable(other.to_string()),
        }
    }
}

impl From<bot::Error> for Error {
    fn from(error: bot::Error) -> Self {
        match error {
            bot::Error::Invalid(fault) => Error::Refused(fault),
            bot::Error::NotFound => Error::NotFound,
            bot::Error::Stale => Error::Conflict("moved-on"),
            bot::Error::Record(error) => error.into(),
            bot::Error::Knowledge(error) => error.into(),
            other => Error::Unavailable(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Unavailable(error.to_string())
    }
}

fn chain(error: &tera::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
