//! Real Chromium, driven by the scripts in `tests/browser`.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::tree::root;

/// Runs `tests/browser/<script>.mjs` with `plan` on its standard input; its last line of output is the result as JSON,
/// each earlier line is told to `hear`.
pub async fn run(script: &str, plan: &Value, patience: Duration, mut hear: impl FnMut(&str)) -> Result<Value> {
    let folder = root().join("tests/browser");
    if !folder.join("node_modules/playwright-core").is_dir() {
        bail!("the browser tests' packages are missing: run ./tests/run, which installs them");
    }
    let mut command = Command::new("node");
    command.arg(format!("{script}.mjs")).current_dir(folder).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().context("node does not start: run ./tests/run, which installs it")?;
    let mut input = child.stdin.take().context("node has no input")?;
    input.write_all(plan.to_string().as_bytes()).await?;
    drop(input);
    let mut lines = BufReader::new(child.stdout.take().context("node has no output")?).lines();
    let mut last: Option<String> = None;
    let talk = async {
        while let Some(line) = lines.next_line().await? {
            if let Some(line) = last.replace(line) {
                hear(&line);
            }
        }
        anyhow::Ok(child.wait().await?)
    };
    let status = tokio::time::timeout(patience, talk).await.with_context(|| format!("{script} took over {patience:?}"))??;
    let last = last.unwrap_or_default();
    if !status.success() {
        bail!("{script}: {status}: {last}");
    }
    serde_json::from_str(&last).with_context(|| format!("{script} ended with no result: {last}"))
}
