//! A model that fails in every way, again and again.

use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};
use tests::torment::models::{Fault, Plight};
use tests::trial::Say;

/// A model that fails in every way: visitors get an extract or a person in time, and the server holds afterwards what it held before
///
/// Each fault has a server of its own, whose breaker is off so that every cycle meets the fault.
#[derive(Parser)]
struct Flags {
    /// Which faults; all of them without this
    #[arg(long, value_enum, value_delimiter = ',')]
    fault: Vec<Fault>,
    /// How often each
    #[arg(long, default_value_t = 50)]
    cycles: u64,
    /// Visitors at once
    #[arg(long, default_value_t = 8)]
    people: u64,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let chosen = if flags.fault.is_empty() { Fault::all() } else { flags.fault };
    let plight = Plight { cycles: flags.cycles, people: flags.people };
    let bar = flags.say.bar(flags.cycles * chosen.len() as u64, "cycles");
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for fault in chosen {
        let mut row = plight.run(flags.say.plan(), fault, || bar.inc(1)).await?;
        faults.extend(row["faults"].as_array().cloned().unwrap_or_default());
        row["faults"] = row["faults"].as_array().map_or(0, Vec::len).into();
        rows.push(row);
    }
    bar.finish_and_clear();
    flags.say.finish(&json!({ "plights": Value::Array(rows), "faults": faults }))
}
