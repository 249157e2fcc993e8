//! The same load several times at once: a process may open only so many files, and so may a server.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::process::Command;

/// Runs this program again with its own flags in `count` processes, each with a server of its own; the sum of their figures.
pub async fn run(count: usize) -> Result<Value> {
    let flags = without(std::env::args().skip(1).filter(|flag| flag != "--json"), "--processes");
    let program = std::env::current_exe()?;
    let children = (0..count).map(|_| {
        let mut command = Command::new(&program);
        command.arg("--json").args(&flags).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        async move { result(&command.spawn()?.wait_with_output().await?.stdout) }
    });
    Ok(sum(count, &try_join_all(children).await?))
}

fn result(printed: &[u8]) -> Result<Value> {
    let text = String::from_utf8_lossy(printed);
    let Some(line) = text.lines().last() else { bail!("a process printed nothing") };
    serde_json::from_str(line).context("a process printed no result")
}

/// The flags without one that takes a value.
fn without(flags: impl Iterator<Item = String>, name: &str) -> Vec<String> {
    let (mut kept, mut value) = (Vec::new(), false);
    for flag in flags {
        let skipped = std::mem::take(&mut value) || flag.starts_with(&format!("{name}="));
        if flag == name {
            value = true;
        } else if !skipped {
            kept.push(flag);
        }
    }
    kept
}

/// Numbers are added, lists of faults are joined, and what cannot be added stays as the first has it.
fn sum(count: usize, results: &[Value]) -> Value {
    let mut sum = json!({"processes": count});
    let Some(first) = results.first().and_then(Value::as_object) else { return sum };
    for (name, value) in first {
        let all = results.iter().map(|result| &result[name]);
        sum[name] = match value {
            Value::Number(_) if name != "seconds" => all.filter_map(Value::as_u64).sum::<u64>().into(),
            Value::Array(_) => all.filter_map(Value::as_array).flatten().cloned().collect(),
            other => other.clone(),
        };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_passed_on_and_figures_added() {
        for given in ["churn --processes 6 --sessions 9", "churn --processes=6 --sessions 9"] {
            let kept = without(given.split(' ').map(str::to_owned), "--processes");
            assert_eq!(kept.join(" "), "churn --sessions 9");
        }
        let results = [json!({"sessions": 3, "seconds": 60, "faults": ["a"]}), json!({"sessions": 4, "seconds": 60, "faults": []})];
        assert_eq!(sum(2, &results), json!({"processes": 2, "sessions": 7, "seconds": 60, "faults": ["a"]}));
        assert_eq!(result(b"log\n{\"a\":1}\n").unwrap(), json!({"a": 1}));
        assert!(result(b"").is_err());
    }
}
