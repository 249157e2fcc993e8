//! Measures Warbler beside other servers, in rounds that take turns.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use serde_json::json;
use tests::load::aim::Aim;
use tests::load::crowd::Pace;
use tests::load::{ceiling, echo, fanout, storm};
use tests::peers::case::{Case, Size};
use tests::peers::table::Table;
use tests::peers::{npm, pypi};
use tests::trial::Say;

/// The same cases against Warbler, ws, socket.io and NATS with one client: medians and ratios
#[derive(Parser)]
struct Flags {
    /// Cases to run; all without it
    #[arg(long = "case", value_enum, value_delimiter = ',')]
    cases: Vec<Case>,
    /// Rounds of each case; the order of the servers changes from round to round
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Idle sessions, at most
    #[arg(long, default_value_t = 18_000)]
    idle_sessions: usize,
    /// Open sessions while messages are sent at a rate
    #[arg(long, default_value_t = 10_000)]
    echo_sessions: usize,
    /// Messages a second at a rate
    #[arg(long, default_value_t = 3_000.0)]
    rate: f64,
    /// Sessions that write
    #[arg(long, default_value_t = 256)]
    writers: usize,
    /// Seconds of each measurement of messages
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// What 99 of 100 messages must be kept within, in milliseconds
    #[arg(long, default_value_t = 20)]
    within_ms: u64,
    /// Readers of one conversation
    #[arg(long, default_value_t = 5_000)]
    readers: usize,
    /// Messages to them
    #[arg(long, default_value_t = 200)]
    messages: u64,
    /// Sessions that are lost at once
    #[arg(long, default_value_t = 18_000)]
    storm_sessions: usize,
    /// Messages each of them has missed
    #[arg(long, default_value_t = 2)]
    missed: i64,
    /// Connections that are made at the same time
    #[arg(long, default_value_t = 128)]
    at_once: usize,
    /// Where Warbler keeps its record, such as postgres://user@host/database
    #[arg(long)]
    record: Option<String>,
    /// Where the packages are installed
    #[arg(long, value_name = "PATH")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    say: Say,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let folder = flags.folder.clone().unwrap_or_else(|| std::env::temp_dir().join("warbler-peers"));
    npm::install(&folder).await?;
    let cases = match flags.cases.is_empty() {
        true => vec![Case::Idle, Case::Echo, Case::Ceiling, Case::Fanout, Case::Storm],
        false => flags.cases.clone(),
    };
    let (aim, size) = (Aim { record: flags.record.clone(), ..Aim::default() }, size(&flags));
    let runs: usize = cases.iter().map(|case| case.rivals().len() * flags.rounds).sum();
    let bar = flags.say.bar(runs as u64, "runs");
    let (mut table, mut faults) = (Table::default(), Vec::new());
    for case in &cases {
        for round in 0..flags.rounds {
            let mut rivals = case.rivals().to_vec();
            let first = round % rivals.len();
            rivals.rotate_left(first);
            for rival in rivals {
                let (name, warbler) = (format!("{} {}", case.name(), rival.name()), flags.say.warbler.as_deref());
                let running = rival.start(&aim, warbler, &folder).await.with_context(|| name.clone())?;
                match case.run(&running, &size).await {
                    Ok(result) => {
                        table.add(*case, rival, &result);
                        let found = result["faults"].as_array().into_iter().flatten();
                        faults.extend(found.map(|fault| json!(format!("{name}, round {}: {fault}", round + 1))));
                    }
                    Err(error) => faults.push(json!(format!("{name}, round {}: {error:#}", round + 1))),
                }
                running.stop().await?;
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    let mut versions = npm::versions(&folder);
    versions.extend(pypi::version(&folder));
    if flags.say.json {
        return flags.say.finish(&json!({"rounds": flags.rounds, "rows": table.rows(&cases), "versions": versions, "faults": faults}));
    }
    print!("{}", table.text(&cases));
    flags.say.finish(&json!({"versions": versions, "faults": faults}))
}

fn size(flags: &Flags) -> Size {
    let pace = Pace { at_once: flags.at_once, rate: None };
    let (seconds, writers, bytes) = (flags.seconds, flags.writers, 100);
    Size {
        idle: flags.idle_sessions,
        echo: echo::Plan { sessions: flags.echo_sessions, writers, rate: flags.rate, seconds, bytes, pace },
        ceiling: ceiling::Plan {
            sessions: writers,
            writers,
            seconds: seconds / 2.0,
            within: Duration::from_millis(flags.within_ms),
            bytes,
            pace,
        },
        fanout: fanout::Plan { readers: flags.readers, messages: flags.messages, pause: Duration::from_millis(100), bytes, pace },
        storm: storm::Plan {
            sessions: flags.storm_sessions,
            visitors: flags.storm_sessions,
            missed: flags.missed,
            away: Duration::from_secs(2),
            pace,
        },
        pace,
    }
}
