//! The npm packages of the peers, in a folder outside the tree.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};
use tokio::process::Command;

/// What is installed, by name.
const PACKAGES: [&str; 4] = ["ws", "socket.io", "@socket.io/redis-streams-adapter", "redis"];
/// The servers written on them.
const SERVERS: [(&str, &str); 2] =
    [("ws.mjs", include_str!("../../peers/ws.mjs")), ("socketio.mjs", include_str!("../../peers/socketio.mjs"))];

/// Installs what is missing and puts the servers beside it.
pub async fn install(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    if PACKAGES.iter().any(|package| !manifest(folder, package).is_file()) {
        let mut npm = Command::new("npm");
        // Without a manifest of its own npm would look for one in the folders above.
        std::fs::write(folder.join("package.json"), "{\"private\": true}")?;
        npm.args(["install", "--no-progress", "--no-audit", "--no-fund"]).args(PACKAGES).current_dir(folder);
        let done = npm.output().await.context("npm is not there: install the Debian package npm")?;
        if !done.status.success() {
            bail!("npm install: {}", String::from_utf8_lossy(&done.stderr));
        }
    }
    for (name, text) in SERVERS {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// The version of each package, by name.
pub fn versions(folder: &Path) -> Map<String, Value> {
    let version = |package: &str| {
        let text = std::fs::read_to_string(manifest(folder, package)).ok()?;
        serde_json::from_str::<Value>(&text).ok().map(|manifest| manifest["version"].clone())
    };
    PACKAGES.iter().filter_map(|package| Some(((*package).to_owned(), version(package)?))).collect()
}

fn manifest(folder: &Path, package: &str) -> PathBuf {
    folder.join("node_modules").join(package).join("package.json")
}
