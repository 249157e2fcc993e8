//! Formats in which a file can be made to harm are read in a process of their own, with limits of memory and time: what is
//! hostile costs that process and nothing else.

use std::{
    io::{BufRead as _, Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use parking_lot::{Condvar, Mutex};
use serde::{Deserialize, Serialize};

use super::{Kind, Limits, Read, Reason};

/// The argument that asks the program for [`serve`].
pub const ARGUMENT: &str = "read-document";

/// Bytes of memory, addresses included.
const MEMORY: u64 = 1 << 30;
/// Seconds of computing.
const SECONDS: u64 = 20;
/// Seconds in all, waiting for a busy machine included.
const PATIENCE: Duration = Duration::from_secs(40);
/// Bytes that may come back.
const MOST: u64 = 128 << 20;
/// Such processes at once; further files wait.
const AT_ONCE: usize = 2;
/// What the process says last when memory ran out.
const NO_MEMORY: &str = "memory allocation of";
/// What it says when it fell too deep.
const NO_STACK: &str = "has overflowed its stack";

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// From now on such files are read by this program, which must call [`serve`] when it is given [`ARGUMENT`] alone. Without it
/// they are refused.
pub fn enable() {
    // By this name it is the program that runs, even when an upgrade has replaced the file.
    let own = PathBuf::from("/proc/self/exe");
    if let Some(program) = if own.exists() { Some(own) } else { std::env::current_exe().ok() } {
        drop(PROGRAM.set(program));
    }
}

#[derive(Serialize, Deserialize)]
struct Task {
    name: String,
    kind: Kind,
    limits: Limits,
}

/// Reads one document from the standard input and writes what came of it to the standard output.
#[must_use]
pub fn serve() -> ExitCode {
    // Should the whole machine run out of memory, this process goes first.
    drop(std::fs::write("/proc/self/oom_score_adj", "1000"));
    // A page that makes no sense is told in the answer.
    std::panic::set_hook(Box::new(|_| {}));
    for (resource, soft, hard) in [
        (rlimit::Resource::AS, MEMORY, MEMORY),
        (rlimit::Resource::CPU, SECONDS, SECONDS + 2),
        (rlimit::Resource::CORE, 0, 0),
        (rlimit::Resource::FSIZE, 0, 0),
    ] {
        // Where a limit cannot be set, the others and the patience of who asked remain.
        drop(resource.set(soft, hard));
    }
    let mut input = std::io::stdin().lock();
    let (mut head, mut bytes) = (String::new(), Vec::new());
    let read = input.read_line(&mut head).and_then(|_| input.read_to_end(&mut bytes));
    let Ok(task) = read.map_err(drop).and_then(|_| serde_json::from_str::<Task>(&head).map_err(drop)) else { return ExitCode::FAILURE };
    let result = caught(|| super::parse(&task.name, task.kind, &bytes, &task.limits));
    // A parser may have printed: what counts is the last line.
    let written = serde_json::to_string(&result).map_err(drop).and_then(|text| {
        let mut output = std::io::stdout().lock();
        output.write_all(format!("\n{text}").as_bytes()).and_then(|()| output.flush()).map_err(drop)
    });
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reads a file of such a kind, wherever that is done.
pub(super) fn read(name: &str, kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Read, Reason> {
    match PROGRAM.get() {
        Some(program) => {
            let _turn = Turn::wait();
            there(program, name, kind, bytes, limits)
        }
        // The crate's own tests are no such program, and read what they wrote themselves.
        None if cfg!(test) || !kind.is_packed() => caught(|| super::parse(name, kind, bytes, limits)),
        None => Err(Reason::Unreadable { detail: "this program has no reader for it".to_owned() }),
    }
}

/// One of the few that may run.
struct Turn;

impl Turn {
    fn wait() -> Self {
        let mut running = RUNNING.lock();
        ENDED.wait_while(&mut running, |running| *running >= AT_ONCE);
        *running += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock() -= 1;
        ENDED.notify_one();
    }
}

fn caught(read: impl FnOnce() -> Result<Read, Reason>) -> Result<Read, Reason> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Reason::damaged("its structure makes no sense")))
}

fn there(program: &Path, name: &str, kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Read, Reason> {
    let unreadable = |error: &dyn std::fmt::Display| Reason::Unreadable { detail: error.to_string() };
    let task = Task { name: name.to_owned(), kind, limits: *limits };
    let head = serde_json::to_string(&task).map_err(|error| unreadable(&error))?;
    let mut command = Command::new(program);
    command.arg(ARGUMENT).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| unreadable(&error))?;
    let (said, complaint) = converse(&mut child, &head, bytes);
    let ended = child.wait().map_err(|error| unreadable(&error))?;
    let answer = said.as_deref().and_then(|said| serde_json::from_str(said.rsplit('\n').next().unwrap_or_default()).ok());
    match answer {
        Some(answer) => answer,
        None if said.as_ref().is_some_and(|said| said.len() as u64 >= MOST) => Err(Reason::Bomb),
        None if complaint.contains(NO_MEMORY) => Err(Reason::Heavy { limit: MEMORY }),
        None if complaint.contains(NO_STACK) => Err(Reason::TooDeep),
        None if said.is_none() || ran_out(ended) => Err(Reason::Slow { seconds: SECONDS }),
        None => Err(Reason::damaged("its reader gave up")),
    }
}

/// Tells it the task and hears its answer and its complaint; no answer in time ends it.
fn converse(child: &mut Child, head: &str, bytes: &[u8]) -> (Option<String>, String) {
    let (input, output, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut input) = input {
                // One that ends early does not hear it all.
                drop(input.write_all(head.as_bytes()).and_then(|()| input.write_all(b"\n")).and_then(|()| input.write_all(bytes)));
            }
        });
        let complaint = scope.spawn(move || text(complaints, 1 << 16));
        let (tell, told) = mpsc::channel();
        scope.spawn(move || drop(tell.send(text(output, MOST))));
        let said = told.recv_timeout(PATIENCE).ok();
        // Ends it if it has not ended; whoever waits for its output goes on.
        drop(child.kill());
        (said, complaint.join().unwrap_or_default())
    })
}

fn text(from: Option<impl std::io::Read>, most: u64) -> String {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        drop(from.by_ref().take(most).read_to_end(&mut bytes));
        // Whoever writes more than is heard must not wait for ever.
        drop(from);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the limit of computing ended it.
#[cfg(unix)]
fn ran_out(ended: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    const XCPU: i32 = 24;
    ended.signal() == Some(XCPU)
}

#[cfg(not(unix))]
fn ran_out(_: std::process::ExitStatus) -> bool {
    false
}
