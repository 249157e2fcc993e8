//! Checks what a running server, or several nodes of one, promise to clients.

use anyhow::Result;
use clap::Parser;
use tests::check;
use tests::server::{Plan, inbox_of};
use tests::trial::Say;

/// Visitors on many devices write, vanish and come back: every acknowledged message must be on every device, in order, exactly once
#[derive(Parser)]
struct Flags {
    /// A node that runs; may be given several times. Without one a server is started
    #[arg(long)]
    url: Vec<String>,
    /// Visitors
    #[arg(long, default_value_t = 50)]
    senders: usize,
    /// Devices of each visitor
    #[arg(long, default_value_t = 3)]
    devices: usize,
    /// Messages of each visitor
    #[arg(long, default_value_t = 100)]
    messages: u64,
    /// How likely a device loses its connection before a message
    #[arg(long, default_value_t = 0.1)]
    vanish: f64,
    /// Milliseconds between two messages of a visitor, at most
    #[arg(long, default_value_t = 100)]
    pause_ms: u64,
    /// Repeats the random choices of a run
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
    let mut plan = Plan::new().unlimited();
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let server = if flags.url.is_empty() { Some(plan.start().await?) } else { None };
    let nodes: Vec<String> = flags.url.iter().map(|url| url.trim_end_matches('/').to_owned()).collect();
    let nodes = server.as_ref().map_or(nodes, |server| vec![server.base()]);
    let plan = check::Plan {
        inbox: inbox_of(&nodes[0]).await?,
        nodes,
        senders: flags.senders,
        devices: flags.devices.max(1),
        messages: flags.messages,
        vanish: flags.vanish.clamp(0.0, 1.0),
        pause_ms: flags.pause_ms,
        seed: flags.seed,
    };
    let bar = flags.say.bar(plan.senders as u64 * plan.messages, "messages");
    let shown = bar.clone();
    let result = check::run(&plan, move |done| shown.set_position(done)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
