//! Models that fail in every way: the visitor gets an extract or a person in time, and nothing is left behind.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::load::memory;
use crate::model::{Behaviour, Kind, Model};
use crate::server::{Plan, Server, free_port};
use crate::visitor::Visitor;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// Nobody listens
    Refuse,
    /// Status 429
    Limited,
    /// Silent before the first word
    HangFirst,
    /// Silent in the middle
    HangMid,
    /// The connection ends in the middle
    Drop,
    /// Bytes that are no events
    Garbage,
    /// Events whose JSON is broken
    BrokenJson,
    /// 20 MB of words
    Huge,
    /// 20 MB without a line end
    Flood,
    /// So slow that it never ends in time
    Drip,
}

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Plight {
    /// How often each fault.
    pub cycles: u64,
    /// Visitors at once.
    pub people: u64,
}

/// Limits of the server under test: short, so that hanging is over soon.
const FIRST_MS: u64 = 300;
const TOTAL_MS: u64 = 900;
/// A visitor waits no longer than that and this: a busy machine does the rest.
const SLACK: Duration = Duration::from_secs(5);
/// The first question of a new server also builds the index.
const FIRST: Duration = Duration::from_secs(120);
const QUESTION: &str = "How do I add a website?";
/// After so many cycles all pools and caches are as full as they get.
const WARM: u64 = 24;
/// Pools may hold so many more than before; and so long, what nobody uses.
const FILES: usize = 8;
const THREADS: usize = 4;
const POOLED: Duration = Duration::from_secs(30);

impl Fault {
    /// All of them.
    pub fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    fn behaviour(self) -> Behaviour {
        let of = |kind| Behaviour { delay_ms: 10, ..Behaviour::of(kind) };
        match self {
            Self::Refuse => of(Kind::Answer),
            Self::Limited => Behaviour { status: 429, ..of(Kind::Fail) },
            Self::HangFirst => of(Kind::StallFirst),
            Self::HangMid => of(Kind::StallMid),
            Self::Drop => of(Kind::Drop),
            Self::Garbage => of(Kind::Garbage),
            Self::BrokenJson => of(Kind::BrokenJson),
            Self::Huge => of(Kind::Huge),
            Self::Flood => of(Kind::Flood),
            Self::Drip => Behaviour { delay_ms: 20, ..of(Kind::Drip) },
        }
    }
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    files: usize,
    threads: usize,
    kib: u64,
}

impl Held {
    async fn by(pid: u32) -> Result<Self> {
        let count = |what: &str| -> Result<usize> { Ok(std::fs::read_dir(format!("/proc/{pid}/{what}"))?.count()) };
        let kib = memory::at_rest(pid, Duration::from_secs(10)).await?;
        Ok(Self { files: count("fd")?, threads: count("task")?, kib })
    }

    /// As it is when pools have let go of what nobody uses, or at last.
    async fn no_more_than(before: Self, pid: u32) -> Result<Self> {
        let until = Instant::now() + POOLED;
        loop {
            let held = Self::by(pid).await?;
            if Instant::now() > until || (held.files <= before.files + FILES && held.threads <= before.threads + THREADS) {
                return Ok(held);
            }
        }
    }
}

impl Plight {
    /// Runs one fault on a server of its own; answers figures, and under `faults` all that was wrong.
    pub async fn run(&self, plan: Plan, fault: Fault, progress: impl Fn()) -> Result<Value> {
        let model = Model::new(fault.behaviour());
        let address = match fault {
            Fault::Refuse => format!("http://127.0.0.1:{}/v1", free_port()?),
            _ => model.start().await?,
        };
        let server = plan
            .unlimited()
            .model(&address)
            .env("WARBLER_BOT__FIRST_TOKEN_MS", FIRST_MS.to_string())
            .env("WARBLER_BOT__TOTAL_MS", TOTAL_MS.to_string())
            .env("WARBLER_BOT__BURST_MS", "1")
            // Each cycle shall meet the fault.
            .env("WARBLER_BOT__BREAKER_FAILURES", "0")
            .start()
            .await?;
        let pid = server.pid().context("no process")?;
        Visitor::of(&server).await?.ask_within(FIRST).await?;
        self.crowd(&server, WARM.min(self.cycles), &|| {}).await?;
        let before = Held::by(pid).await?;
        let (mut took, mut faults) = self.crowd(&server, self.cycles, &progress).await?;
        let after = Held::no_more_than(before, pid).await?;
        // A socket or file a turn would be thousands.
        if after.files > before.files + FILES {
            faults.push(format!("{} open files before, {} afterwards", before.files, after.files));
        }
        if after.threads > before.threads + THREADS {
            faults.push(format!("{} threads before, {} afterwards", before.threads, after.threads));
        }
        if model.stats().open > 0 {
            faults.push(format!("{} requests are still open at the model", model.stats().open));
        }
        took.sort_unstable();
        let at = |share: usize| {
            took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).map(Duration::as_millis).map(|ms| ms as u64)
        };
        Ok(json!({
            "fault": format!("{fault:?}"),
            "cycles": self.cycles,
            "answered": took.len(),
            "ms_p50": at(50),
            "ms_p99": at(99),
            "ms_max": at(100),
            "files": [before.files, after.files],
            "threads": [before.threads, after.threads],
            "rss_mib": [before.kib / 1024, after.kib / 1024],
            "asked": model.stats().chat,
            "faults": faults,
        }))
    }

    async fn crowd(&self, server: &Server, cycles: u64, progress: &impl Fn()) -> Result<(Vec<Duration>, Vec<String>)> {
        let people = self.people.clamp(1, cycles.max(1));
        let each = (0..people).map(|n| cycles / people + u64::from(n < cycles % people));
        let all = try_join_all(each.map(|cycles| person(server, cycles, progress))).await?;
        let (took, faults): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        Ok((took.concat(), faults.concat()))
    }
}

/// Asks again and again, each time in a new conversation.
async fn person(server: &Server, cycles: u64, progress: &impl Fn()) -> Result<(Vec<Duration>, Vec<String>)> {
    let (mut took, mut faults) = (Vec::new(), Vec::new());
    for _ in 0..cycles {
        let mut visitor = Visitor::of(server).await?;
        let asked = Instant::now();
        match visitor.ask_within(SLACK + Duration::from_millis(TOTAL_MS)).await {
            Ok(()) => took.push(asked.elapsed()),
            Err(error) => faults.push(format!("{error:#}")),
        }
        faults.extend(visitor.faults().await?);
        progress();
    }
    Ok((took, faults))
}

impl Visitor {
    /// Asks what the guides answer; an extract or a person must come in time.
    async fn ask_within(&mut self, patience: Duration) -> Result<()> {
        let conversation = Self::conversation();
        self.post(&conversation, QUESTION).await?;
        let is_answer = |frame: &Value| frame["t"] == "message" && frame["author"]["kind"] != "visitor";
        let answer = self.wait_for(patience, is_answer).await?;
        let person = answer["author"]["kind"] == "system";
        if !person && answer["extract"] != true {
            bail!("neither an extract nor a person came: {answer}");
        }
        Ok(())
    }
}
