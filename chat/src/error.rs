//! What can go wrong with the record, named for what the caller can do.

use crate::Fault;

/// An error of the record.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input is wrong; the sentence says how to mend it.
    #[error("{0}")]
    Invalid(Fault),
    /// No such row in this workspace.
    #[error("not found")]
    NotFound,
    /// The speaker has changed since: do not write, look again.
    #[error("somebody else speaks in this conversation now")]
    Stale,
    /// The message cannot be changed any more: it is too old, or it was taken back.
    #[error("too late: the message cannot be changed any more")]
    TooLate,
    /// Such a thing exists already.
    #[error("exists already")]
    Taken,
    /// The record cannot be reached or written now: keep what you have and try again.
    #[error("the record cannot be used now: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The record must not be used as it is; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
}

/// The record's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Taken,
            _ => Self::Unavailable(error),
        }
    }
}

impl Error {
    /// An [`Error::Invalid`] from any fault.
    pub fn invalid(fault: impl Into<Fault>) -> Self {
        Self::Invalid(fault.into())
    }
}
