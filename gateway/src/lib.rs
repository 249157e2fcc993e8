//! The door and the roof: roles, the visitors' wire, the widget, commands.

mod boot;
mod cli;
mod command;
mod config;
mod data;
mod first;
mod guide;
mod headers;
mod health;
mod log;
mod page;
mod serve;
mod stop;
mod visitor;
mod widget;
mod words;

use std::process::ExitCode;

#[doc(hidden)]
pub use visitor::testing;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("warbler: {error:#}");
            ExitCode::FAILURE
        }
    }
}
