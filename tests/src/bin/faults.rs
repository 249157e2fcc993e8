//! Torments servers on purpose and checks what is left.

use std::time::Duration;

use anyhow::Result;
use chat::testing::Engine;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::json;
use tests::faults::{Habits, disk, kill, nodes, postgres, redis};
use tests::model::{Behaviour, Model};
use tests::server::Plan;
use tests::trial::Say;

/// Faults on purpose under people who write: what was acknowledged must be read back by every device, in order, once
///
/// Starts everything it needs by itself, on free ports and in temporary folders.
#[derive(Parser)]
struct Flags {
    #[command(subcommand)]
    fault: Fault,
    #[command(flatten)]
    say: Say,
}

#[derive(Subcommand)]
enum Fault {
    /// Kill -9 at random moments, at a high rate of appends, with bot turns and handovers
    Kill(Kill),
    /// Nodes on PostgreSQL and Redis behind HAProxy: one is killed again and again, then each is drained
    Nodes(Nodes),
    /// Redis flushed, frozen, and cut off from all nodes or one
    Redis(Redis),
    /// PostgreSQL killed and started again
    Postgres(Postgres),
    /// A full disk, and a folder that may not be written (needs root)
    Disk(Disk),
}

/// How people write.
#[derive(Args)]
struct Crowd {
    /// Messages a person has on their way at once
    #[arg(long)]
    window: Option<usize>,
    /// Rest after a message, at most, in milliseconds
    #[arg(long)]
    pause_ms: Option<u64>,
    /// Repeats the random moments of a run
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Crowd {
    fn habits(&self, people: usize, window: usize, pause_ms: u64) -> Habits {
        Habits {
            people,
            window: self.window.unwrap_or(window),
            pause: Duration::from_millis(self.pause_ms.unwrap_or(pause_ms)),
            talk: 1_000,
            back: Duration::from_millis(100),
            seed: self.seed,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

#[derive(Args)]
struct Kill {
    /// Where the record is kept
    #[arg(long, value_enum, default_value_t = Engines::Both)]
    record: Engines,
    /// Kills, shared by the engines
    #[arg(long, default_value_t = 100)]
    kills: u64,
    /// Acknowledged appends at least, shared by the engines
    #[arg(long, default_value_t = 20_000)]
    appends: u64,
    /// People who write as fast as they can
    #[arg(long, default_value_t = 8)]
    people: usize,
    /// Visitors of the bot beside them
    #[arg(long, default_value_t = 4)]
    visitors: usize,
    /// Shortest life between two kills, in milliseconds
    #[arg(long, default_value_t = 50)]
    life_min_ms: u64,
    /// Longest life between two kills, in milliseconds
    #[arg(long, default_value_t = 1_500)]
    life_max_ms: u64,
    /// The laws of the record are looked at after every so many kills
    #[arg(long, default_value_t = 20)]
    check_every: u64,
    #[command(flatten)]
    crowd: Crowd,
}

#[derive(Args)]
struct Nodes {
    /// Nodes behind the door
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// Sessions, two a person
    #[arg(long, default_value_t = 200)]
    sessions: usize,
    /// Seconds between two kills
    #[arg(long, default_value_t = 10)]
    every_s: u64,
    /// Seconds altogether
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    #[command(flatten)]
    crowd: Crowd,
}

#[derive(Args)]
struct Redis {
    /// Moments of trouble
    #[arg(long, default_value_t = 12)]
    times: u64,
    /// Longest trouble, in milliseconds
    #[arg(long, default_value_t = 5_000)]
    trouble_ms: u64,
    /// Longest rest between two, in milliseconds
    #[arg(long, default_value_t = 3_000)]
    rest_ms: u64,
    /// People who write
    #[arg(long, default_value_t = 20)]
    people: usize,
    #[command(flatten)]
    crowd: Crowd,
}

#[derive(Args)]
struct Postgres {
    /// Kills and restarts
    #[arg(long, default_value_t = 5)]
    times: u64,
    /// Longest absence, in milliseconds
    #[arg(long, default_value_t = 3_000)]
    away_ms: u64,
    /// Longest rest between two, in milliseconds
    #[arg(long, default_value_t = 3_000)]
    rest_ms: u64,
    /// People who write
    #[arg(long, default_value_t = 20)]
    people: usize,
    #[command(flatten)]
    crowd: Crowd,
}

#[derive(Args)]
struct Disk {
    /// How often the disk is full
    #[arg(long, default_value_t = 9)]
    times: u64,
    /// How often the folder is read-only
    #[arg(long, default_value_t = 3)]
    read_only: u64,
    /// Size of the small disk, in MiB
    #[arg(long, default_value_t = 256)]
    size_mib: u32,
    /// People who write
    #[arg(long, default_value_t = 6)]
    people: usize,
    #[command(flatten)]
    crowd: Crowd,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let mut start = Plan::new();
    if let Some(path) = &flags.say.warbler {
        start = start.binary(path);
    }
    let ms = Duration::from_millis;
    let say = &flags.say;
    let result = match &flags.fault {
        Fault::Kill(flags) => kills(flags, start, say).await?,
        Fault::Nodes(flags) => {
            let bar = say.bar(flags.seconds, "seconds");
            let plan = nodes::Plan {
                nodes: flags.nodes,
                every: Duration::from_secs(flags.every_s),
                time: Duration::from_secs(flags.seconds),
                // As the protocol asks of a client: half a second at first.
                habits: Habits { back: ms(500), ..flags.crowd.habits(flags.sessions.div_ceil(2), 1, 20_000) },
            };
            nodes::run(&start, &plan, |done| bar.set_position(done)).await?
        }
        Fault::Redis(flags) => {
            let bar = say.bar(flags.times, "troubles");
            let habits = flags.crowd.habits(flags.people, 2, 200);
            let plan = redis::Plan { times: flags.times, trouble: ms(flags.trouble_ms), rest: ms(flags.rest_ms), habits };
            redis::run(&start, &plan, |done| bar.set_position(done)).await?
        }
        Fault::Postgres(flags) => {
            let bar = say.bar(flags.times, "restarts");
            let habits = flags.crowd.habits(flags.people, 4, 50);
            let plan = postgres::Plan { times: flags.times, away: ms(flags.away_ms), rest: ms(flags.rest_ms), habits };
            postgres::run(&start, &plan, |done| bar.set_position(done)).await?
        }
        Fault::Disk(flags) => {
            let bar = say.bar(flags.times + flags.read_only, "troubles");
            let habits = flags.crowd.habits(flags.people, 8, 0);
            let plan = disk::Plan { times: flags.times, read_only: flags.read_only, size_mib: flags.size_mib, habits };
            disk::run(&start, &plan, |done| bar.set_position(done)).await?
        }
    };
    say.finish(&result)
}

/// One engine after the other; each gets its share.
async fn kills(flags: &Kill, start: Plan, say: &Say) -> Result<serde_json::Value> {
    // A model that takes its time, so that turns are cut in the middle of their words.
    let model = Model::new(Behaviour { delay_ms: 20, ..Behaviour::default() });
    let start = start.model(&model.start().await?);
    let engines: &[Engine] = match flags.record {
        Engines::Sqlite => &[Engine::Sqlite],
        Engines::Postgres => &[Engine::Postgres],
        Engines::Both => &[Engine::Sqlite, Engine::Postgres],
    };
    let share = engines.len() as u64;
    let plan = kill::Plan {
        kills: flags.kills.div_ceil(share),
        appends: flags.appends.div_ceil(share),
        habits: flags.crowd.habits(flags.people, 32, 0),
        visitors: flags.visitors,
        life: (Duration::from_millis(flags.life_min_ms), Duration::from_millis(flags.life_max_ms)),
        every: flags.check_every.max(1),
    };
    let bar = say.bar(plan.kills * share, "kills");
    let mut rounds = Vec::new();
    let mut faults = Vec::new();
    for (n, engine) in engines.iter().enumerate() {
        let mut round = kill::run(*engine, start.clone(), &plan, |done| bar.set_position(n as u64 * plan.kills + done)).await?;
        if let Some(found) = round["faults"].as_array() {
            faults.extend(
                found.iter().map(|fault| {
                    json!(format!("{}: {}", round["engine"].as_str().unwrap_or_default(), fault.as_str().unwrap_or_default()))
                }),
            );
        }
        round.as_object_mut().map(|round| round.remove("faults"));
        rounds.push(round);
    }
    let sum = |name: &str| rounds.iter().filter_map(|round| round[name].as_u64()).sum::<u64>();
    Ok(
        json!({ "kills": sum("kills"), "acknowledged": sum("acknowledged"), "read_back": sum("read_back"), "engines": rounds, "faults": faults }),
    )
}
