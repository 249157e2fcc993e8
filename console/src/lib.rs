//! The staff's pages: inbox, knowledge, bot, people, reports, settings.
//!
//! Server-rendered and complete with scripts off; live by a stream of fragments that are
//! rendered from the same partials. [`Console::router`] holds every route with who may use it.

pub mod account;
mod agreement;
mod approvals;
mod articles;
pub mod assets;
pub mod audience;
mod audit;
pub mod beside;
pub mod bot_settings;
pub mod canned;
pub mod cases;
mod config;
pub mod conversation;
mod error;
pub mod face;
pub mod gaps;
mod handle;
pub mod home;
pub mod inbox;
pub mod inboxes;
pub mod invite;
pub mod live;
mod locale;
pub mod login;
mod models;
pub mod people;
pub mod playground;
pub mod preview;
pub mod releases;
pub mod report;
pub mod routes;
pub mod rules;
pub mod search;
pub mod setup;
mod shell;
pub mod sources;
pub mod templates;

#[cfg(test)]
mod tests;
mod tokens;
mod tools;
pub mod web;
pub mod why;
pub mod words;

pub use crate::config::Config;
pub use crate::error::{Error, Failure};
pub use crate::handle::{Console, Parts};
pub use crate::locale::Locale;
