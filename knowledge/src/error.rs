//! What can go wrong with knowledge, named for what the caller can do.

use crate::{Fault, parse::Reason};

/// An error of knowledge.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input is wrong; the sentence says how to mend it.
    #[error("{0}")]
    Invalid(Fault),
    /// No such row in this workspace.
    #[error("not found")]
    NotFound,
    /// Such a thing exists already.
    #[error("exists already")]
    Taken,
    /// Nothing of the source could be taken.
    #[error("nothing was taken from \"{name}\": {reason}")]
    Unusable {
        /// The file or address.
        name: String,
        /// Why.
        reason: Reason,
    },
    /// The search index cannot be used now; it is rebuilt from the record at the next search.
    #[error("the search index cannot be used now: {0}")]
    Index(String),
    /// The record's error.
    #[error(transparent)]
    Record(chat::Error),
    /// The folder of the index cannot be read or written.
    #[error("the index folder cannot be used: {0}; give the process the right to write there, or choose another with --data")]
    Folder(#[from] std::io::Error),
}

/// Knowledge's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<chat::Error> for Error {
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::Invalid(fault) => Self::Invalid(fault),
            chat::Error::NotFound => Self::NotFound,
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
