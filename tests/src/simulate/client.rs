//! A device as docs/PROTOCOL.md describes it: it sends what is not acknowledged again and asks for what it misses.

use std::collections::{BTreeMap, VecDeque, btree_map::Entry};

use chat::{ClientId, ConversationId, DeviceId, Heard};
use gateway::testing::Line;
use serde_json::{Value, json};

use crate::checker::{Checker, Step};

/// A message that is on its way.
pub(super) struct Sent {
    pub(super) id: ClientId,
    pub(super) talk: ConversationId,
    pub(super) body: String,
}

impl Sent {
    pub(super) fn frame(&self) -> Value {
        json!({ "t": "send", "id": self.id, "conversation": self.talk, "body": self.body })
    }
}

/// A connection.
pub(super) struct Open {
    pub(super) node: usize,
    pub(super) line: Line,
    /// News that this session will hear later than what came after it.
    pub(super) late: Vec<Heard>,
}

pub(super) struct Device {
    pub(super) visitor: usize,
    pub(super) id: DeviceId,
    pub(super) open: Option<Open>,
    /// Frames on their way to the node, and back.
    pub(super) up: VecDeque<Value>,
    pub(super) down: VecDeque<Value>,
    pub(super) outbox: Vec<Sent>,
    pub(super) held: BTreeMap<ConversationId, Checker>,
    bodies: BTreeMap<String, String>,
}

impl Device {
    pub(super) fn new(visitor: usize, id: DeviceId) -> Self {
        Self {
            visitor,
            id,
            open: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            outbox: Vec::new(),
            held: BTreeMap::new(),
            bodies: BTreeMap::new(),
        }
    }

    /// Shows a message at once and sends it when there is a connection.
    pub(super) fn write(&mut self, sent: Sent) {
        self.held.entry(sent.talk).or_default();
        self.bodies.insert(sent.id.text(), sent.body.clone());
        if self.open.is_some() {
            self.up.push_back(sent.frame());
        }
        self.outbox.push(sent);
    }

    /// The connection is gone, and what was on it.
    pub(super) fn cut(&mut self) {
        self.open = None;
        self.up.clear();
        self.down.clear();
    }

    /// The last seq it has in order, of each conversation.
    pub(super) fn cursors(&self) -> BTreeMap<ConversationId, i64> {
        self.held.iter().map(|(id, checker)| (*id, checker.last())).collect()
    }

    /// Takes the next frame; the error is what no client should ever see.
    pub(super) fn take(&mut self, frame: &Value) -> Result<(), String> {
        match frame["t"].as_str().unwrap_or_default() {
            "welcome" => self.welcome(frame),
            "message" => self.message(frame, true),
            "ack" => self.ack(frame),
            "history" => frame["messages"].as_array().into_iter().flatten().try_for_each(|message| self.message(message, false)),
            "error" => Err(format!("an error was answered: {frame}")),
            _ => Ok(()),
        }
    }

    fn welcome(&mut self, frame: &Value) -> Result<(), String> {
        for listed in frame["conversations"].as_array().into_iter().flatten() {
            let id = talk(&listed["id"])?;
            if let Entry::Vacant(new) = self.held.entry(id) {
                new.insert(Checker::default());
                self.resume(id, 0);
            }
        }
        self.up.extend(self.outbox.iter().map(Sent::frame));
        Ok(())
    }

    fn ack(&mut self, frame: &Value) -> Result<(), String> {
        let id = frame["id"].as_str().unwrap_or_default();
        let body = self.bodies.get(id).cloned().ok_or_else(|| format!("acknowledged what was never sent: {frame}"))?;
        self.outbox.retain(|sent| sent.id.text() != id);
        let talk = talk(&frame["conversation"])?;
        if let Step::Resume(after) = self.held.entry(talk).or_default().ack(frame, &body) {
            self.resume(talk, after);
        }
        Ok(())
    }

    fn message(&mut self, frame: &Value, live: bool) -> Result<(), String> {
        if frame["body"].as_str().is_some_and(|body| body.starts_with("note")) {
            return Err(format!("a visitor was sent a note: {frame}"));
        }
        let talk = talk(&frame["conversation"])?;
        if let Step::Resume(after) = self.held.entry(talk).or_default().message(frame)
            && live
        {
            self.resume(talk, after);
        }
        Ok(())
    }

    /// Asks for what is missing, once for one gap.
    fn resume(&mut self, talk: ConversationId, after: i64) {
        let frame = json!({ "t": "resume", "conversation": talk, "after": after });
        if !self.up.contains(&frame) {
            self.up.push_back(frame);
        }
    }
}

fn talk(id: &Value) -> Result<ConversationId, String> {
    id.as_str().and_then(ConversationId::parse).ok_or_else(|| format!("no conversation: {id}"))
}
