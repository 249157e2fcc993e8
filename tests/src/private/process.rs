//! One child process that can be frozen, thawed and killed.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Killed when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
}

impl Process {
    pub(super) fn spawn(mut command: Command) -> Result<Process> {
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Process { child: command.spawn().with_context(|| format!("{name} does not start"))? })
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal by name, such as `STOP`.
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        signal(self.pid(), name)
    }

    /// Waits until somebody answers on the port.
    pub(super) async fn answers(&mut self, port: u16) -> Result<()> {
        let begun = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status} before it answered");
            }
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("it does not answer on port {port}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A frozen process takes the signal all the same.
        self.kill().ok();
    }
}

/// Sends a signal by name to one process.
pub(super) fn signal(pid: u32, name: &str) -> Result<()> {
    let status = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status()?;
    if !status.success() {
        bail!("process {pid} took no {name}");
    }
    Ok(())
}

/// Where Debian keeps a program that may not be on the path.
pub(super) fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = places.map(|place| place.join(name)).find(|program| program.is_file());
    found.with_context(|| format!("{name} is not installed: ./tests/run installs it"))
}
