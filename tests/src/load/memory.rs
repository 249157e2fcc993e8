//! What a process holds in memory, from /proc.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Between two readings.
const READING: Duration = Duration::from_millis(400);

/// Resident memory in KiB.
pub fn resident(pid: u32) -> Result<u64> {
    kib(pid, "status", "VmRSS:")
}

/// Resident memory in KiB, of pages that several processes have in common this one's share only (`Pss` of Linux).
pub fn proportional(pid: u32) -> Result<u64> {
    kib(pid, "smaps_rollup", "Pss:")
}

fn kib(pid: u32, file: &str, name: &str) -> Result<u64> {
    let told = std::fs::read_to_string(format!("/proc/{pid}/{file}")).with_context(|| format!("there is no process {pid}"))?;
    let line = told.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name} in {file}"))?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

/// Resident memory in KiB once it has come to rest: three readings within one in two hundred, or `patience` is over.
pub async fn at_rest(pid: u32, patience: Duration) -> Result<u64> {
    let until = Instant::now() + patience;
    let mut seen = vec![resident(pid)?];
    loop {
        tokio::time::sleep(READING).await;
        seen.push(resident(pid)?);
        let last = &seen[seen.len().saturating_sub(3)..];
        let (low, high) = (last.iter().min().copied().unwrap_or(0), last.iter().max().copied().unwrap_or(0));
        if Instant::now() >= until || (last.len() == 3 && (high - low) * 200 <= high) {
            return resident(pid);
        }
    }
}

/// Processor time used so far, in seconds.
pub fn processor(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("there is no process {pid}"))?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th after it, in hundredths of a second.
    let (_, rest) = stat.rsplit_once(')').context("no name")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_own_size() {
        assert!(resident(std::process::id()).unwrap() > 100);
        assert!(proportional(std::process::id()).unwrap() > 100);
        assert!(processor(std::process::id()).unwrap() >= 0.0);
        assert!(resident(u32::MAX).is_err());
    }
}
