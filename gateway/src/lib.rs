//! The door and the roof: roles, the visitors' wire, the widget, commands.

mod api;
mod boot;
mod cli;
mod command;
mod config;
mod connection;
mod data;
mod first;
mod guide;
mod headers;
mod health;
mod help;
mod log;
mod page;
mod panics;
mod rest;
mod serve;
mod stop;
mod tls;
mod visitor;
mod widget;
mod words;

use std::{io, process::ExitCode};

#[doc(hidden)]
pub use visitor::testing;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    // The process that reads one document, and has no configuration, no record and no network.
    if std::env::args().skip(1).eq([knowledge::parse::apart::ARGUMENT]) {
        return knowledge::parse::apart::serve();
    }
    knowledge::parse::apart::enable();
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has had enough: `warbler config | head -1`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("warbler: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
