//! Another server's process on a free port; it ends when it is dropped.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::server::free_port;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that listens.
#[derive(Debug)]
pub struct Process {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Process {
    /// A server of `folder` on Node.js.
    pub async fn node(folder: &Path, server: &str, more: &[String]) -> Result<Process> {
        let (port, own) = (free_port()?, own_folder()?);
        let mut command = Command::new("node");
        command.arg(folder.join(server)).arg(port.to_string()).args(more);
        Process::start(command, port, own).await
    }

    /// A Redis that has on disk what it says it has, or keeps nothing there.
    pub async fn redis(kept: bool) -> Result<Process> {
        let (port, own) = (free_port()?, own_folder()?);
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.args(if kept { &["--appendonly", "yes", "--appendfsync", "always"][..] } else { &["--appendonly", "no"] });
        Process::start(command, port, own).await
    }

    /// A NATS with JetStream that acknowledges a message when it is on disk.
    pub async fn nats(program: &Path) -> Result<Process> {
        let (port, own) = (free_port()?, own_folder()?);
        let (path, store) = (own.path().join("nats.conf"), own.path().join("store"));
        std::fs::write(&path, format!("listen: 127.0.0.1:{port}\njetstream {{ store_dir: {store:?}, sync_interval: always }}\n"))?;
        let mut command = Command::new(program);
        command.arg("-c").arg(&path);
        Process::start(command, port, own).await
    }

    async fn start(mut command: Command, port: u16, folder: TempDir) -> Result<Process> {
        let log = std::fs::File::create(folder.path().join("log"))?;
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("{:?} does not start", command.as_std().get_program()))?;
        let mut process = Process { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), child, folder };
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(process.address).await.is_err() {
            if process.child.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                bail!("a peer did not start: {}", process.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(process)
    }

    /// Its id, while it runs.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("a peer has ended: {}", self.log()))
    }

    /// Ends it and waits until it is gone, so that the next server has the machine to itself.
    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn own_folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("warbler-peer-").tempdir()?)
}
