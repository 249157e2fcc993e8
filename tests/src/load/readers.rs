//! Thousands of readers on one thread: the kernel tells that something has come to one, and what it is is read afterwards.
//!
//! In the world readers are other machines. Here they share the server's processors, so while a message is on its way to them they do
//! as little as can be done: no task, no timer, nothing is read, and the kernel wakes nobody for each of them.

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use super::frames::{self, Cutter, Incoming};
use super::hold::BEAT;
use super::session::Session;
use super::wire::{Heard, Who, Wire};

/// The kernel is asked this often: whoever waits for it is woken for each reader. A processor that is idle for a shorter time than half
/// a millisecond is not given other work (Linux, `sched_migration_cost_ns`): the server would have one processor instead of two.
const LOOK: Duration = Duration::from_millis(2);

/// Readers of one list: those who send to them at the same time wait for one another at its lock.
const LISTED: usize = 256;

/// Many sessions that only read.
#[derive(Debug)]
pub struct Readers {
    lists: Vec<Poll>,
    events: Events,
    readers: Vec<Reader>,
    said: Instant,
    bytes: Vec<u8>,
    /// What went wrong, in words.
    pub faults: Vec<String>,
}

#[derive(Debug)]
struct Reader {
    stream: TcpStream,
    cutter: Cutter,
    wire: Wire,
    who: Who,
    /// The last message that came: its index, and how often it did.
    last: (u64, usize),
    /// Something has come since it was read last.
    ready: bool,
}

impl Readers {
    /// Takes sessions over; they must be plain.
    pub fn of(sessions: Vec<Session>) -> Result<Readers> {
        let lists = (0..sessions.len().div_ceil(LISTED)).map(|_| Poll::new()).collect::<Result<Vec<Poll>, _>>()?;
        let mut readers = Vec::with_capacity(sessions.len());
        for session in sessions {
            let wire = session.wire().clone();
            let (stream, cutter) = session.link.into_std()?;
            let mut stream = TcpStream::from_std(stream);
            lists[readers.len() / LISTED].registry().register(&mut stream, Token(readers.len()), Interest::READABLE)?;
            readers.push(Reader { stream, cutter, wire, who: session.who, last: (0, 0), ready: true });
        }
        let (events, bytes) = (Events::with_capacity(LISTED), vec![0; 64 * 1024]);
        let mut readers = Readers { lists, events, readers, said: Instant::now(), bytes, faults: Vec::new() };
        readers.read()?;
        Ok(readers)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.readers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Reads whatever comes, for a while, and says that everybody is still there.
    pub fn rest(&mut self, pause: Duration) -> Result<()> {
        let until = Instant::now() + pause;
        self.beat()?;
        while Instant::now() < until {
            std::thread::sleep((until - Instant::now()).min(Duration::from_millis(20)));
            self.look()?;
            self.read()?;
        }
        Ok(())
    }

    /// When the message of this index had come to the last one.
    pub fn all_have(&mut self, index: u64, patience: Duration) -> Result<Instant> {
        let begun = Instant::now();
        let mut missing = self.readers.len();
        loop {
            while missing > 0 {
                if begun.elapsed() > patience {
                    self.read()?;
                    bail!("message {index} has reached {} of {} readers; {:?}", self.with(index), self.len(), self.faults);
                }
                std::thread::sleep(LOOK);
                missing = missing.saturating_sub(self.look()?);
            }
            let at = Instant::now();
            self.read()?;
            missing = self.len() - self.with(index);
            if missing == 0 {
                return Ok(at);
            }
            // Some have heard something else.
        }
    }

    /// How many have had it exactly once.
    pub fn with(&self, index: u64) -> usize {
        self.readers.iter().filter(|reader| reader.last == (index, 1)).count()
    }

    /// Takes note of who has something to read; how many these are for whom that is new.
    fn look(&mut self) -> Result<usize> {
        let mut new = 0;
        for list in &mut self.lists {
            match list.poll(&mut self.events, Some(Duration::ZERO)) {
                // The next look tells.
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for event in &self.events {
                let reader = &mut self.readers[event.token().0];
                new += usize::from(!std::mem::replace(&mut reader.ready, true));
            }
        }
        Ok(new)
    }

    fn read(&mut self) -> Result<()> {
        for reader in &mut self.readers {
            if std::mem::take(&mut reader.ready) {
                reader.read(&mut self.bytes, &mut self.faults)?;
            }
        }
        Ok(())
    }

    fn beat(&mut self) -> Result<()> {
        if self.said.elapsed() > BEAT {
            self.said = Instant::now();
            for reader in &mut self.readers {
                if let Some(beat) = reader.wire.beat() {
                    reader.stream.write_all(&frames::message(reader.wire.framing(), beat.as_bytes()))?;
                }
            }
        }
        Ok(())
    }
}

impl Reader {
    /// All that is there.
    fn read(&mut self, bytes: &mut [u8], faults: &mut Vec<String>) -> Result<()> {
        let Reader { stream, cutter, wire, who, last, .. } = self;
        let mut answers = Vec::new();
        let mut sort = |incoming: Incoming<'_>| match incoming {
            Incoming::Ping(ping) => answers.extend(frames::pong(ping)),
            Incoming::Close(code) => faults.push(format!("a session was closed by the server, code {code:?}")),
            Incoming::Text(text) => match wire.read(who, text) {
                Heard::Message { index: Some(index), .. } => *last = (index, if last.0 == index { last.1 + 1 } else { 1 }),
                Heard::Double => last.1 += 1,
                Heard::Hole => faults.push("a message came after a hole".to_owned()),
                Heard::Refused(why) => faults.push(format!("a frame was refused: {why}")),
                Heard::Answer(answer) => answers.extend(frames::message(wire.framing(), answer.as_bytes())),
                _ => {}
            },
        };
        if cutter.early() {
            cutter.feed(&[], &mut sort);
        }
        loop {
            match stream.read(bytes) {
                Ok(0) => bail!("a session was closed by the server"),
                Ok(length) => cutter.feed(&bytes[..length], &mut sort),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("a session was lost"),
            }
        }
        if !answers.is_empty() {
            stream.write_all(&answers)?;
        }
        Ok(())
    }
}
