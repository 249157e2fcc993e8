//! A PostgreSQL cluster in a temporary folder, as durable as a real one.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;

use super::process::{Process, signal};
use crate::server::free_port;

/// A private PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    owner: Option<(u32, u32)>,
    process: Option<Process>,
}

impl Postgres {
    /// Makes a cluster with an empty database and starts it on a free port.
    pub async fn start() -> Result<Postgres> {
        let folder = tempfile::Builder::new().prefix("warbler-postgres-").tempdir()?;
        let mut server = Postgres { programs: programs()?, folder, port: free_port()?, owner: owner()?, process: None };
        if let Some((user, group)) = server.owner {
            std::os::unix::fs::chown(server.folder.path(), Some(user), Some(group))?;
        }
        let data = server.data();
        let mut init = server.command("initdb");
        init.args(["-U", "warbler", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(data);
        let done = init.output().context("initdb does not start")?;
        if !done.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&done.stderr));
        }
        server.run().await?;
        Ok(server)
    }

    /// `postgres://…`
    pub fn address(&self) -> String {
        format!("postgres://warbler@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server and waits until it answers queries; the time it took.
    pub async fn run(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        loop {
            let mut command = self.command("postgres");
            command.arg("-D").arg(self.data());
            let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "fsync=on"];
            command.args(["-p", &self.port.to_string()]).args(settings.iter().flat_map(|setting| ["-c", setting]));
            let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log"))?;
            command.stdout(log.try_clone()?).stderr(log);
            self.process = Some(Process::spawn(command)?);
            match self.ready().await {
                Ok(()) => return Ok(begun.elapsed()),
                // The memory of a killed server is released in its own time.
                Err(error) if begun.elapsed() > Duration::from_secs(60) => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    async fn ready(&mut self) -> Result<()> {
        let process = self.process.as_mut().context("PostgreSQL does not run")?;
        process.answers(self.port).await?;
        sqlx::any::install_default_drivers();
        let begun = Instant::now();
        loop {
            match AnyConnection::connect(&self.address()).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(error) if begun.elapsed() > Duration::from_secs(30) => bail!("PostgreSQL is not ready: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Kills the server and everything it has started, at once.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let children = children(process.pid());
        process.kill()?;
        for child in children {
            // It may have ended with its parent.
            signal(child, "KILL").ok();
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of its programs; as root it runs as the user `postgres`, because it refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill().ok();
    }
}

/// The newest installed version's programs.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed: ./tests/run installs it")?;
    let number = |path: &Path| path.file_name().and_then(|name| name.to_string_lossy().parse::<u32>().ok()).unwrap_or(0);
    let mut found: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
    found.sort_by_key(|path| number(path));
    let newest = found.pop().context("PostgreSQL is not installed: ./tests/run installs it")?;
    Ok(newest.join("bin"))
}

/// Whom it runs as when this program runs as root.
fn owner() -> Result<Option<(u32, u32)>> {
    let ask = |args: &[&str]| -> Result<u32> {
        let done = Command::new("id").args(args).output()?;
        String::from_utf8_lossy(&done.stdout).trim().parse().context("there is no user postgres")
    };
    if ask(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((ask(&["-u", "postgres"])?, ask(&["-g", "postgres"])?)))
}

fn children(parent: u32) -> Vec<u32> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let listed = fs::read_to_string(path).unwrap_or_default();
    listed.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
