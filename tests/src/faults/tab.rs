//! One device of a person: connects, resumes, notes everything it is told.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ledger::{Held, Step};
use crate::visitor::{Incoming, Link, Transport};

/// How long a welcome may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Conversations a hello asks for: the newest are the ones that still grow.
const ASKED: usize = 3;

/// One tab.
#[derive(Debug)]
pub(super) struct Tab {
    base: String,
    inbox: String,
    transport: Transport,
    device: Uuid,
    pub(super) token: Option<String>,
    link: Option<Link>,
    /// By conversation, in the order they began.
    pub(super) held: HashMap<String, Held>,
    order: Vec<String>,
    asked: HashMap<String, i64>,
    /// Conversations the record could not tell of, and when to ask again.
    again: HashMap<String, Instant>,
    pub(super) faults: Vec<String>,
    /// When the connection was lost.
    lost: Option<Instant>,
    /// From a lost connection to the next welcome.
    pub(super) resumed: Vec<Duration>,
    /// When the server asked to come back.
    pub(super) called_back: Option<Duration>,
}

impl Tab {
    pub(super) fn new(base: &str, inbox: &str, transport: Transport, token: Option<String>) -> Tab {
        Tab {
            base: base.to_owned(),
            inbox: inbox.to_owned(),
            transport,
            device: Uuid::new_v4(),
            token,
            link: None,
            held: HashMap::new(),
            order: Vec::new(),
            asked: HashMap::new(),
            again: HashMap::new(),
            faults: Vec::new(),
            lost: None,
            resumed: Vec::new(),
            called_back: None,
        }
    }

    pub(super) fn connected(&self) -> bool {
        self.link.is_some()
    }

    /// Begins to hold a conversation.
    pub(super) fn open(&mut self, talk: &str) -> &mut Held {
        if !self.held.contains_key(talk) {
            self.order.push(talk.to_owned());
        }
        self.held.entry(talk.to_owned()).or_default()
    }

    pub(super) fn last(&self, talk: &str) -> i64 {
        self.held.get(talk).map_or(0, Held::last)
    }

    /// Connects and names the cursors of the newest conversations, or of those given.
    pub(super) async fn connect(&mut self, only: Option<&[String]>) -> Result<()> {
        self.drop_link();
        self.asked.clear();
        self.again.clear();
        let newest = &self.order[self.order.len().saturating_sub(ASKED)..];
        let cursors: Map<String, Value> = only.unwrap_or(newest).iter().map(|talk| (talk.clone(), self.last(talk).into())).collect();
        let mut hello = json!({
            "t": "hello", "v": 1, "inbox": self.inbox, "device": self.device, "locale": "en",
            "page": {"url": "https://shop.example/", "title": "Shop"}, "cursors": &cursors,
        });
        if let Some(token) = &self.token {
            hello["token"] = token.as_str().into();
        }
        self.link = Some(Link::open(&self.base, self.transport, &hello).await?);
        let welcome = self.frame(PATIENCE).await?.context("no welcome in time")?;
        if welcome["t"] != "welcome" {
            self.drop_link();
            bail!("no welcome: {welcome}");
        }
        let token = welcome["token"].as_str().map(str::to_owned);
        if self.token.is_some() && welcome["visitor"]["id"].as_str() != self.visitor().as_deref() {
            self.faults.push("a visitor who came back was taken for another".to_owned());
        }
        self.token = token;
        self.resumed.extend(self.lost.take().map(|lost| lost.elapsed()));
        if only.is_none() {
            self.ask_for_new(&welcome, &cursors).await?;
        }
        Ok(())
    }

    /// Conversations that another device began while this one was away.
    async fn ask_for_new(&mut self, welcome: &Value, cursors: &Map<String, Value>) -> Result<()> {
        for talk in welcome["conversations"].as_array().into_iter().flatten() {
            let Some(id) = talk["id"].as_str().filter(|id| !cursors.contains_key(*id)) else { continue };
            let last = self.last(id);
            if talk["last_seq"].as_i64() > Some(last) {
                self.open(id);
                self.send(&[json!({"t": "resume", "conversation": id, "after": last})]).await?;
            }
        }
        Ok(())
    }

    /// The visitor's id, as its key names it.
    fn visitor(&self) -> Option<String> {
        self.token.as_deref()?.split('.').nth(1).map(str::to_owned)
    }

    pub(super) async fn send(&mut self, frames: &[Value]) -> Result<()> {
        let sent = self.link.as_mut().context("not connected")?.send(frames).await;
        if sent.is_err() {
            self.drop_link();
        }
        sent
    }

    /// The next frame, noted; none when nothing came in time.
    pub(super) async fn frame(&mut self, patience: Duration) -> Result<Option<Value>> {
        match self.link.as_mut().context("not connected")?.next(patience).await {
            None => {
                self.ask_again().await?;
                Ok(None)
            }
            Some(Incoming::Closed(code)) => {
                self.drop_link();
                bail!("closed, code {code:?}")
            }
            Some(Incoming::Frame(frame)) => {
                self.note(&frame).await?;
                self.ask_again().await?;
                Ok(Some(frame))
            }
        }
    }

    /// What could not be read from the record is asked for once more.
    async fn ask_again(&mut self) -> Result<()> {
        let now = Instant::now();
        let due: Vec<String> = self.again.iter().filter(|(_, at)| **at <= now).map(|(talk, _)| talk.clone()).collect();
        for talk in due {
            self.again.remove(&talk);
            let after = self.last(&talk);
            self.send(&[json!({"t": "resume", "conversation": talk, "after": after})]).await?;
        }
        Ok(())
    }

    fn drop_link(&mut self) {
        if self.link.take().is_some() {
            self.lost.get_or_insert_with(Instant::now);
        }
    }

    /// Loses the connection without a word.
    pub(super) fn vanish(&mut self) {
        self.drop_link();
    }

    async fn note(&mut self, frame: &Value) -> Result<()> {
        match frame["t"].as_str() {
            Some("bye") => {
                self.called_back = frame["after_ms"].as_u64().map(Duration::from_millis);
                return Ok(());
            }
            Some("error") if frame["id"].is_null() => {
                if let (Some(talk), Some(wait)) = (frame["conversation"].as_str(), frame["retry_ms"].as_u64()) {
                    self.again.insert(talk.to_owned(), Instant::now() + Duration::from_millis(wait));
                }
                return Ok(());
            }
            Some("ack" | "message") => {}
            _ => return Ok(()),
        }
        let Some(talk) = frame["conversation"].as_str() else { return Ok(()) };
        let number = |field: &str| frame[field].as_i64().unwrap_or(-1);
        let Some(id) = frame["id"].as_str().and_then(|id| Uuid::try_parse(id).ok()) else {
            self.faults.push(format!("{frame} has no id"));
            return Ok(());
        };
        match self.open(talk).take(number("seq"), number("prev"), id) {
            Ok(Step::Gap) => {
                let after = self.last(talk);
                if self.asked.insert(talk.to_owned(), after) != Some(after) {
                    self.send(&[json!({"t": "resume", "conversation": talk, "after": after})]).await?;
                }
            }
            Ok(_) => {}
            Err(fault) => self.faults.push(format!("{talk}: {fault}")),
        }
        Ok(())
    }
}
