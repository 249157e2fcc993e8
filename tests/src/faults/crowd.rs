//! People who write whatever happens, each on two devices: one writes, one reads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::ledger::Held;
use super::tab::Tab;
use crate::visitor::Transport;

/// Who reads back tries for so long to come in.
const AGAIN: Duration = Duration::from_secs(10);
/// A device that does not hold everything by then will not.
const LATE: Duration = Duration::from_secs(150);

/// How people write.
#[derive(Clone, Debug)]
pub struct Habits {
    /// How many there are; each has two devices.
    pub people: usize,
    /// Messages on their way at once.
    pub window: usize,
    /// A rest after each message, drawn between nothing and this.
    pub pause: Duration,
    /// Messages of one conversation before the next begins.
    pub talk: usize,
    /// The first wait before a new connection, doubled up to thirty times itself.
    pub back: Duration,
    /// Repeats the random moments of a run.
    pub seed: u64,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) acknowledged: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) connections: AtomicU64,
    /// People whose both devices are connected.
    pub(super) here: AtomicU64,
}

/// What a person knows about their conversations, shared by their devices.
#[derive(Debug, Default)]
struct Promises {
    token: Option<String>,
    /// The writing device has stopped, and everything it sent is acknowledged.
    written: bool,
    /// By conversation: client id and seq of each acknowledgement, in order.
    acked: BTreeMap<String, Vec<(Uuid, i64)>>,
    /// Messages that are sent and not acknowledged.
    waiting: usize,
    /// By conversation: how far the reading device has come.
    told: BTreeMap<String, i64>,
}

impl Promises {
    /// Nothing is on its way, and the reading device has everything it must have.
    fn settled(&self) -> bool {
        self.waiting == 0 && self.acked.iter().all(|(talk, acked)| self.told.get(talk).copied().unwrap_or(0) >= last(acked))
    }
}

/// The last seq among what was acknowledged.
fn last(acked: &[(Uuid, i64)]) -> i64 {
    acked.iter().map(|(_, seq)| *seq).max().unwrap_or(0)
}

/// The people; they end when asked.
#[derive(Debug)]
pub(super) struct Crowd {
    over: Arc<AtomicBool>,
    quiet: Arc<AtomicBool>,
    inbox: String,
    pub(super) tally: Arc<Tally>,
    people: Vec<Person>,
}

#[derive(Debug)]
struct Person {
    promises: Arc<Mutex<Promises>>,
    writer: JoinHandle<Tab>,
    reader: JoinHandle<Tab>,
}

/// What the crowd came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) faults: Vec<String>,
    /// Messages that were read back by a new device.
    pub(super) read_back: u64,
    /// From a lost connection to the next welcome, sorted.
    pub(super) resumed: Vec<Duration>,
}

impl Outcome {
    /// Milliseconds of a resume at a quantile.
    pub(super) fn resume_ms(&self, quantile: f64) -> Option<u64> {
        let at = (self.resumed.len() as f64 * quantile) as usize;
        self.resumed.get(at.min(self.resumed.len().saturating_sub(1))).map(|time| time.as_millis() as u64)
    }
}

impl Crowd {
    /// Starts them; the writers go to the first door, the readers to the last.
    pub(super) fn start(doors: &[String], inbox: &str, habits: &Habits) -> Crowd {
        let (over, quiet, tally) = (Arc::default(), Arc::default(), Arc::new(Tally::default()));
        let first = doors.first().map_or("", String::as_str);
        let last = doors.last().map_or("", String::as_str);
        let people = (0..habits.people).map(|n| {
            let transport = if n % 4 == 3 { Transport::Stream } else { Transport::Socket };
            let promises = Arc::new(Mutex::new(Promises::default()));
            let device = |door: &str, seed: u64| Device {
                tab: Tab::new(door, inbox, transport, None),
                promises: promises.clone(),
                tally: tally.clone(),
                over: Arc::clone(&over),
                quiet: Arc::clone(&quiet),
                habits: habits.clone(),
                random: StdRng::seed_from_u64(habits.seed.wrapping_mul(1_000_003).wrapping_add(seed)),
                wait: habits.back,
            };
            let writer = tokio::spawn(device(first, 2 * n as u64).write());
            let reader = tokio::spawn(device(last, 2 * n as u64 + 1).read());
            Person { promises, writer, reader }
        });
        let people = people.collect();
        Crowd { over, quiet, inbox: inbox.to_owned(), tally, people }
    }

    /// Nobody writes until they may again.
    pub(super) fn hush(&self, quiet: bool) {
        self.quiet.store(quiet, Ordering::SeqCst);
    }

    /// Everything that was sent is acknowledged, and everything acknowledged was told to its reader.
    pub(super) fn settled(&self) -> bool {
        self.people.iter().all(|person| person.promises.lock().settled())
    }

    /// Connections that were made so far: a device that comes back asks for what it was not told.
    pub(super) fn connections(&self) -> u64 {
        self.tally.connections.load(Ordering::Relaxed)
    }

    pub(super) fn acknowledged(&self) -> u64 {
        self.tally.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many have both devices connected.
    pub(super) async fn gather(&self, people: usize, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        while self.tally.here.load(Ordering::Relaxed) < 2 * people as u64 {
            if begun.elapsed() > patience {
                bail!("only {} devices of {} are here", self.tally.here.load(Ordering::Relaxed), 2 * people);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Ends the writing, lets every device catch up, and reads everything back with a new one from `door`.
    pub(super) async fn stop(self, door: &str) -> Result<Outcome> {
        self.over.store(true, Ordering::SeqCst);
        let mut outcome = Outcome::default();
        for person in self.people {
            let (writer, reader) = (person.writer.await?, person.reader.await?);
            let promises = std::mem::take(&mut *person.promises.lock());
            let checked = check(door, &self.inbox, &promises, &writer, &reader).await;
            match checked {
                Ok((faults, read)) => {
                    outcome.faults.extend(faults);
                    outcome.read_back += read;
                }
                Err(error) => outcome.faults.push(format!("a person could not read back: {error:#}")),
            }
            for tab in [writer, reader] {
                outcome.faults.extend(tab.faults);
                outcome.resumed.extend(tab.resumed);
            }
        }
        outcome.resumed.sort_unstable();
        outcome.faults.truncate(100);
        Ok(outcome)
    }
}

/// Reads conversations until the device has all of them. Who is told that the record cannot be read just now comes back, as any
/// client does.
async fn read_back(fresh: &mut Tab, talks: &[String], has_all: impl Fn(&Tab) -> bool) -> Result<()> {
    let begun = Instant::now();
    loop {
        let came = match fresh.connected() {
            true => fresh.frame(Duration::from_secs(5)).await,
            false => fresh.connect(Some(talks)).await.map(|()| Some(Value::Null)),
        };
        match came {
            Ok(Some(_)) if !has_all(fresh) && begun.elapsed() < Duration::from_secs(120) => {}
            Ok(_) => return Ok(()),
            Err(error) if begun.elapsed() > AGAIN => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

/// Reads every conversation of a person with a new device and compares.
async fn check(door: &str, inbox: &str, promises: &Promises, writer: &Tab, reader: &Tab) -> Result<(Vec<String>, u64)> {
    let mut faults = Vec::new();
    let mut read = 0;
    let talks: Vec<String> = promises.acked.keys().cloned().collect();
    for some in talks.chunks(50) {
        let ends: BTreeMap<&String, i64> = some.iter().map(|talk| (talk, writer.last(talk).max(reader.last(talk)))).collect();
        let mut fresh = Tab::new(door, inbox, Transport::Socket, promises.token.clone());
        let has_all = |fresh: &Tab| ends.iter().all(|(talk, end)| fresh.last(talk) >= *end);
        read_back(&mut fresh, some, has_all).await?;
        let nothing = Held::default();
        for talk in some {
            let record = fresh.held.get(talk).unwrap_or(&nothing);
            read += record.messages.len() as u64;
            for tab in [writer, reader] {
                let promised = promises.acked.get(talk).into_iter().flatten().copied();
                let held = tab.held.get(talk).unwrap_or(&nothing);
                faults.extend(held.settle(record, promised).into_iter().map(|fault| format!("{talk}: {fault}")));
            }
        }
        faults.extend(fresh.faults);
    }
    Ok((faults, read))
}

/// One device at work.
struct Device {
    tab: Tab,
    promises: Arc<Mutex<Promises>>,
    tally: Arc<Tally>,
    over: Arc<AtomicBool>,
    quiet: Arc<AtomicBool>,
    habits: Habits,
    random: StdRng,
    wait: Duration,
}

/// What was sent and not acknowledged yet.
#[derive(Default)]
struct Writing {
    talk: String,
    waiting: BTreeMap<Uuid, Value>,
    sent: usize,
}

impl Device {
    /// Connects, again and again, as the protocol says.
    async fn connect(&mut self) -> bool {
        if let Some(after) = self.tab.called_back.take() {
            tokio::time::sleep(after).await;
        }
        if self.tab.token.is_none() {
            self.tab.token.clone_from(&self.promises.lock().token);
        }
        if self.tab.connect(None).await.is_err() {
            self.tab.vanish();
            tokio::time::sleep(self.wait.mul_f64(self.random.random_range(0.5..1.0))).await;
            self.wait = (self.wait * 2).min(self.habits.back * 30);
            return false;
        }
        self.wait = self.habits.back;
        self.tally.connections.fetch_add(1, Ordering::Relaxed);
        self.tally.here.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn gone(&mut self) {
        self.tab.vanish();
        self.tally.here.fetch_sub(1, Ordering::Relaxed);
    }

    fn over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    async fn write(mut self) -> Tab {
        let mut writing = Writing::default();
        let mut ending: Option<Instant> = None;
        loop {
            if !self.tab.connected() && !self.connect().await {
                if ending.is_some_and(|since| since.elapsed() > Duration::from_secs(120)) {
                    self.tab.faults.push("the server did not come back".to_owned());
                    self.promises.lock().written = true;
                    return self.tab;
                }
                continue;
            }
            self.promises.lock().token.clone_from(&self.tab.token);
            let again: Vec<Value> = writing.waiting.values().cloned().collect();
            let mut alive = true;
            for frames in again.chunks(20) {
                alive = alive && self.tab.send(frames).await.is_ok();
            }
            while alive && (!self.over() || !writing.waiting.is_empty()) {
                alive = self.one(&mut writing).await.is_ok();
            }
            if alive {
                self.promises.lock().written = true;
                if self.catch_up().await {
                    return self.tab;
                }
            }
            self.gone();
            if self.over() {
                ending.get_or_insert_with(Instant::now);
            }
        }
    }

    /// Listens until it holds all that was promised to it; whether the connection held so long. What still misses is found afterwards.
    async fn catch_up(&mut self) -> bool {
        let since = Instant::now();
        while !self.has_everything() && since.elapsed() < LATE {
            if self.tab.frame(Duration::from_millis(500)).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Fills the window, then takes what comes.
    async fn one(&mut self, writing: &mut Writing) -> Result<()> {
        if writing.talk.is_empty() || writing.sent >= self.habits.talk {
            *writing = Writing { talk: Uuid::now_v7().to_string(), waiting: std::mem::take(&mut writing.waiting), sent: 0 };
            self.tab.open(&writing.talk);
            self.promises.lock().acked.entry(writing.talk.clone()).or_default();
        }
        let quiet = self.quiet.load(Ordering::SeqCst);
        let mut frames = Vec::new();
        while !quiet && !self.over() && writing.waiting.len() < self.habits.window && writing.sent < self.habits.talk {
            let id = Uuid::now_v7();
            let mut frame = json!({"t": "send", "id": id, "conversation": writing.talk, "body": format!("message {}", writing.sent)});
            if writing.sent == 0 {
                // From here on a person is asked, so that the bot is silent and the figures are those of the record.
                frame["wish"] = json!("person");
            }
            writing.sent += 1;
            writing.waiting.insert(id, frame.clone());
            frames.push(frame);
        }
        self.promises.lock().waiting = writing.waiting.len();
        for some in frames.chunks(20) {
            self.tab.send(some).await?;
        }
        if quiet && writing.waiting.is_empty() {
            self.tab.frame(Duration::from_millis(50)).await?;
            return Ok(());
        }
        let patience = Duration::from_secs(30);
        let Some(frame) = self.tab.frame(patience).await? else { bail!("nothing came for {patience:?}") };
        self.answered(&frame, writing).await?;
        self.promises.lock().waiting = writing.waiting.len();
        if !self.habits.pause.is_zero() && frame["t"] == "ack" {
            self.rest(writing).await?;
        }
        Ok(())
    }

    async fn answered(&mut self, frame: &Value, writing: &mut Writing) -> Result<()> {
        let Some(id) = frame["id"].as_str().and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(()) };
        match frame["t"].as_str() {
            Some("ack") => {
                let (Some(talk), Some(seq)) = (frame["conversation"].as_str(), frame["seq"].as_i64()) else { bail!("a bare ack") };
                if writing.waiting.remove(&id).is_some() {
                    self.tally.acknowledged.fetch_add(1, Ordering::Relaxed);
                    self.promises.lock().acked.entry(talk.to_owned()).or_default().push((id, seq));
                }
            }
            Some("error") => {
                self.tally.refused.fetch_add(1, Ordering::Relaxed);
                let wait = frame["retry_ms"].as_u64();
                let (Some(wait), Some(again)) = (wait, writing.waiting.get(&id)) else {
                    bail!("refused for good: {frame}");
                };
                let again = again.clone();
                tokio::time::sleep(Duration::from_millis(wait.min(2_000))).await;
                self.tab.send(&[again]).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Listens for a while without writing.
    async fn rest(&mut self, writing: &mut Writing) -> Result<()> {
        let until = Instant::now() + self.habits.pause.mul_f64(self.random.random_range(0.0..1.0));
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if self.over() {
                break;
            }
            if let Some(frame) = self.tab.frame(left.min(Duration::from_secs(1))).await? {
                self.answered(&frame, writing).await?;
            }
            self.beat(left).await?;
        }
        Ok(())
    }

    /// A device that is silent for long says that it is there.
    async fn beat(&mut self, silent: Duration) -> Result<()> {
        if silent > Duration::from_secs(20) && self.random.random_bool(0.05) {
            self.tab.send(&[json!({"t": "ping"})]).await?;
        }
        Ok(())
    }

    async fn read(mut self) -> Tab {
        // Whose device it is is known once the other one was welcomed.
        while self.promises.lock().token.is_none() && !self.over() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut ending: Option<Instant> = None;
        loop {
            if !self.tab.connected() && !self.connect().await {
                continue;
            }
            loop {
                match self.tab.frame(Duration::from_millis(500)).await {
                    Ok(Some(frame)) => {
                        if let (Some("message"), Some(talk)) = (frame["t"].as_str(), frame["conversation"].as_str()) {
                            self.promises.lock().told.insert(talk.to_owned(), self.tab.last(talk));
                        }
                    }
                    Ok(None) => {}
                    Err(_) => break,
                }
                if self.over() {
                    let since = *ending.get_or_insert_with(Instant::now);
                    if since.elapsed() > LATE || self.has_everything() {
                        return self.tab;
                    }
                }
            }
            self.gone();
        }
    }

    /// Whether this device holds everything up to the last message that was acknowledged, in each conversation.
    fn has_everything(&self) -> bool {
        let promises = self.promises.lock();
        promises.written && promises.acked.iter().all(|(talk, acked)| self.tab.last(talk) >= last(acked))
    }
}
