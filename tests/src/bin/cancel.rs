//! A model is stopped again and again, and the time until its request is closed is measured.

use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};
use tests::model::Model;
use tests::staff::Staff;
use tests::torment::cancel::{Cause, Mode, Trial};
use tests::trial::Say;

/// A model that answers is stopped: how long its request stays open, as the model itself sees it
#[derive(Parser)]
struct Flags {
    /// How the model answers; all of them without this
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Why it is stopped
    #[arg(long, value_enum, default_value_t = Cause::Takeover)]
    cause: Cause,
    /// How often in each mode
    #[arg(long, default_value_t = 50)]
    trials: u64,
    /// After how many milliseconds a visitor has left
    #[arg(long, default_value_t = 1_000)]
    left_ms: u64,
    /// Repeats the random moments of a run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let modes = flags.mode.map_or_else(|| vec![Mode::Streaming, Mode::Plain, Mode::Silent], |mode| vec![mode]);
    let bar = flags.say.bar(flags.trials * modes.len() as u64, "stops");
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for mode in modes {
        let trial = Trial { mode, cause: flags.cause, left_ms: flags.left_ms, trials: flags.trials, seed: flags.seed };
        let model = Model::default();
        let server = trial.lay(flags.say.plan(), &model).await?;
        let mut staff = Staff::owner(&server).await?;
        staff.online().await?;
        let mut row = trial.run(&server, &mut staff, &model, |_| bar.inc(1)).await?;
        faults.extend(row["faults"].as_array().cloned().unwrap_or_default());
        row["faults"] = row["faults"].as_array().map_or(0, Vec::len).into();
        rows.push(row);
    }
    bar.finish_and_clear();
    flags.say.finish(&json!({ "modes": Value::Array(rows), "faults": faults }))
}
