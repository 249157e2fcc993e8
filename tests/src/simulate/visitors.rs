//! What devices do, and what their sessions hear.

use anyhow::{Context as _, Result};
use chat::cursor::{self, Reader};
use chat::{Append, Author, ConversationId, Heard};
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::Sabotage;
use super::client::{Open, Sent};
use super::world::{Talk, World};

/// Conversations a visitor has at most.
const TALKS: usize = 2;

impl World {
    fn device(&self, fit: impl Fn(&super::client::Device) -> bool) -> Option<usize> {
        let fit: Vec<usize> = (0..self.devices.len()).filter(|at| fit(&self.devices[*at])).collect();
        fit.get(self.one_of(fit.len())?).copied()
    }

    pub(super) fn write(&mut self) -> Option<String> {
        let at = self.one_of(self.devices.len())?;
        let visitor = self.devices[at].visitor;
        let own: Vec<usize> = (0..self.talks.len()).filter(|talk| self.talks[*talk].visitor == visitor).collect();
        let new = own.is_empty() || own.len() < TALKS && self.once_in(12);
        let talk = if new { self.open_talk(visitor) } else { own[self.one_of(own.len())?] };
        let sent = Sent { id: self.dice.id(self.clock.now()), talk: self.talks[talk].id, body: self.body("words") };
        let what = format!("d{at} writes \"{}\" in t{talk}", sent.body);
        self.devices[at].write(sent);
        Some(what)
    }

    fn open_talk(&mut self, visitor: usize) -> usize {
        let id = self.dice.id(self.clock.now());
        self.talks.push(Talk { id, visitor, epoch: 0, answered: Vec::new(), console: 0 });
        self.talks.len() - 1
    }

    pub(super) fn resend(&mut self) -> Option<String> {
        let at = self.device(|device| device.open.is_some() && !device.outbox.is_empty())?;
        let one = self.one_of(self.devices[at].outbox.len())?;
        let frame = self.devices[at].outbox[one].frame();
        let what = format!("d{at} sends \"{}\" again", self.devices[at].outbox[one].body);
        self.devices[at].up.push_back(frame);
        Some(what)
    }

    pub(super) fn mark(&mut self) -> Option<String> {
        let (at, talk) = self.reader()?;
        let last = self.devices[at].held[&talk].last();
        let seq = i64::try_from(self.dice.below(u64::try_from(last).unwrap_or(0) + 3)).unwrap_or(0);
        let t = if self.once_in(2) { "read" } else { "got" };
        self.devices[at].up.push_back(json!({ "t": t, "conversation": talk, "seq": seq }));
        Some(format!("d{at} will say {t} {seq} of t{}", self.talk_of(&json!(talk))?))
    }

    pub(super) fn history(&mut self) -> Option<String> {
        let (at, talk) = self.reader()?;
        let last = u64::try_from(self.devices[at].held[&talk].last()).unwrap_or(0);
        let before = if self.once_in(3) { Value::Null } else { json!(self.dice.below(last + 2)) };
        let limit = 1 + self.dice.below(5);
        let what = format!("d{at} will ask for {limit} before {before} of t{}", self.talk_of(&json!(talk))?);
        self.devices[at].up.push_back(json!({ "t": "history", "conversation": talk, "before": before, "limit": limit }));
        Some(what)
    }

    /// A connected device and a conversation of which it has something.
    fn reader(&self) -> Option<(usize, ConversationId)> {
        let at = self.device(|device| device.open.is_some() && device.held.values().any(|held| held.last() > 0))?;
        let talks: Vec<_> = self.devices[at].held.iter().filter(|(_, held)| held.last() > 0).map(|(id, _)| *id).collect();
        Some((at, talks[self.one_of(talks.len())?]))
    }

    pub(super) fn cut(&mut self) -> Option<String> {
        let at = self.device(|device| device.open.is_some())?;
        self.devices[at].cut();
        Some(format!("d{at} loses its connection"))
    }

    pub(super) async fn connect(&mut self) -> Result<Option<String>> {
        let Some(at) = self.device(|device| device.open.is_none()) else { return Ok(None) };
        let node = self.any_node();
        self.connect_to(at, node).await.map(Some)
    }

    pub(super) async fn connect_to(&mut self, at: usize, node: usize) -> Result<String> {
        let device = &self.devices[at];
        let (cursors, token) = (device.cursors(), &self.visitors[device.visitor].token);
        let hello = json!({ "t": "hello", "v": 1, "inbox": self.home.inbox, "token": token, "device": device.id, "cursors": cursors });
        let (line, first) = self.nodes[node].wire.hello(&hello.to_string()).await.map_err(anyhow::Error::msg)?;
        let mut first = parsed(&first)?;
        self.lose(&mut first);
        for (talk, after) in cursors {
            self.is_the_rest(&format!("d{at} came back"), talk, after, &first).await?;
        }
        let what = format!("d{at} to n{node}, {} frames", first.len());
        self.devices[at].open = Some(Open { node, line, late: Vec::new() });
        self.devices[at].down.extend(first);
        Ok(what)
    }

    /// A node takes the next frame of a device.
    pub(super) async fn up(&mut self) -> Result<Option<String>> {
        match self.device(|device| device.open.is_some() && !device.up.is_empty()) {
            Some(at) => self.up_of(at).await,
            None => Ok(None),
        }
    }

    pub(super) async fn up_of(&mut self, at: usize) -> Result<Option<String>> {
        let device = &mut self.devices[at];
        let (Some(frame), Some(open)) = (device.up.pop_front(), &mut device.open) else { return Ok(None) };
        let mut out = parsed(&open.line.frame(&frame.to_string()).await)?;
        let node = open.node;
        self.answered(at, node, &frame, &mut out).await?;
        let what = format!("n{node} takes {} of d{at}, {} frames", frame["t"].as_str().unwrap_or_default(), out.len());
        self.devices[at].down.extend(out);
        Ok(Some(what))
    }

    /// Compares an answer with the record.
    async fn answered(&mut self, at: usize, node: usize, frame: &Value, out: &mut Vec<Value>) -> Result<()> {
        let talk = frame["conversation"].as_str().and_then(ConversationId::parse);
        let Some(talk) = talk else { return Ok(()) };
        match frame["t"].as_str().unwrap_or_default() {
            "send" => {
                self.spoil_send(node, at, frame, out).await?;
                let acked = out.iter().find(|answer| answer["t"] == "ack" && answer["id"] == frame["id"]);
                match acked.map(|ack| (ack["seq"].as_i64().unwrap_or(0), ack["prev"].as_i64().unwrap_or(0))) {
                    Some((seq, prev)) => self.is_kept_as(talk, frame, seq, prev).await?,
                    None => self.fault(format!("d{at} was not acknowledged: {out:?}")),
                }
            }
            "resume" => {
                self.lose(out);
                let after = frame["after"].as_i64().unwrap_or(0);
                self.is_the_rest(&format!("d{at} asked"), talk, after, out).await?;
            }
            "history" => self.is_the_page(talk, frame, out).await?,
            "read" | "got" => self.is_marked(at, talk, frame).await?,
            _ => {}
        }
        Ok(())
    }

    /// A device's marks after its frame, compared with what they must be.
    async fn is_marked(&mut self, at: usize, id: ConversationId, frame: &Value) -> Result<()> {
        let talk = self.talk_of(&json!(id)).context("a mark of no conversation")?;
        let seq = frame["seq"].as_i64().unwrap_or(0).min(self.found(talk).await?.last_seq);
        let read = if frame["t"] == "read" { seq } else { 0 };
        let before = self.marks.get(&(talk, at)).copied().unwrap_or((0, 0));
        let expected = (before.0.max(seq), before.1.max(read));
        let kept = self.kept_marks(talk, at).await?;
        if kept != expected {
            self.fault(format!("d{at} was at {before:?} of t{talk} and said {frame}: {kept:?} is kept, not {expected:?}"));
        }
        self.marks.insert((talk, at), expected);
        if self.sabotage == Some(Sabotage::MarkBack) && expected.1 > 0 {
            sqlx::query("UPDATE cursor SET read_seq = read_seq - 1 WHERE read_seq > 0").execute(self.chat().store().write()).await?;
        }
        Ok(())
    }

    pub(super) async fn kept_marks(&self, talk: usize, at: usize) -> Result<(i64, i64)> {
        let device = &self.devices[at];
        let reader = Reader::Visitor(self.visitors[device.visitor].id);
        Ok(cursor::of_device(self.chat().store(), self.home.workspace, self.talks[talk].id, reader, device.id).await?)
    }

    pub(super) fn down(&mut self) -> Result<Option<String>> {
        let Some(at) = self.device(|device| !device.down.is_empty()) else { return Ok(None) };
        let most = self.devices[at].down.len().min(1 + self.one_of(6).unwrap_or(0));
        for _ in 0..most {
            self.take_down(at);
        }
        Ok(Some(format!("d{at} takes {most} frames")))
    }

    pub(super) fn take_down(&mut self, at: usize) {
        let device = &mut self.devices[at];
        let Some(frame) = device.down.pop_front() else { return };
        if let Err(fault) = device.take(&frame) {
            self.fault(format!("d{at}: {fault}"));
        }
    }

    /// A session hears a piece of news, or does not.
    pub(super) async fn hear(&mut self) -> Result<Option<String>> {
        let Some(at) = self.device(|device| device.open.is_some()) else { return Ok(None) };
        let late = self.devices[at].open.as_ref().map_or(0, |open| open.late.len());
        let stashed = self.one_of(late).filter(|_| self.once_in(2));
        let Some(open) = &mut self.devices[at].open else { return Ok(None) };
        let heard = match stashed {
            Some(one) => Some(open.late.swap_remove(one)),
            None => tokio::task::unconstrained(open.line.news()).now_or_never(),
        };
        let Some(heard) = heard else { return Ok(None) };
        let times = match self.dice.below(10) {
            0 => 0,
            1 => 2,
            2 if stashed.is_none() => {
                self.devices[at].open.iter_mut().for_each(|open| open.late.push(heard.clone()));
                return Ok(Some(format!("d{at} will hear something later")));
            }
            _ => 1,
        };
        let mut count = 0;
        for _ in 0..times {
            count += self.hear_this(at, heard.clone()).await?;
        }
        Ok(Some(format!("d{at} hears something {times} times, {count} frames")))
    }

    /// What a session sends when it hears this.
    pub(super) async fn hear_this(&mut self, at: usize, heard: Heard) -> Result<usize> {
        let Some(open) = &mut self.devices[at].open else { return Ok(0) };
        let frames = parsed(&open.line.hear(heard).await?)?;
        let count = frames.len();
        self.devices[at].down.extend(frames);
        Ok(count)
    }

    pub(super) async fn miss(&mut self) -> Result<Option<String>> {
        let Some(at) = self.device(|device| device.open.is_some()) else { return Ok(None) };
        let count = self.hear_this(at, Heard::Missed).await?;
        Ok(Some(format!("d{at} hears that it missed something, {count} frames")))
    }

    fn lose(&self, frames: &mut Vec<Value>) {
        if self.sabotage == Some(Sabotage::Lose)
            && let Some(at) = frames.iter().position(|frame| frame["t"] == "message")
        {
            frames.remove(at);
        }
    }

    async fn spoil_send(&mut self, node: usize, at: usize, frame: &Value, out: &mut [Value]) -> Result<()> {
        match self.sabotage {
            Some(Sabotage::OtherSeq) => {
                for ack in out.iter_mut().filter(|answer| answer["t"] == "ack") {
                    ack["seq"] = json!(ack["seq"].as_i64().unwrap_or(0) + 1);
                }
            }
            Some(Sabotage::Twice) => {
                let Some(talk) = frame["conversation"].as_str().and_then(ConversationId::parse) else { return Ok(()) };
                let visitor = self.visitors[self.devices[at].visitor].id;
                let body = frame["body"].as_str().unwrap_or_default();
                let again = Append::new(self.home.workspace, talk, self.dice.id(self.clock.now()), Author::Visitor(visitor), body);
                self.nodes[node].chat().append(again).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn parsed(frames: &[String]) -> Result<Vec<Value>> {
    frames.iter().map(|frame| Ok(serde_json::from_str(frame)?)).collect()
}
