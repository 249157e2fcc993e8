//! A disk that is full, and a folder that may not be written: no acknowledgement is sent, reads go on, it recovers alone.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::crowd::{Crowd, Habits};
use crate::record::Record;
use crate::server::{Plan as Start, Server};
use crate::staff::Staff;
use crate::visitor::Visitor;

/// The user without rights on Debian.
const NOBODY: u32 = 65_534;

/// How the disk is tormented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often it is full.
    pub times: u64,
    /// How often the folder is read-only.
    pub read_only: u64,
    /// Size of the small disk, in MiB.
    pub size_mib: u32,
    /// How people write.
    pub habits: Habits,
}

/// A small disk of its own; needs root.
struct Disk(TempDir);

impl Disk {
    fn mount(size_mib: u32) -> Result<Disk> {
        let folder = tempfile::Builder::new().prefix("warbler-disk-").tempdir()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size_mib}m"), "tmpfs"]).arg(folder.path());
        let done = mount.output()?;
        if !done.status.success() {
            bail!("a small disk cannot be mounted (this needs root): {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(Disk(folder))
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Writes until nothing more goes in; how much went in.
    fn fill(&self) -> Result<u64> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.filler())?;
        for block in [1 << 20, 4096, 1] {
            let bytes = vec![0_u8; block];
            while file.write_all(&bytes).is_ok() {}
        }
        Ok(file.metadata()?.len())
    }

    fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0.path()).status().ok();
    }
}

/// Torments the disk; answers figures, and under `faults` all that was wrong.
pub async fn run(start: &Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let disk = Disk::mount(plan.size_mib)?;
    let mut seen = full(start, &disk, plan, &mut progress).await?;
    let read_only = read_only(start, plan, |done| progress(plan.times + done)).await?;
    for (name, value) in read_only.as_object().into_iter().flatten() {
        match (seen["faults"].as_array_mut(), value.as_array()) {
            (Some(all), Some(more)) if name == "faults" => all.extend(more.iter().cloned()),
            _ => seen[name] = value.clone(),
        }
    }
    Ok(seen)
}

async fn full(start: &Start, disk: &Disk, plan: &Plan, progress: &mut impl FnMut(u64)) -> Result<Value> {
    let data = disk.0.path().join("data");
    let mut server = start.clone().data(&data).unlimited().start().await?;
    let mut staff = Staff::owner(&server).await?;
    let crowd = Crowd::start(&[server.base()], &server.inbox().await?, &plan.habits);
    crowd.gather(plan.habits.people, Duration::from_secs(60)).await?;
    let mut known = Visitor::of(&server).await?;
    let talk = Visitor::conversation();
    known.say(&talk, "before the disk is full").await?;
    let outside = tempfile::tempdir()?;
    let mut faults = Vec::new();
    let (mut healed, mut reads, mut kept, mut kills) = (Vec::new(), 0_u64, 0_u64, 0_u64);
    for time in 1..=plan.times {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        disk.fill()?;
        let silent = silence(&crowd, disk).await?;
        if !silent {
            faults.push(format!("time {time}: messages are acknowledged on a full disk"));
        }
        match reading(&mut known, &talk, &mut staff).await {
            Ok(count) => reads += count,
            Err(error) => faults.push(format!("time {time}: reading on a full disk: {error:#}")),
        }
        let document = outside.path().join(format!("{time}.md"));
        fs::write(&document, format!("# Delivery {time}\n\nParcel {time} is delivered on Monday.\n"))?;
        let import = server.command(&["import", "--library", "Full", &document.to_string_lossy()])?;
        // The log of the record may have room for one more: what is said to be taken must be there.
        if import.status.success() && documents(&server, time).await? != 1 {
            faults.push(format!("time {time}: an import on a full disk was taken, and its document is not there"));
        }
        kept += u64::from(import.status.success());
        if time % 3 == 0 {
            kills += 1;
            server.kill()?;
            disk.free()?;
            server.start().await?;
            known.connect().await?;
        } else {
            disk.free()?;
        }
        match again(&crowd).await {
            Some(time) => healed.push(time.as_millis() as u64),
            None => faults.push(format!("time {time}: 30 s after there was room nothing is acknowledged")),
        }
        let import = server.command(&["import", "--library", "Full", &document.to_string_lossy()])?;
        if !import.status.success() || documents(&server, time).await? != 1 {
            faults.push(format!("time {time}: an import with room again: {}", String::from_utf8_lossy(&import.stderr)));
        }
        progress(time);
    }
    let acknowledged = crowd.acknowledged();
    let refused = crowd.tally.refused.load(std::sync::atomic::Ordering::Relaxed);
    let outcome = crowd.stop(&server.base()).await?;
    faults.extend(outcome.faults.iter().cloned());
    faults.extend(known.faults().await?);
    faults.extend(laws(&server).await?);
    healed.sort_unstable();
    Ok(json!({
        "times_full": plan.times,
        "killed_while_full": kills,
        "acknowledged": acknowledged,
        "refused_and_sent_again": refused,
        "read_back": outcome.read_back,
        "reads_while_full": reads,
        "imports_taken_while_full": kept,
        "writes_again_ms_p50": healed.get(healed.len() / 2),
        "writes_again_ms_max": healed.last(),
        "faults": faults,
    }))
}

/// How many documents of this time's import the record has.
async fn documents(server: &Server, time: u64) -> Result<i64> {
    let mut record = Record::at(&server.record()).await?;
    let found = record.texts("SELECT title AS id FROM document").await?;
    record.close().await?;
    Ok(found.iter().filter(|title| **title == format!("Delivery {time}")).count() as i64)
}

/// Waits until nothing is acknowledged any more, filling what a checkpoint gives back.
async fn silence(crowd: &Crowd, disk: &Disk) -> Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let before = crowd.acknowledged();
        disk.fill()?;
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        if crowd.acknowledged() == before {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What must go on without a free byte; how many reads there were.
async fn reading(known: &mut Visitor, talk: &str, staff: &mut Staff) -> Result<u64> {
    let history = known.history(talk).await.context("an open session's history")?;
    if !history.iter().any(|message| message["body"] == "before the disk is full") {
        bail!("a message is not in the history any more");
    }
    known.connect().await.context("a visitor who comes back")?;
    known.history(talk).await.context("the history after coming back")?;
    let page = staff.get("/console/inbox").await.context("the console's inbox")?;
    if !page.status.is_success() {
        bail!("the console's inbox answers {}", page.status);
    }
    Ok(3)
}

/// How long it takes until something is acknowledged.
async fn again(crowd: &Crowd) -> Option<Duration> {
    let (begun, before) = (Instant::now(), crowd.acknowledged());
    while crowd.acknowledged() == before {
        if begun.elapsed() > Duration::from_secs(30) {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Some(begun.elapsed())
}

async fn laws(server: &Server) -> Result<Vec<String>> {
    let mut record = Record::at(&server.record()).await?;
    let faults = record.faults().await?;
    record.close().await?;
    Ok(faults)
}

/// A server without rights, whose folder is closed under it.
async fn read_only(start: &Start, plan: &Plan, mut progress: impl FnMut(u64)) -> Result<Value> {
    let folder = tempfile::Builder::new().prefix("warbler-closed-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let data = folder.path().join("data");
    fs::create_dir(&data)?;
    chown(&data, Some(NOBODY), Some(NOBODY))?;
    let mut server = start.clone().data(&data).user(NOBODY).unlimited().start().await?;
    let mut staff = Staff::owner(&server).await?;
    let crowd = Crowd::start(&[server.base()], &server.inbox().await?, &plan.habits);
    crowd.gather(plan.habits.people, Duration::from_secs(60)).await?;
    let mut known = Visitor::of(&server).await?;
    let talk = Visitor::conversation();
    known.say(&talk, "before the disk is full").await?;
    let mut faults = Vec::new();
    let mut refused = 0_u64;
    for time in 1..=plan.read_only {
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        writable(&data, false)?;
        if let Err(error) = reading(&mut known, &talk, &mut staff).await {
            faults.push(format!("time {time}: reading from a closed folder: {error:#}"));
        }
        server.kill()?;
        match server.start().await {
            Ok(_) => faults.push(format!("time {time}: it started on a folder that cannot be written")),
            Err(error) if error.to_string().contains("cannot be") => refused += 1,
            Err(error) => faults.push(format!("time {time}: the refusal says: {error:#}")),
        }
        server.kill()?;
        writable(&data, true)?;
        server.start().await?;
        known.connect().await?;
        if again(&crowd).await.is_none() {
            faults.push(format!("time {time}: 30 s after it could be written nothing is acknowledged"));
        }
        progress(time);
    }
    let outcome = crowd.stop(&server.base()).await?;
    faults.extend(outcome.faults.iter().cloned());
    faults.extend(laws(&server).await?);
    Ok(json!({
        "times_read_only": plan.read_only,
        "starts_refused_with_a_sentence": refused,
        "read_back_after_read_only": outcome.read_back,
        "faults": faults,
    }))
}

/// Opens or closes a folder with everything in it.
fn writable(folder: &Path, open: bool) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            writable(&path, open)?;
        } else {
            mode(&path, if open { 0o600 } else { 0o400 })?;
        }
    }
    mode(folder, if open { 0o700 } else { 0o500 })
}

fn mode(path: &Path, mode: u32) -> Result<()> {
    Ok(File::open(path)?.set_permissions(fs::Permissions::from_mode(mode))?)
}
