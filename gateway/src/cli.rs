//! The command line.

use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::{
    boot, command,
    config::{Config, Flags},
    log,
};

/// An AI customer-service chat gateway: a widget for visitors, a bot that answers from your documents, a console for your team.
#[derive(Parser)]
#[command(name = "warbler", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Place {
    /// The configuration file [default: warbler.toml, if it is there]
    #[arg(long, global = true, env = "WARBLER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen, such as 127.0.0.1:8080
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The folder of everything that is kept
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server (the default)
    Serve,
    /// Checks configuration, data folder and record, without starting
    Check,
    /// Brings the record's schema up to date
    Migrate,
    /// Prints the configuration in force, without secrets
    Config(command::config::Config),
    /// Takes documents into a library: PDF, DOCX, XLSX, Markdown, HTML, text, CSV of questions and answers, JSON Lines
    Import(command::import::Import),
    /// Asks the bot, without keeping anything
    Ask(command::ask::Ask),
    /// Measures the search on a folder of corpus.jsonl, queries.jsonl and qrels.tsv
    Eval(command::eval::Eval),
    /// Builds the search index anew from the record
    Reindex,
    /// Accounts of the staff
    Agent(command::agent::Agent),
}

/// Parses the command line and runs the command on a runtime of its own.
pub(crate) fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let flags = Flags { listen: cli.place.listen, data: cli.place.data };
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Config(command) = &command
        && command.default
    {
        write!(stdout(), "{}", crate::config::DEFAULT)?;
        return Ok(());
    }
    let config = Config::load(cli.place.config.as_deref(), &flags)?;
    log::start(&config.log, matches!(command, Command::Serve))?;
    // One rustls provider for every client; a second call only says that there is one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build();
    runtime.context("the runtime cannot be started")?.block_on(dispatch(command, config))
}

/// One more than there are processors: a busy Linux leaves two threads on one processor for milliseconds while another is idle, and
/// takes the third (`docs/BENCHMARKS.md`, `fanout`).
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, |processors| processors.get() + 1)
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve => boot::serve(config).await,
        Command::Check => command::check::run(config).await,
        Command::Migrate => command::migrate::run(config).await,
        Command::Config(_) => {
            write!(stdout(), "{}", config.public()?)?;
            Ok(())
        }
        Command::Import(import) => import.run(config).await,
        Command::Ask(ask) => ask.run(config).await,
        Command::Eval(eval) => eval.run(config).await,
        Command::Reindex => command::reindex::run(config).await,
        Command::Agent(agent) => agent.run(config).await,
    }
}
