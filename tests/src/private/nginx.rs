//! nginx with the configuration that Warbler ships, on ports of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use tempfile::TempDir;

use super::process::{Process, program};
use crate::server::free_port;

/// What Warbler ships.
const SAMPLE: &str = include_str!("../../../deploy/nginx.conf");

/// A private nginx before some nodes.
#[derive(Debug)]
pub struct Nginx {
    _process: Process,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    /// Checks the shipped configuration and starts it before `nodes`, each an address such as `127.0.0.1:8080`.
    pub async fn start(nodes: &[String]) -> Result<Nginx> {
        let folder = tempfile::Builder::new().prefix("warbler-nginx-").tempdir()?;
        let port = free_port()?;
        fs::write(folder.path().join("warbler.conf"), configuration(port, nodes))?;
        let main = folder.path().join("nginx.conf");
        fs::write(&main, around(folder.path()))?;
        let nginx = program("nginx")?;
        let command = || {
            let mut command = Command::new(&nginx);
            command.arg("-p").arg(folder.path()).arg("-e").arg(folder.path().join("error.log")).arg("-c").arg(&main).stdin(Stdio::null());
            command
        };
        let checked = command().arg("-t").output()?;
        if !checked.status.success() {
            bail!("nginx -t: {}", String::from_utf8_lossy(&checked.stderr));
        }
        let mut running = command();
        running.stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::spawn(running)?;
        process.answers(port).await?;
        Ok(Nginx { _process: process, port, _folder: folder })
    }

    /// The address of the door, without a slash at its end.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nginx {
    /// A test that fails shows what nginx had to say.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = fs::read_to_string(self._folder.path().join("error.log")).unwrap_or_default();
            eprintln!("--- nginx printed\n{said}\n---");
        }
    }
}

/// What stands around the sample, with everything in a folder of its own; one process, so that it ends as one.
fn around(folder: &Path) -> String {
    let place = folder.display();
    let temporary =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|part| format!("    {part}_temp_path {place}/{part};\n")).concat();
    format!(
        "daemon off;\nmaster_process off;\npid {place}/pid;\nevents {{ worker_connections 4096; }}\n\
         http {{\n    access_log off;\n{temporary}    include {place}/warbler.conf;\n}}\n"
    )
}

/// The sample with other addresses: its `listen` line and its `server` lines.
fn configuration(port: u16, nodes: &[String]) -> String {
    let mut text = String::new();
    let mut nodes = Some(nodes);
    for line in SAMPLE.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("listen"), _) => text += &format!("    listen 127.0.0.1:{port};"),
            (Some("server"), Some(address)) if address != "{" => {
                for node in nodes.take().into_iter().flatten() {
                    text += &format!("    server {node} max_fails=0;\n");
                }
            }
            _ => text += line,
        }
        text.push('\n');
    }
    text
}
