//! Every integration test of Warbler, one binary, a module an area.

#![expect(clippy::unwrap_used, reason = "a story of a test says what it expects by unwrapping")]

mod api;
mod browser;
mod cli;
mod code;
mod console;
mod crawl;
mod fuzz;
mod guides;
mod hostile;
mod index;
mod load;
mod nodes;
mod older;
mod record;
mod release;
mod simulate;
mod tidy;
mod torment;
mod wire;
