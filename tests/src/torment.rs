//! What is done to a server on purpose, many times: ended in the middle of everything, taken over in the middle of a sentence.

pub mod cancel;
pub mod injection;
pub mod kill;
pub mod models;
pub mod takeover;

pub(crate) mod traffic;
