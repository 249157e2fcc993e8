//! What is done to a server on purpose, many times: ended in the middle of everything, taken over in the middle of a sentence.

pub mod kill;
pub mod takeover;

pub(crate) mod traffic;
