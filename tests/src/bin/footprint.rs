//! What it costs to run one: time to the first socket, memory at rest, size on disk.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Parser;
use serde_json::json;
use tests::server::{Plan, Server, binary};
use tests::trial::Say;

/// Cold start to the first accepted socket, resident memory at rest, and the size of the binary
#[derive(Parser)]
struct Flags {
    /// Starts that are timed, after one that fills the data folder
    #[arg(long, default_value_t = 10)]
    starts: usize,
    /// Seconds of rest after the first start, and before memory is read
    #[arg(long, default_value_t = 10)]
    rest: u64,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let path = binary(flags.say.warbler.as_deref())?;
    let size = std::fs::metadata(&path)?.len();
    let bar = flags.say.bar(flags.starts as u64 + 1, "starts");
    let begun = Instant::now();
    let mut server = Plan::new().binary(&path).start().await?;
    let first_ready = begun.elapsed();
    // Stopped at once, it would take in and index its guides again and again.
    tokio::time::sleep(Duration::from_secs(flags.rest)).await;
    let mut sockets = Vec::new();
    for done in 0..flags.starts {
        bar.set_position(done as u64);
        server.stop().await?;
        sockets.push(to_socket(&mut server).await?.as_micros() as u64);
        // Ready before the next stop, so that no start is cut short.
        while !crate::ready(&server).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    sockets.sort_unstable();
    tokio::time::sleep(Duration::from_secs(flags.rest)).await;
    let rest = memory(&server)?;
    bar.finish_and_clear();
    flags.say.result(&json!({
        "binary_mib": mib(size),
        "first_start_ready_ms": first_ready.as_millis() as u64,
        "start_to_socket_ms_p50": sockets.get(sockets.len() / 2).map(|us| *us as f64 / 1000.0),
        "start_to_socket_ms_max": sockets.last().map(|us| *us as f64 / 1000.0),
        "idle_rss_mib": mib(rest),
    }));
    Ok(())
}

/// From the exec to the first TCP connection that is accepted.
async fn to_socket(server: &mut Server) -> Result<Duration> {
    let address = server.base().replace("http://", "");
    let begun = Instant::now();
    server.spawn()?;
    while begun.elapsed() < Duration::from_secs(60) {
        if tokio::net::TcpStream::connect(&address).await.is_ok() {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    anyhow::bail!("no socket within 60 s:\n{}", server.output())
}

async fn ready(server: &Server) -> bool {
    let answer = tests::http().get(server.base() + "/readyz").send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

fn memory(server: &Server) -> Result<u64> {
    let pid = server.pid().context("warbler does not run")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}

fn mib(bytes: u64) -> f64 {
    (bytes as f64 / 1024.0 / 1024.0 * 10.0).round() / 10.0
}
