//! Loads a server with thousands of sessions and says what it does then.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use tests::load::aim::{Aim, Target};
use tests::load::crowd::Pace;
use tests::load::{ceiling, churn, connect, echo, fanout, idle, many, presence, storm};
use tests::server::Server;
use tests::trial::Say;

/// Thousands of visitors from many loopback addresses: how fast they come, what they cost, how fast their messages are kept and delivered
#[derive(Parser)]
struct Flags {
    #[command(subcommand)]
    mode: Mode,
    #[command(flatten)]
    aim: Global,
    #[command(flatten)]
    say: Say,
}

#[derive(Args)]
struct Global {
    #[command(flatten)]
    aim: Aim,
    /// Connections that are made at the same time
    #[arg(long, global = true, default_value_t = 128)]
    at_once: usize,
    /// New connections a second, at most
    #[arg(long, global = true)]
    connect_rate: Option<f64>,
    /// Threads of this client
    #[arg(long, global = true, default_value_t = 1)]
    threads: usize,
}

#[derive(Subcommand)]
enum Mode {
    /// Opens sessions: sessions a second
    Connect {
        #[arg(long, default_value_t = 10_000)]
        sessions: usize,
    },
    /// Holds sessions nobody speaks in: memory of the server for each
    Idle {
        /// Sessions that are open when memory is read
        #[arg(long, value_delimiter = ',', default_values_t = [1_000, 2_000, 4_000, 8_000, 12_000, 18_000])]
        steps: Vec<usize>,
        /// Milliseconds of rest before memory is read
        #[arg(long, default_value_t = 1_500)]
        settle_ms: u64,
        /// Seconds all of them are held at the end
        #[arg(long, default_value_t = 0)]
        hold: u64,
    },
    /// Sends messages at a rate: time until each is kept
    Echo {
        #[arg(long, default_value_t = 10_000)]
        sessions: usize,
        /// Sessions that write
        #[arg(long, default_value_t = 200)]
        writers: usize,
        /// Messages a second
        #[arg(long, default_value_t = 3_000.0)]
        rate: f64,
        #[arg(long, default_value_t = 10.0)]
        seconds: f64,
        /// Bytes of a message's body
        #[arg(long, default_value_t = 100)]
        bytes: usize,
    },
    /// Sends as many messages as are kept in time: the most a second
    Ceiling {
        #[arg(long, default_value_t = 512)]
        sessions: usize,
        /// Writers at once, at most
        #[arg(long, default_value_t = 512)]
        writers: usize,
        /// Seconds for each number of writers
        #[arg(long, default_value_t = 3.0)]
        seconds: f64,
        /// What 99 of 100 messages must be kept within, in milliseconds
        #[arg(long, default_value_t = 20)]
        within_ms: u64,
        /// Bytes of a message's body
        #[arg(long, default_value_t = 100)]
        bytes: usize,
    },
    /// Sends messages to many devices of one visitor: time until the last has each
    Fanout {
        #[arg(long, default_value_t = 5_000)]
        readers: usize,
        #[arg(long, default_value_t = 100)]
        messages: u64,
        /// Milliseconds between two messages
        #[arg(long, default_value_t = 100)]
        pause_ms: u64,
        /// Bytes of a message's body
        #[arg(long, default_value_t = 100)]
        bytes: usize,
    },
    /// Lets sessions come and go: closes nobody asked for
    Churn {
        #[arg(long, default_value_t = 10_000)]
        sessions: usize,
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Seconds a session lives, in the mean
        #[arg(long, default_value_t = 60.0)]
        life: f64,
        /// Clients, each with a server of its own: a process may open only so many files
        #[arg(long, default_value_t = 1)]
        processes: usize,
        /// Repeats the random lives of a run
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Agents and visitors who are there, and type: processor time of the server
    Presence {
        #[arg(long, default_value_t = 1_000)]
        agents: usize,
        #[arg(long, default_value_t = 10_000)]
        visitors: usize,
        /// Visitors who type
        #[arg(long, default_value_t = 500)]
        typing: usize,
        /// Seconds of each of the two measurements
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    /// Loses all sessions at once and resumes them: sessions a second, and what is lost
    Storm {
        #[arg(long, default_value_t = 18_000)]
        sessions: usize,
        /// Visitors the sessions belong to; each has a conversation
        #[arg(long)]
        visitors: Option<usize>,
        /// Messages each session has missed
        #[arg(long, default_value_t = 2)]
        missed: i64,
        /// Milliseconds between the loss and the first return
        #[arg(long, default_value_t = 2_000)]
        away_ms: u64,
    },
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    let mut runtime = match flags.aim.threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(flags.aim.threads.max(1)).enable_all().build()?;
    let result = runtime.block_on(tests::trial::unless_stopped(run(&flags)))?;
    flags.say.finish(&result)
}

async fn run(flags: &Flags) -> Result<Value> {
    if let Mode::Churn { processes: processes @ 2.., .. } = flags.mode {
        anyhow::ensure!(flags.aim.aim.url.is_none(), "--processes starts a server for each: leave --url out");
        return many::run(processes).await;
    }
    let target = flags.aim.aim.target(flags.say.warbler.as_deref()).await?;
    let bar = Arc::new(flags.say.bar(length(&flags.mode), "sessions"));
    let shown = bar.clone();
    let result = mode(flags, &target, move |done| shown.set_position(done)).await;
    bar.finish_and_clear();
    let mut result = result?;
    if let Some(tails) = tails(&target).await {
        result["tails"] = tails;
    }
    Ok(result)
}

/// How often the server found the newest messages of a conversation in its memory.
async fn tails(target: &Target) -> Option<Value> {
    let scheme = if target.door.tls.is_some() { "https" } else { "http" };
    let asked = tests::http().get(format!("{scheme}://{}/statusz", target.door.address)).send().await.ok()?;
    let status: Value = serde_json::from_str(&asked.text().await.ok()?).ok()?;
    status.get("tails").cloned()
}

fn length(mode: &Mode) -> u64 {
    let sessions = match mode {
        Mode::Idle { steps, .. } => steps.iter().copied().max().unwrap_or(0),
        Mode::Fanout { readers, .. } => *readers,
        Mode::Presence { visitors, .. } => *visitors,
        Mode::Connect { sessions }
        | Mode::Echo { sessions, .. }
        | Mode::Ceiling { sessions, .. }
        | Mode::Churn { sessions, .. }
        | Mode::Storm { sessions, .. } => *sessions,
    };
    sessions as u64
}

async fn mode(flags: &Flags, target: &Target, progress: impl Fn(u64) + Clone + Send + Sync + 'static) -> Result<Value> {
    let pace = Pace { at_once: flags.aim.at_once, rate: flags.aim.connect_rate };
    let (door, millis) = (&target.door, Duration::from_millis);
    match flags.mode {
        Mode::Connect { sessions } => connect::run(door, sessions, pace, progress).await,
        Mode::Idle { ref steps, settle_ms, hold } => {
            let mut steps = steps.clone();
            steps.sort_unstable();
            let plan = idle::Plan { steps, pace, settle: millis(settle_ms), hold: Duration::from_secs(hold) };
            idle::run(door, target.process()?, &plan, progress).await
        }
        Mode::Echo { sessions, writers, rate, seconds, bytes } => {
            echo::run(door, &echo::Plan { sessions, writers, rate, seconds, bytes, pace }, progress).await
        }
        Mode::Ceiling { sessions, writers, seconds, within_ms, bytes } => {
            let plan = ceiling::Plan { sessions, writers, seconds, within: millis(within_ms), bytes, pace };
            ceiling::run(door, &plan, progress).await
        }
        Mode::Fanout { readers, messages, pause_ms, bytes } => {
            fanout::run(door, &fanout::Plan { readers, messages, pause: millis(pause_ms), bytes, pace }, progress).await
        }
        Mode::Churn { sessions, seconds, life, seed, .. } => {
            let plan = churn::Plan { sessions, seconds, life: Duration::from_secs_f64(life), pace, seed };
            churn::run(door, target.pid, &plan, progress).await
        }
        Mode::Presence { agents, visitors, typing, seconds } => {
            let record = target.server.as_ref().map(Server::record).or_else(|| flags.aim.aim.record.clone());
            let record = record.context("agents are written into the record: leave --url out")?;
            let plan = presence::Plan { agents, visitors, typing, seconds, pace };
            presence::run(door, target.process()?, &record, &plan, progress).await
        }
        Mode::Storm { sessions, visitors, missed, away_ms } => {
            let plan = storm::Plan { sessions, visitors: visitors.unwrap_or(sessions), missed, away: millis(away_ms), pace };
            storm::run(door, &plan, progress).await
        }
    }
}
