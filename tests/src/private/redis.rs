//! A Redis that keeps nothing.

use std::process::{Command, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use super::process::{Process, program};
use crate::server::free_port;

/// A private Redis.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Redis {
    /// Starts it on a free port.
    pub async fn start() -> Result<Redis> {
        let folder = tempfile::Builder::new().prefix("warbler-redis-").tempdir()?;
        let port = free_port()?;
        let mut command = Command::new(program("redis-server")?);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"]).arg(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::spawn(command)?;
        process.answers(port).await?;
        Ok(Redis { process, port, _folder: folder })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `redis://…`
    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Forgets everything.
    pub async fn flush(&self) -> Result<()> {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut wire = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await?;
        wire.write_all(b"FLUSHALL\r\n").await?;
        let mut answer = [0; 5];
        wire.read_exact(&mut answer).await?;
        anyhow::ensure!(&answer == b"+OK\r\n", "FLUSHALL was answered by {}", String::from_utf8_lossy(&answer));
        Ok(())
    }

    /// Answers nobody, keeps every connection.
    pub fn freeze(&self) -> Result<()> {
        self.process.signal("STOP")
    }

    /// Answers again.
    pub fn thaw(&self) -> Result<()> {
        self.process.signal("CONT")
    }
}
