//! An agent takes over in the middle of the bot's answer, again and again.

use anyhow::Result;
use clap::Parser;
use tests::model::{Behaviour, Model};
use tests::server::Plan;
use tests::staff::Staff;
use tests::torment::takeover;
use tests::trial::Say;

/// Takeovers during a streamed answer: nothing of the bot comes afterwards, and the request to the model is closed
#[derive(Parser)]
struct Flags {
    /// How many answers are taken over
    #[arg(long, default_value_t = 200)]
    trials: u64,
    /// Milliseconds between two words of the model
    #[arg(long, default_value_t = 60)]
    delay_ms: u64,
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
    let model = Model::new(Behaviour { delay_ms: flags.delay_ms, ..Behaviour::default() });
    let mut plan = Plan::new().unlimited().model(&model.start().await?);
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let server = plan.start().await?;
    let mut staff = Staff::owner(&server).await?;
    staff.online().await?;
    let bar = flags.say.bar(flags.trials, "takeovers");
    let result = takeover::run(&server, &mut staff, &model, flags.trials, flags.seed, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
