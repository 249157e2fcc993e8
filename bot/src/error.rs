//! What can go wrong with the bot, named for what the caller can do.

use knowledge::Fault;

/// An error of the bot.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input is wrong; the sentence says how to mend it.
    #[error("{0}")]
    Invalid(Fault),
    /// No such thing in this workspace.
    #[error("not found")]
    NotFound,
    /// The bot may not speak in this conversation any more: stop.
    #[error("somebody else speaks in this conversation now")]
    Stale,
    /// The record failed: keep what you have and try again.
    #[error(transparent)]
    Record(chat::Error),
    /// Knowledge failed.
    #[error(transparent)]
    Knowledge(knowledge::Error),
    /// The desk failed.
    #[error(transparent)]
    Desk(ticketing::Error),
    /// One of the bot's own files does not work with what it was given; a test renders them all.
    #[error("a prompt of the bot cannot be used: {0}")]
    Prompt(#[from] tera::Error),
}

/// The bot's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<chat::Error> for Error {
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::Invalid(fault) => Self::Invalid(fault),
            chat::Error::NotFound => Self::NotFound,
            chat::Error::Stale => Self::Stale,
            other => Self::Record(other),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        chat::Error::from(error).into()
    }
}

impl From<knowledge::Error> for Error {
    fn from(error: knowledge::Error) -> Self {
        Self::Knowledge(error)
    }
}

impl From<ticketing::Error> for Error {
    fn from(error: ticketing::Error) -> Self {
        match error {
            ticketing::Error::NotFound => Self::NotFound,
            ticketing::Error::Changed => Self::Stale,
            other => Self::Desk(other),
        }
    }
}
