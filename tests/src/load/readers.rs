//! Thousands of readers on one thread. The kernel notes when something has come to one; it is read afterwards.
//!
//! In the world readers are other machines. Here they share the server's processors, so while a message is on its way to them they do
//! nothing at all: nobody waits for it, nobody is woken by it, and nothing is read.

use std::cell::Cell;
use std::io::{IoSliceMut, Write as _};
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

use super::frames::{self, Cutter, Incoming};
use super::hold::BEAT;
use super::session::Session;
use super::wire::{Heard, Who, Wire};

/// What has come is read this often: longer than it takes a message to reach all.
const LOOK: Duration = Duration::from_millis(100);

/// Many sessions that only read.
#[derive(Debug)]
pub struct Readers {
    readers: Vec<Reader>,
    said: Instant,
    room: Room,
    /// What went wrong, in words.
    pub faults: Vec<String>,
}

/// Where the kernel puts what has come, and when it came.
#[derive(Debug)]
struct Room {
    bytes: Vec<u8>,
    times: Vec<u8>,
}

#[derive(Debug)]
struct Reader {
    stream: TcpStream,
    cutter: Cutter,
    wire: Wire,
    who: Who,
    /// The last message that came: its index, and how often it did.
    last: (u64, usize),
    /// When that was; unknown of what came before the kernel was asked to note it.
    at: Option<SystemTime>,
}

impl Readers {
    /// Takes sessions over; they must be plain.
    pub fn of(sessions: Vec<Session>) -> Result<Readers> {
        let mut readers = Vec::with_capacity(sessions.len());
        for session in sessions {
            let wire = session.wire().clone();
            let (stream, cutter) = session.link.into_std()?;
            setsockopt(&stream, sockopt::ReceiveTimestampns, &true).context("the kernel cannot tell when something came")?;
            readers.push(Reader { stream, cutter, wire, who: session.who, last: (0, 0), at: None });
        }
        let room = Room { bytes: vec![0; 64 * 1024], times: nix::cmsg_space!(TimeSpec) };
        let mut readers = Readers { readers, said: Instant::now(), room, faults: Vec::new() };
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

    /// Lets a while pass, reads what came, and says that everybody is still there.
    pub fn rest(&mut self, pause: Duration) -> Result<()> {
        self.beat()?;
        std::thread::sleep(pause);
        self.read()
    }

    /// When the message of this index had come to the last one.
    pub fn all_have(&mut self, index: u64, patience: Duration) -> Result<SystemTime> {
        let begun = Instant::now();
        while self.with(index) < self.len() {
            if begun.elapsed() > patience {
                bail!("message {index} has reached {} of {} readers; {:?}", self.with(index), self.len(), self.faults);
            }
            std::thread::sleep(LOOK);
            self.read()?;
        }
        let times: Option<Vec<SystemTime>> = self.readers.iter().map(|reader| reader.at).collect();
        times.and_then(|times| times.into_iter().max()).context("the kernel does not tell when something came")
    }

    /// How many have had it exactly once.
    pub fn with(&self, index: u64) -> usize {
        self.readers.iter().filter(|reader| reader.last == (index, 1)).count()
    }

    fn read(&mut self) -> Result<()> {
        self.readers.iter_mut().try_for_each(|reader| reader.read(&mut self.room, &mut self.faults))
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
    fn read(&mut self, room: &mut Room, faults: &mut Vec<String>) -> Result<()> {
        let Reader { stream, cutter, wire, who, last, at } = self;
        let (mut answers, came) = (Vec::new(), Cell::new(*at));
        let mut sort = |incoming: Incoming<'_>| match incoming {
            Incoming::Ping(ping) => answers.extend(frames::pong(ping)),
            Incoming::Close(code) => faults.push(format!("a session was closed by the server, code {code:?}")),
            Incoming::Text(text) => match wire.read(who, text) {
                Heard::Message { index: Some(index), .. } => {
                    (*last, *at) = ((index, if last.0 == index { last.1 + 1 } else { 1 }), came.get())
                }
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
        while let Some((length, then)) = room.take(stream)? {
            came.set(then);
            cutter.feed(&room.bytes[..length], &mut sort);
        }
        if !answers.is_empty() {
            stream.write_all(&answers)?;
        }
        Ok(())
    }
}

impl Room {
    /// How much has come, and when the last of it did; `None` when there is nothing more.
    fn take(&mut self, stream: &TcpStream) -> Result<Option<(usize, Option<SystemTime>)>> {
        loop {
            let mut parts = [IoSliceMut::new(&mut self.bytes)];
            match recvmsg::<()>(stream.as_raw_fd(), &mut parts, Some(&mut self.times), MsgFlags::empty()) {
                Ok(came) if came.bytes == 0 => bail!("a session was closed by the server"),
                Ok(came) => {
                    let at = came.cmsgs()?.find_map(|told| match told {
                        ControlMessageOwned::ScmTimestampns(at) => Some(UNIX_EPOCH + Duration::from(at)),
                        _ => None,
                    });
                    return Ok(Some((came.bytes, at)));
                }
                Err(Errno::EAGAIN) => return Ok(None),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error).context("a session was lost"),
            }
        }
    }
}
