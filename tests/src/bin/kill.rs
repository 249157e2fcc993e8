//! Kills a server again and again under traffic and checks what is left.

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use tests::model::{Behaviour, Model};
use tests::server::Plan;
use tests::staff::Staff;
use tests::torment::kill;
use tests::trial::Say;

/// Kill -9 at random moments under appends, bot turns and handovers: what was acknowledged must be there, in order, once
#[derive(Parser)]
struct Flags {
    /// How often the server is killed
    #[arg(long, default_value_t = 200)]
    trials: u64,
    /// Visitors who write all the time
    #[arg(long, default_value_t = 6)]
    visitors: usize,
    /// Repeats the random moments of a run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Shortest life between two kills, in milliseconds
    #[arg(long, default_value_t = 50)]
    life_min_ms: u64,
    /// Longest life between two kills, in milliseconds
    #[arg(long, default_value_t = 1500)]
    life_max_ms: u64,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    // A model that takes its time, so that turns are cut in the middle of their words.
    let model = Model::new(Behaviour { delay_ms: 20, ..Behaviour::default() });
    let mut plan = Plan::new().unlimited().model(&model.start().await?);
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let mut server = plan.start().await?;
    let staff = Staff::owner(&server).await?;
    let torment = kill::Plan {
        trials: flags.trials,
        visitors: flags.visitors,
        seed: flags.seed,
        life: (Duration::from_millis(flags.life_min_ms), Duration::from_millis(flags.life_max_ms)),
    };
    let bar = flags.say.bar(flags.trials, "kills");
    let result = kill::run(&mut server, staff, &torment, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
