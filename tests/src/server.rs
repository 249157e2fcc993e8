//! A real `warbler` process on a free port and a temporary data folder.

use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chat::testing::Engine;
use tempfile::TempDir;

/// Seeding the guides in a debug build on two busy cores takes a while.
const READY: Duration = Duration::from_secs(90);

/// What a [`Server`] is started with.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    binary: Option<PathBuf>,
    data: Option<PathBuf>,
    engine: Option<Engine>,
    user: Option<u32>,
    settings: Vec<(String, String)>,
    flags: Vec<String>,
    tls: bool,
}

impl Plan {
    /// The embedded parts, nothing configured, an empty folder.
    pub fn new() -> Plan {
        Plan::default()
    }

    /// Another `warbler` than the one built beside this test.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Plan {
        self.binary = Some(path.into());
        self
    }

    /// A data folder that outlives the server.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Plan {
        self.data = Some(path.into());
        self
    }

    /// Keeps the record on this engine: a new one.
    pub fn on(mut self, engine: Engine) -> Plan {
        self.engine = Some(engine);
        self
    }

    /// Runs as another user; only root can.
    pub fn user(mut self, id: u32) -> Plan {
        self.user = Some(id);
        self
    }

    /// Keeps the record where this configuration says.
    pub fn record(self, config: &chat::Config) -> Plan {
        self.env("WARBLER_RECORD__ADDRESS", &config.address).env("WARBLER_RECORD__BUS", &config.bus)
    }

    /// An environment variable of the process.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Plan {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// HTTPS under a certificate that is made for it, as `cert.pem` and `key.pem` in a folder: [`Server::certificates`].
    pub fn tls(mut self) -> Plan {
        self.tls = true;
        self
    }

    /// A model for every workspace.
    pub fn model(self, address: &str) -> Plan {
        self.env("WARBLER_BOT__MODEL_URL", address).env("WARBLER_BOT__MODEL_NAME", "scripted")
    }

    /// Limits that do not slow a test down.
    pub fn unlimited(self) -> Plan {
        let limits = [
            "FRAMES_PER_10S",
            "MESSAGES_PER_MINUTE",
            "MESSAGES_PER_MINUTE_OF_ADDRESS",
            "MESSAGES_PER_MINUTE_OF_WORKSPACE",
            "SESSIONS_PER_MINUTE_OF_ADDRESS",
            "NEWCOMERS_PER_MINUTE_OF_ADDRESS",
            "NEWCOMERS_PER_MINUTE_OF_WORKSPACE",
        ];
        limits.iter().fold(self, |plan, limit| plan.env(&format!("WARBLER_VISITOR__{limit}"), "4000000000"))
    }

    /// A flag of `warbler serve`.
    pub fn flag(mut self, flag: impl Into<String>) -> Plan {
        self.flags.push(flag.into());
        self
    }

    /// Starts the process and waits until it says it is ready.
    pub async fn start(self) -> Result<Server> {
        let mut server = self.lay().await?;
        server.start().await?;
        Ok(server)
    }

    /// Chooses port, folder and record without starting the process.
    pub async fn lay(mut self) -> Result<Server> {
        let owned = match self.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("warbler-").tempdir()?),
        };
        let data = match (&self.data, &owned) {
            (Some(path), _) => path.clone(),
            (None, Some(dir)) => dir.path().join("data"),
            (None, None) => bail!("no data folder"),
        };
        if let Some(engine) = self.engine.take() {
            self = self.record(&engine.config(&data).await?);
        }
        let logs = tempfile::Builder::new().prefix("warbler-log-").tempdir()?;
        if let Some(user) = self.user {
            std::os::unix::fs::chown(logs.path(), Some(user), Some(user))?;
        }
        if self.tls {
            let (cert, key) = crate::tls::certificate(logs.path(), None)?;
            self = self.env("WARBLER_TLS__CERT", cert.display().to_string()).env("WARBLER_TLS__KEY", key.display().to_string());
        }
        Ok(Server { port: free_port()?, plan: self, data, child: None, logs, started: 0, _owned: owned })
    }
}

/// The running process; killed when dropped.
#[derive(Debug)]
pub struct Server {
    plan: Plan,
    data: PathBuf,
    port: u16,
    child: Option<Child>,
    logs: TempDir,
    started: u32,
    _owned: Option<TempDir>,
}

impl Server {
    /// The address of the door, without a slash at its end.
    pub fn base(&self) -> String {
        let scheme = if self.plan.tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The folder of `cert.pem` and `key.pem`, if it speaks TLS.
    pub fn certificates(&self) -> &Path {
        self.logs.path()
    }

    /// The folder with the record.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The address of the record.
    pub fn record(&self) -> String {
        let named = self.plan.settings.iter().rfind(|(name, _)| name == "WARBLER_RECORD__ADDRESS");
        named.map_or_else(|| format!("sqlite:{}", self.data.join("record.db").display()), |(_, address)| address.clone())
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// What the process has printed since its last start.
    pub fn output(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.logs.path().join(name)).unwrap_or_default();
        let n = self.started;
        format!("{}{}", read(&format!("{n}.out")), read(&format!("{n}.err")))
    }

    /// Starts the process (again) on the same port and folder; returns the time until it was ready.
    pub async fn start(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        self.spawn()?;
        self.ready().await?;
        Ok(begun.elapsed())
    }

    /// Waits until a process that was started says it is ready.
    pub async fn ready(&mut self) -> Result<()> {
        self.wait(Instant::now() + READY).await
    }

    /// Starts the process without waiting for it.
    pub fn spawn(&mut self) -> Result<()> {
        self.started += 1;
        let log = |end: &str| File::create(self.logs.path().join(format!("{}.{end}", self.started)));
        let mut command = Command::new(binary(self.plan.binary.as_deref())?);
        command
            .arg("serve")
            .args(&self.plan.flags)
            .env("WARBLER_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("WARBLER_DATA", &self.data)
            .envs(self.plan.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.logs.path())
            .stdin(Stdio::null())
            .stdout(log("out")?)
            .stderr(log("err")?);
        if let Some(user) = self.plan.user {
            command.uid(user).gid(user);
        }
        self.child = Some(command.spawn().context("warbler does not start")?);
        Ok(())
    }

    async fn wait(&mut self, until: Instant) -> Result<()> {
        let http = crate::http();
        let address = format!("{}/readyz", self.base());
        loop {
            if let Some(status) = self.exited()? {
                bail!("warbler ended with {status} before it was ready:\n{}", self.output());
            }
            if let Ok(answer) = http.get(&address).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("warbler was not ready in time:\n{}", self.output());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn exited(&mut self) -> Result<Option<ExitStatus>> {
        match &mut self.child {
            Some(child) => Ok(child.try_wait()?),
            None => bail!("warbler was not started"),
        }
    }

    /// Ends the process at once, as a power cut would: kill -9.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks the process to end and waits for it.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        let Some(mut child) = self.child.take() else { bail!("warbler is not running") };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
        if !asked.success() {
            bail!("the process could not be signalled");
        }
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill()?;
        child.wait()?;
        bail!("warbler did not end within 30 s:\n{}", self.output());
    }

    /// The first address it printed whose path begins with `path`.
    pub fn printed(&self, path: &str) -> Result<String> {
        let start = self.base() + path;
        let output = self.output();
        let at = output.find(&start).with_context(|| format!("no link to {path} in:\n{output}"))?;
        let end = |c: char| c.is_whitespace() || c.is_control() || "\"'<>)".contains(c);
        let link = &output[at..];
        Ok(link[..link.find(end).unwrap_or(link.len())].to_owned())
    }

    /// The first inbox, as the demo page embeds it.
    pub async fn inbox(&self) -> Result<String> {
        inbox_of(&self.base()).await
    }

    /// Runs another command of the same binary on the same folder.
    pub fn command(&self, args: &[&str]) -> Result<Output> {
        self.command_with(args, "")
    }

    /// The same with text on its standard input.
    pub fn command_with(&self, args: &[&str], input: &str) -> Result<Output> {
        let mut command = warbler(self.plan.binary.as_deref(), &self.data)?;
        command.envs(self.plan.settings.iter().map(|(name, value)| (name, value))).args(args);
        run(command, input)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() && self.started > 0 {
            eprintln!("--- warbler printed\n{}\n---", self.output());
        }
        self.kill().ok();
    }
}

/// `warbler` on a data folder, in an empty working folder, for commands other than `serve`.
pub fn warbler(given: Option<&Path>, data: &Path) -> Result<Command> {
    let mut command = Command::new(binary(given)?);
    command.env("WARBLER_DATA", data).current_dir(std::env::temp_dir()).stdin(Stdio::null());
    Ok(command)
}

/// Runs a command with text on its standard input.
pub fn run(mut command: Command, input: &str) -> Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    // A command that reads nothing may have closed it already.
    child.stdin.take().context("no input")?.write_all(input.as_bytes()).ok();
    Ok(child.wait_with_output()?)
}

/// The binary given, or named by `WARBLER_TEST_BIN`, or built beside this program.
pub fn binary(given: Option<&Path>) -> Result<PathBuf> {
    let path = match (given, std::env::var_os("WARBLER_TEST_BIN")) {
        (Some(path), _) => std::path::absolute(path)?,
        (None, Some(path)) => PathBuf::from(path),
        (None, None) => {
            let own = std::env::current_exe()?;
            let folder = own.parent().context("this program has no folder")?;
            let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
            folder.join("warbler")
        }
    };
    if !path.is_file() {
        bail!("{} is not there: cargo build --workspace --bins, or ./tests/run", path.display());
    }
    Ok(path)
}

/// The first inbox of a server at this address, as its demo page embeds it.
pub async fn inbox_of(base: &str) -> Result<String> {
    let page = crate::http().get(format!("{base}/demo")).send().await?.error_for_status()?.text().await?;
    let (_, after) = page.split_once("data-inbox=\"").context("the demo page has no data-inbox")?;
    let (inbox, _) = after.split_once('"').context("data-inbox is not closed")?;
    Ok(inbox.to_owned())
}

/// A port nobody listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
