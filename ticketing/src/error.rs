//! What can go wrong at the desk, named for what the caller can do.

use chat::Fault;

/// An error of the desk.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input is wrong; the sentence says how to mend it.
    #[error("{0}")]
    Invalid(Fault),
    /// No such thing in this workspace.
    #[error("not found")]
    NotFound,
    /// Such a thing exists already: choose another name.
    #[error("exists already")]
    Taken,
    /// A colleague holds this chat: leave it, or take it over on purpose.
    #[error("{agent} has this chat")]
    Held {
        /// The colleague's name.
        agent: String,
    },
    /// The chat has no ticket that this could be done to: take it first, or reopen it.
    #[error("this chat is not open")]
    NotOpen,
    /// Somebody was faster: look again.
    #[error("this chat has changed meanwhile")]
    Changed,
    /// The message cannot be changed any more: it is too old, or it was taken back.
    #[error("too late: the message cannot be changed any more")]
    TooLate,
    /// The record failed: keep what you have and try again.
    #[error(transparent)]
    Record(chat::Error),
}

/// The desk's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn invalid(fault: impl Into<Fault>) -> Self {
        Self::Invalid(fault.into())
    }
}

impl From<chat::Error> for Error {
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::Invalid(fault) => Self::Invalid(fault),
            chat::Error::NotFound => Self::NotFound,
            chat::Error::Stale => Self::Changed,
            chat::Error::TooLate => Self::TooLate,
            chat::Error::Taken => Self::Taken,
            other => Self::Record(other),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        chat::Error::from(error).into()
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Record(chat::Error::Refused(format!("a row of the desk cannot be written: {error}")))
    }
}
