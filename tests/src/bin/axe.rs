//! Accessibility and policies of every page, judged by axe-core and Google's CSP Evaluator.

use anyhow::Result;
use clap::Parser;
use tests::judge::{self, Looks};
use tests::trial::Say;

/// axe-core on the widget in its states and on every console page, and the CSP evaluator on every policy
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    looks: Looks,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let server = flags.say.plan().unlimited().start().await?;
    let bar = flags.say.bar(0, "pages");
    let result = judge::run(&server, flags.looks.all(), |_| bar.inc(1)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
