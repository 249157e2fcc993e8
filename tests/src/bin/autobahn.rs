//! Autobahn's WebSocket suite against the product's own socket.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;
use serde_json::{Value, json};
use tests::autobahn::Suite;
use tests::server::Plan;
use tests::trial::Say;

/// RFC 6455 as an outside judge sees it: Autobahn's suite against an echo over the product's own socket, with its own buffers.
/// The server must be built with it: cargo build --workspace --bins --features gateway/echo
#[derive(Parser)]
struct Flags {
    /// Cases to run, as the suite names them
    #[arg(long, default_value = "*")]
    cases: Vec<String>,
    /// The largest message the echo takes, in bytes; the suite's largest has 16 MiB, the product's clients send 64 KiB at most
    #[arg(long, default_value_t = 16 << 20)]
    max_message: usize,
    /// A Python 2.7 with pip; without it, one on the path or of pyenv
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Where the suite is installed
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir().join("warbler-autobahn"))]
    suite: PathBuf,
    /// Where the suite's own report is written
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let suite = Suite::open(&flags.suite, flags.python.as_deref())?;
    let mut plan = Plan::new().unlimited();
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let server = plan.start().await?;
    let echo = format!("/v1/visitor/echo?max={}", flags.max_message);
    let status = tests::http().get(server.base() + &echo).send().await?.status();
    ensure!(status != 404, "this warbler has no echo: cargo build --workspace --bins --features gateway/echo");
    let address = server.base().replacen("http", "ws", 1) + &echo;
    let outdir = flags.report.clone().unwrap_or_else(|| flags.suite.join("report"));
    let bar = flags.say.bar(0, "cases");
    let report = tokio::task::spawn_blocking(move || {
        suite.run(&address, &flags.cases, &outdir, |at, all| {
            bar.set_length(all);
            bar.set_position(at);
        })
    });
    let report = report.await??;
    let told = |behavior: &str| -> Vec<Value> { report.that(behavior).into_iter().cloned().collect() };
    let ids = |behavior: &str| report.that(behavior).iter().map(|case| case["case"].clone()).collect::<Vec<_>>();
    let faults: Vec<Value> = told("FAILED").into_iter().chain(report.unclean().into_iter().cloned()).collect();
    flags.say.finish(&json!({
        "cases": report.len(), "ok": report.that("OK").len(), "non_strict": told("NON-STRICT"), "informational": ids("INFORMATIONAL"),
        "unimplemented": ids("UNIMPLEMENTED").len(), "faults": faults,
    }))
}
