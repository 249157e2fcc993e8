//! Lives through many seeds of a simulated house and prints the ones that break the contract.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Result, anyhow};
use clap::{Parser, ValueEnum as _};
use serde_json::{Value, json};
use tests::simulate::{Plan, Run, Sabotage, Start};
use tests::trial::Say;

/// Record, speaker lease and resume under random steps and faults, each seed the same every time: prints the seeds that break
/// the contract, with their steps and the command that repeats them
#[derive(Parser)]
struct Flags {
    /// How many seeds
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Steps of each seed
    #[arg(long, default_value_t = Plan::default().steps)]
    steps: usize,
    /// Nodes on one record
    #[arg(long, default_value_t = Plan::default().nodes)]
    nodes: usize,
    /// Visitors
    #[arg(long, default_value_t = Plan::default().visitors)]
    visitors: usize,
    /// Devices of each visitor
    #[arg(long, default_value_t = Plan::default().devices)]
    devices: usize,
    /// Seeds that live at the same time
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Failing seeds after which it stops
    #[arg(long, default_value_t = 3)]
    stop_after: usize,
    /// Print the steps of every seed, not only of those that fail
    #[arg(long)]
    trace: bool,
    /// Break a rule on purpose: the checker must find it
    #[arg(long)]
    sabotage: Option<Sabotage>,
    /// Print the result as one JSON object
    #[arg(long)]
    json: bool,
}

/// What all jobs add to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    steps: u64,
    messages: usize,
    kinds: BTreeMap<String, u64>,
    faults: Vec<Value>,
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    let say = Say { json: flags.json, warbler: None };
    let plan = Plan {
        steps: flags.steps,
        nodes: flags.nodes.max(1),
        visitors: flags.visitors.max(1),
        devices: flags.devices.max(1),
        sabotage: flags.sabotage,
    };
    let (start, bar, began) = (Start::new()?, say.bar(flags.seeds, "seeds"), Instant::now());
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Sum::default()));
    let job = || -> Result<()> {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if at >= flags.seeds || sum.lock().map_err(|_| anyhow!("a job has ended badly"))?.faults.len() >= flags.stop_after {
                return Ok(());
            }
            let seed = flags.from + at;
            let run = start.run(seed, &plan)?;
            if flags.trace || !run.faults.is_empty() {
                eprintln!("seed {seed}\n{}\n{}", run.trace.join("\n"), run.faults.join("\n"));
            }
            sum.lock().map_err(|_| anyhow!("a job has ended badly"))?.add(seed, run, &flags);
            bar.inc(1);
        }
    };
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..flags.jobs.max(1)).map(|_| scope.spawn(job)).collect();
        jobs.into_iter().try_for_each(|job| job.join().map_err(|_| anyhow!("a job has panicked"))?)
    })?;
    bar.finish_and_clear();
    let sum = sum.into_inner().map_err(|_| anyhow!("a job has ended badly"))?;
    let seconds = began.elapsed().as_secs_f64();
    say.finish(&json!({
        "seeds": sum.seeds, "from": flags.from, "steps": sum.steps, "messages": sum.messages, "seconds": seconds,
        "ms_per_seed": seconds * 1_000.0 / f64::from(u32::try_from(sum.seeds.max(1))?), "kinds": sum.kinds, "faults": sum.faults,
    }))
}

impl Sum {
    fn add(&mut self, seed: u64, run: Run, flags: &Flags) {
        self.seeds += 1;
        self.messages += run.messages;
        for (kind, count) in run.kinds {
            self.steps += count;
            *self.kinds.entry(format!("{kind:?}").to_lowercase()).or_default() += count;
        }
        if !run.faults.is_empty() {
            self.faults.push(json!({ "seed": seed, "broken": run.faults, "again": again(seed, flags) }));
        }
    }
}

/// The command that lives through this seed once more.
fn again(seed: u64, flags: &Flags) -> String {
    let Flags { steps, nodes, visitors, devices, .. } = flags;
    let sabotage =
        flags.sabotage.and_then(|rule| rule.to_possible_value()).map_or(String::new(), |rule| format!(" --sabotage {}", rule.get_name()));
    format!(
        "cargo run --bin simulate -- --from {seed} --seeds 1 --steps {steps} --nodes {nodes} --visitors {visitors} --devices {devices} --trace{sabotage}"
    )
}
