//! HAProxy with the configuration that Warbler ships, on ports of its own.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use tempfile::TempDir;

use super::process::{Process, program};
use crate::server::free_port;

/// What Warbler ships.
const SAMPLE: &str = include_str!("../../../deploy/haproxy.cfg");

/// A private HAProxy before some nodes.
#[derive(Debug)]
pub struct Haproxy {
    _process: Process,
    port: u16,
    _folder: TempDir,
}

impl Haproxy {
    /// Checks the shipped configuration and starts it before `nodes`, each an address such as `127.0.0.1:8080`.
    pub async fn start(nodes: &[String]) -> Result<Haproxy> {
        let folder = tempfile::Builder::new().prefix("warbler-haproxy-").tempdir()?;
        let port = free_port()?;
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, configuration(port, nodes))?;
        let haproxy = program("haproxy")?;
        let checked = Command::new(&haproxy).arg("-c").arg("-f").arg(&file).output()?;
        if !checked.status.success() {
            bail!("haproxy -c: {}", String::from_utf8_lossy(&checked.stderr));
        }
        let mut command = Command::new(haproxy);
        command.arg("-db").arg("-f").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::spawn(command)?;
        process.answers(port).await?;
        Ok(Haproxy { _process: process, port, _folder: folder })
    }

    /// The address of the door, without a slash at its end.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The sample with other `bind` and `server` lines, and without `maxconn`.
fn configuration(port: u16, nodes: &[String]) -> String {
    let mut text = String::new();
    let mut nodes = Some(nodes);
    for line in SAMPLE.lines() {
        match line.split_whitespace().next() {
            Some("bind") => text += &format!("    bind 127.0.0.1:{port}"),
            Some("server") => {
                for (n, node) in nodes.take().into_iter().flatten().enumerate() {
                    text += &format!("    server node{n} {node}\n");
                }
            }
            // A test machine gives a process fewer files: it counts how many by itself.
            Some("maxconn") => continue,
            _ => text += line,
        }
        text.push('\n');
    }
    text
}
