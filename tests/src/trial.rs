//! What the programs share: a bar while they run, a table or JSON when they are done.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::server::Plan;

/// Flags every program has.
#[derive(Args, Clone, Debug)]
pub struct Say {
    /// Print the result as one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// The warbler to run instead of the one built beside this program
    #[arg(long, global = true, value_name = "PATH")]
    pub warbler: Option<std::path::PathBuf>,
}

/// Does the work unless this program is told to end (SIGINT, SIGTERM): then what it has started is ended with it.
///
/// # Errors
/// The work's, or that it was cut off.
pub async fn unless_stopped<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = terminated.recv() => anyhow::bail!("stopped by SIGTERM; its servers are stopped too"),
        _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped by SIGINT; its servers are stopped too"),
    }
}

impl Say {
    /// A server of the binary that was named.
    pub fn plan(&self) -> Plan {
        self.warbler.iter().fold(Plan::new(), |plan, path| plan.binary(path))
    }

    /// A bar on standard error, seen only on a terminal.
    pub fn bar(&self, length: u64, what: &'static str) -> ProgressBar {
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.with_message(what)
    }

    /// Prints the result; with anything under `faults` the program fails.
    pub fn finish(&self, result: &Value) -> anyhow::Result<()> {
        self.result(result);
        let faults = result["faults"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(faults == 0, "{faults} faults");
        Ok(())
    }

    /// Prints the result, one line a figure, or as JSON.
    pub fn result(&self, result: &Value) {
        if self.json {
            println!("{result}");
            return;
        }
        for (name, value) in result.as_object().into_iter().flatten() {
            match value {
                Value::String(text) => println!("{name:<28} {text}"),
                Value::Array(rows) => {
                    println!("{name:<28} {}", rows.len());
                    rows.iter().for_each(|row| println!("    {row}"));
                }
                other => println!("{name:<28} {other}"),
            }
        }
    }
}
