//! An obedient model, and everything that could make it do harm.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use tests::torment::injection::{self, Trap};
use tests::trial::Say;

/// An obedient model repeats every payload and carries out every attack: no browser may fetch anything, nobody learns what only the
/// staff may know
#[derive(Parser)]
struct Flags {
    /// A folder with attacks.jsonl: one object a line, the attack in `text`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Links, images, HTML and references to show, at most
    #[arg(long, default_value_t = 406)]
    payloads: usize,
    /// Attacks to take from the folder, at most
    #[arg(long, default_value_t = usize::MAX)]
    attacks: usize,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let mut attacks = match &flags.data {
        Some(folder) => injection::attacks(folder)?,
        None => Vec::new(),
    };
    attacks.truncate(flags.attacks);
    let mut trap = Trap::lay(flags.say.plan(), flags.payloads).await?;
    let bar = flags.say.bar((flags.payloads + attacks.len()) as u64, "payloads and attacks");
    let result = trap.run(&attacks, true, || bar.inc(1)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
