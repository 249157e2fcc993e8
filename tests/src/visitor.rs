//! A visitor as docs/PROTOCOL.md describes one, strict about every rule of it.

pub mod link;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::checker::{Checker, Step};
use crate::server::Server;
pub use link::{Incoming, Link, Transport};

/// How long an answer of the server may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One visitor in one tab.
#[derive(Debug)]
pub struct Visitor {
    base: String,
    inbox: String,
    transport: Transport,
    locale: String,
    packs: bool,
    token: Option<String>,
    identity: Option<String>,
    device: Uuid,
    link: Option<Link>,
    sent: BTreeMap<String, Value>,
    conversations: BTreeMap<String, Checker>,
    resumed: BTreeMap<String, i64>,
    /// The last `welcome`.
    pub welcome: Value,
    /// Every frame since the last connection, in order.
    pub frames: Vec<Value>,
}

impl Visitor {
    /// A new visitor of an inbox, not connected.
    pub fn new(base: &str, inbox: &str) -> Visitor {
        Visitor {
            base: base.to_owned(),
            inbox: inbox.to_owned(),
            transport: Transport::Socket,
            locale: "en".to_owned(),
            packs: false,
            token: None,
            identity: None,
            device: Uuid::new_v4(),
            link: None,
            sent: BTreeMap::new(),
            conversations: BTreeMap::new(),
            resumed: BTreeMap::new(),
            welcome: Value::Null,
            frames: Vec::new(),
        }
    }

    /// A new, connected visitor of the server's first inbox.
    pub async fn of(server: &Server) -> Result<Visitor> {
        let mut visitor = Visitor::new(&server.base(), &server.inbox().await?);
        visitor.connect().await?;
        Ok(visitor)
    }

    /// The same visitor on another device or tab, not connected.
    pub fn twin(&self) -> Visitor {
        let mut twin = Visitor::new(&self.base, &self.inbox);
        twin.token.clone_from(&self.token);
        twin.locale.clone_from(&self.locale);
        twin
    }

    /// Speaks another language.
    pub fn locale(mut self, locale: &str) -> Visitor {
        self.locale = locale.to_owned();
        self
    }

    /// Comes with an identity that the website's own server has signed.
    pub fn signed(mut self, identity: &str) -> Visitor {
        self.identity = Some(identity.to_owned());
        self
    }

    /// Uses another transport from the next connection on.
    pub fn over(mut self, transport: Transport) -> Visitor {
        self.transport = transport;
        self
    }

    /// Reads long frames packed.
    pub fn packed(mut self) -> Visitor {
        self.packs = true;
        self
    }

    /// Goes to another node from the next connection on.
    pub fn move_to(&mut self, base: &str) {
        self.base = base.to_owned();
    }

    /// The visitor's key.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What this client holds of a conversation.
    pub fn held(&mut self, conversation: &str) -> &mut Checker {
        self.conversations.entry(conversation.to_owned()).or_default()
    }

    /// The conversations this client holds.
    pub fn conversations(&self) -> Vec<String> {
        self.conversations.keys().cloned().collect()
    }

    /// Connects (again), naming its cursors, and sends again what was not acknowledged.
    pub async fn connect(&mut self) -> Result<()> {
        self.link = None;
        self.resumed.clear();
        self.frames.clear();
        self.link = Some(Link::open(&self.base, self.transport, &self.hello()).await?);
        let welcome = self.wait(|frame| frame["t"] == "welcome" || frame["t"] == "error").await?;
        if welcome["t"] == "error" {
            bail!("no welcome: {welcome}");
        }
        self.token = welcome["token"].as_str().map(str::to_owned);
        self.welcome = welcome;
        let waiting: Vec<Value> = self.sent.values().cloned().collect();
        for frames in waiting.chunks(20) {
            self.frame(frames).await?;
        }
        Ok(())
    }

    /// The frame it begins with.
    pub fn hello(&self) -> Value {
        let cursors: Map<String, Value> = self.conversations.iter().map(|(id, checker)| (id.clone(), checker.last().into())).collect();
        let mut hello = json!({
            "t": "hello", "v": 1, "inbox": self.inbox, "device": self.device, "locale": self.locale,
            "page": {"url": "https://shop.example/cart", "title": "Cart"}, "cursors": cursors,
        });
        if let Some(token) = &self.token {
            hello["token"] = token.as_str().into();
        }
        if let Some(identity) = &self.identity {
            hello["identity"] = identity.as_str().into();
        }
        if self.packs {
            hello["pack"] = "deflate".into();
        }
        hello
    }

    /// Loses the connection without a word.
    pub fn vanish(&mut self) {
        self.link = None;
    }

    /// Whether it has a connection, as far as it knows.
    pub fn connected(&self) -> bool {
        self.link.is_some()
    }

    /// The connection, for hostile tests.
    pub fn link(&mut self) -> Result<&mut Link> {
        self.link.as_mut().context("the visitor is not connected")
    }

    /// Sends frames as they are.
    pub async fn frame(&mut self, frames: &[Value]) -> Result<()> {
        self.link()?.send(frames).await
    }

    /// A conversation that does not exist yet.
    pub fn conversation() -> String {
        Uuid::now_v7().to_string()
    }

    /// Sends a message without waiting; returns its client id.
    pub async fn post(&mut self, conversation: &str, body: &str) -> Result<String> {
        self.post_with(conversation, body, json!({})).await
    }

    /// Sends a message with more fields (`wish`, `button`) without waiting.
    pub async fn post_with(&mut self, conversation: &str, body: &str, more: Value) -> Result<String> {
        let (id, sent) = self.write_with(conversation, body, more).await;
        sent.map(|()| id)
    }

    /// The same; the client id stands even when the connection was lost, and the message is sent again on the next one.
    pub async fn write_with(&mut self, conversation: &str, body: &str, more: Value) -> (String, Result<()>) {
        let id = Uuid::now_v7().to_string();
        let mut frame = json!({"t": "send", "id": id, "conversation": conversation, "body": body});
        for (name, value) in more.as_object().into_iter().flatten() {
            frame[name] = value.clone();
        }
        self.held(conversation);
        self.sent.insert(id.clone(), frame.clone());
        (id, self.frame(&[frame]).await)
    }

    /// Sends a message and waits for its `ack`.
    pub async fn say(&mut self, conversation: &str, body: &str) -> Result<Value> {
        let id = self.post(conversation, body).await?;
        self.wait(|frame| frame["t"] == "ack" && frame["id"] == id.as_str()).await
    }

    /// Asks and waits for the next message that is not the visitor's own.
    pub async fn ask(&mut self, conversation: &str, body: &str) -> Result<Value> {
        let seq = self.say(conversation, body).await?["seq"].as_i64().unwrap_or(0);
        self.answer(conversation, seq).await
    }

    /// Waits for a message after `seq` that is not the visitor's own.
    pub async fn answer(&mut self, conversation: &str, seq: i64) -> Result<Value> {
        let newer = |message: &Value| message["seq"].as_i64() > Some(seq) && message["author"]["kind"] != "visitor";
        if let Some(message) = self.held(conversation).messages().find(|message| newer(message)) {
            return Ok(message.clone());
        }
        let conversation = conversation.to_owned();
        self.wait(|frame| frame["t"] == "message" && frame["conversation"] == conversation.as_str() && newer(frame)).await
    }

    /// The whole conversation as the server tells it now.
    pub async fn history(&mut self, conversation: &str) -> Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let mut ask = json!({"t": "history", "conversation": conversation, "limit": 50});
            if let Some(first) = all.first() {
                ask["before"] = first["seq"].clone();
            }
            self.frame(&[ask]).await?;
            let page = self.wait(|frame| frame["t"] == "history" || frame["t"] == "error").await?;
            let Some(messages) = page["messages"].as_array() else { bail!("no history: {page}") };
            all.splice(0..0, messages.iter().cloned());
            if page["more"] != true {
                return Ok(all);
            }
        }
    }

    /// Everything that breaks the contract in every conversation, in words.
    pub async fn faults(&mut self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for conversation in self.conversations() {
            // What arrives while the pages are read may be younger than the last page.
            let held = self.held(&conversation).clone();
            let history = self.history(&conversation).await?;
            faults.extend(held.settle(&history));
        }
        Ok(faults)
    }

    /// Waits for a frame.
    pub async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        self.wait_for(PATIENCE, wanted).await
    }

    /// Waits for a frame for a limited time; other frames are taken in on the way.
    pub async fn wait_for(&mut self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let until = Instant::now() + patience;
        while let Some(frame) = self.next(until.saturating_duration_since(Instant::now())).await? {
            if wanted(&frame) {
                return Ok(frame);
            }
        }
        let tail: Vec<String> = self.frames.iter().rev().take(8).map(Value::to_string).collect();
        bail!("the frame did not come within {patience:?}; the last were\n{}", tail.join("\n"))
    }

    /// The next frame, taken in by the rules of the wire; none when the time has passed.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<Value>> {
        match self.link()?.next(patience).await {
            None => Ok(None),
            Some(Incoming::Closed(code)) => {
                self.link = None;
                bail!("the connection was closed, code {code:?}")
            }
            Some(Incoming::Frame(frame)) => {
                self.take(&frame).await?;
                self.frames.push(frame.clone());
                Ok(Some(frame))
            }
        }
    }

    async fn take(&mut self, frame: &Value) -> Result<()> {
        let Some(conversation) = frame["conversation"].as_str() else { return Ok(()) };
        let own = frame["id"].as_str().unwrap_or_default();
        let step = match frame["t"].as_str() {
            Some("ack") => {
                let sent = self.sent.remove(own).unwrap_or_default();
                self.held(conversation).ack(frame, sent["body"].as_str().unwrap_or_default())
            }
            Some("message") => {
                self.sent.remove(own);
                self.held(conversation).message(frame)
            }
            _ => return Ok(()),
        };
        if let Step::Resume(after) = step
            // One request for one gap: the frames behind it show the same gap again.
            && self.resumed.insert(conversation.to_owned(), after) != Some(after)
        {
            self.frame(&[json!({"t": "resume", "conversation": conversation, "after": after})]).await?;
        }
        Ok(())
    }
}
