//! One visitor's session, whatever carries it: frames in, frames out.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use chat::{
    Chat, Conversation, ConversationId, DeviceId, Heard, InboxId, News, Side, Subscription, Topic, VisitorId, WorkspaceId, conversation,
    inbox::Inbox,
    locale_of, message,
    overview::{self, Overview},
    visit, visitor,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    frame::{Hello, Page},
    gate::Gate,
    identity,
    pace::Pace,
    packet::Packet,
    view,
};

/// Messages that are read from the record at once.
const PAGE: i64 = 500;
/// Cursors a hello may name.
const CURSORS: usize = 200;

/// Why a hello was refused: the error's code and, for sockets, the close code.
pub(crate) struct Refusal {
    pub code: &'static str,
    pub close: u16,
    pub locale: &'static str,
    pub retry_ms: Option<i64>,
}

/// Who speaks here, and what they have been sent.
pub(crate) struct Session {
    pub(super) gate: Gate,
    pub(super) workspace: WorkspaceId,
    pub(super) inbox: InboxId,
    pub(super) visitor: VisitorId,
    /// Whether they came with their key.
    known: bool,
    /// Who they are by an identity they came with, and how long it holds.
    identity: Option<Box<(String, i64)>>,
    /// Whether the record is known to know the visitor: one who never writes leaves no trace.
    pub(super) kept: bool,
    pub(super) address: Option<IpAddr>,
    pub(super) device: DeviceId,
    pub(super) locale: &'static str,
    pub(super) page: Page,
    pub(super) began_at: i64,
    /// The last seq sent in order, of each conversation this session has been sent anything of.
    pub(super) sent: HashMap<ConversationId, i64>,
    pub(super) frames: Pace,
}

impl Session {
    /// Checks a hello and answers it: the session, its ear on the news, and the first frames.
    pub(crate) async fn begin(
        gate: Gate,
        hello: Hello,
        origin: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<(Self, Subscription, Vec<Packet>), Refusal> {
        let now = gate.chat.now();
        if let Err(wait) = gate.limits.arrive(&gate.config, address, now) {
            return Err(Refusal { code: "slow_down", close: 1013, locale: locale_of(&hello.locale), retry_ms: Some(wait) });
        }
        let mut hello = hello;
        let cursors = std::mem::take(&mut hello.cursors);
        let (mut session, inbox) = Self::visit(gate, hello, origin, address).await?;
        let ear = session.chat().bus().subscribe(Topic::Visitor(session.workspace, session.visitor));
        ear.joined().await;
        let first = session.first(&inbox, cursors).await;
        let first = first.map_err(|_| session.refusal("unavailable", 1013, None))?;
        Ok((session, ear, first))
    }

    /// Checks a hello: a session that has been sent nothing, and its inbox.
    pub(crate) async fn visit(
        gate: Gate,
        hello: Hello,
        origin: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<(Self, Arc<Inbox>), Refusal> {
        let locale = locale_of(&hello.locale);
        let refuse = |code, close| Refusal { code, close, locale, retry_ms: None };
        let now = gate.chat.now();
        let inbox = gate.inbox(hello.inbox).await.map_err(|error| match error {
            chat::Error::NotFound => refuse("unknown_inbox", 4002),
            _ => refuse("unavailable", 1013),
        })?;
        if !inbox.allows(origin) {
            return Err(refuse("origin", 4003));
        }
        // A key we did not sign is nobody's.
        let mut known = hello.token.as_deref().and_then(|key| gate.keys.check(inbox.workspace, key));
        let identity = hello.identity.as_deref().and_then(|token| identity::check(token, &inbox.identity_key, now));
        if let Some(identity) = &identity {
            let (store, fresh) = (gate.chat.store(), gate.chat.id());
            let who = visitor::identify(store, inbox.workspace, known, fresh, identity, locale, now).await;
            known = Some(who.map_err(|_| refuse("unavailable", 1013))?);
        }
        let visitor = known.unwrap_or_else(|| gate.chat.id());
        if known.is_some() {
            gate.arrivals.note(inbox.workspace, visitor, locale, now);
        }
        let session = Self {
            workspace: inbox.workspace,
            inbox: inbox.id,
            visitor,
            known: known.is_some(),
            identity: identity.map(|identity| Box::new((identity.subject, identity.until))),
            kept: false,
            address,
            device: hello.device,
            locale,
            page: hello.page,
            began_at: now,
            sent: HashMap::new(),
            frames: Pace::new(gate.config.frames_per_10s, 10_000, now),
            gate,
        };
        Ok((session, inbox))
    }

    /// The welcome, and what was missed of each conversation the client named.
    async fn first(&mut self, inbox: &Inbox, cursors: impl IntoIterator<Item = (ConversationId, i64)>) -> chat::Result<Vec<Packet>> {
        let visit = if self.known { self.chat().visit(self.workspace, self.visitor).await? } else { None };
        self.kept = visit.is_some();
        let (name, email) = visit.as_ref().map(|visit| (visit.visitor.name.as_str(), visit.visitor.email.as_deref())).unwrap_or_default();
        let list = visit.as_ref().map_or(&[][..], |visit| &visit.talks);
        let mut talks = Vec::with_capacity(list.len());
        for of in list {
            talks.push(view::listed(&self.gate, of).await);
        }
        let mut welcome = view::shell(&self.gate, inbox, self.locale).await;
        welcome["token"] = json!(self.gate.keys.sign(self.workspace, self.visitor));
        welcome["now"] = json!(self.began_at);
        welcome["beat_ms"] = json!(i64::from(self.gate.config.beat_s) * 1_000);
        welcome["visitor"] = json!({ "id": self.visitor, "name": name, "email": email, "verified": self.subject().is_some() });
        welcome["conversations"] = json!(talks);
        let mut out = vec![Packet::from(view::frame("welcome", welcome))];
        for (id, seq) in cursors.into_iter().take(CURSORS) {
            out.extend(self.missed(id, seq, list).await?);
        }
        Ok(out)
    }

    async fn missed(&mut self, id: ConversationId, seq: i64, list: &[Overview]) -> chat::Result<Vec<Packet>> {
        let read;
        let talk = match list.iter().find(|of| of.talk.id == id) {
            Some(of) => &of.talk,
            None => match conversation::of_visitor(self.chat().store(), self.workspace, self.visitor, id).await {
                Ok(talk) => {
                    read = talk;
                    &read
                }
                Err(chat::Error::NotFound) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            },
        };
        self.sent.insert(id, seq.clamp(0, talk.last_visible_seq));
        // What came after the list was read is news already.
        if seq < talk.last_visible_seq { self.rest_of(talk).await } else { Ok(Vec::new()) }
    }

    /// What this session has not been sent of a conversation whose row was just read.
    async fn rest_of(&mut self, talk: &Conversation) -> chat::Result<Vec<Packet>> {
        let after = self.sent.get(&talk.id).copied().unwrap_or(0);
        let page = self.chat().after(talk, chat::Audience::All, after, PAGE).await?;
        let whole = (page.len() as i64) < PAGE;
        let mut out = Vec::with_capacity(page.len());
        for message in &page {
            out.push(self.gate.packet(message).await);
            self.sent.insert(talk.id, message.seq);
        }
        if !whole {
            out.extend(self.rest(talk.id).await?);
        }
        Ok(out)
    }

    /// Everything of a conversation that this session has not been sent yet, from the record.
    pub(super) async fn rest(&mut self, id: ConversationId) -> chat::Result<Vec<Packet>> {
        let mut out = Vec::new();
        loop {
            let after = self.sent.get(&id).copied().unwrap_or(0);
            let page = message::after(self.chat().store(), self.workspace, id, chat::Audience::All, after, PAGE).await?;
            for message in &page {
                out.push(self.gate.packet(message).await);
                self.sent.insert(id, message.seq);
            }
            if (page.len() as i64) < PAGE {
                return Ok(out);
            }
        }
    }

    /// Who writes now, by an identity that still holds.
    pub(super) fn subject(&self) -> Option<String> {
        let now = self.chat().now();
        self.identity.as_deref().filter(|(_, until)| *until > now).map(|(subject, _)| subject.clone())
    }

    /// News of the bus as frames.
    ///
    /// # Errors
    /// The record cannot be read: the client must come back and resume.
    pub(crate) async fn heard(&mut self, heard: Heard) -> chat::Result<Vec<Packet>> {
        let Heard::News(news) = heard else { return self.catch_up().await };
        Ok(match &*news {
            News::Message { message } => return self.news_of_message(message).await,
            News::Draft { conversation, turn, n, text, .. } => {
                let mut fields = json!({ "conversation": conversation, "turn": turn, "n": n, "text": text });
                if *n == 0 {
                    fields["author"] = json!({ "kind": "bot", "name": self.gate.bot_name(self.workspace).await });
                }
                vec![view::frame("draft", fields).into()]
            }
            News::DraftEnd { conversation, turn, .. } => {
                vec![view::frame("draft_end", json!({ "conversation": conversation, "turn": turn })).into()]
            }
            News::Typing { author: chat::Author::Visitor(_), .. } => Vec::new(),
            News::Typing { conversation, author, name, on, .. } => {
                let author = json!({ "kind": author.kind(), "name": name });
                vec![view::frame("typing", json!({ "conversation": conversation, "author": author, "on": on })).into()]
            }
            News::Read { conversation, by, seq, .. } => {
                let by = if *by == Side::Visitor { "visitor" } else { "staff" };
                vec![view::frame("read", json!({ "conversation": conversation, "seq": seq, "by": by })).into()]
            }
            News::Conversation { conversation, .. } => return self.status(*conversation).await,
            News::Anyone { workspace, conversation } => {
                self.chat().bus().publish(Topic::Bot, News::Here { workspace: *workspace, conversation: *conversation });
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    /// What a piece of news comes to (a frame, or nothing), if that can be told without waiting for anything.
    pub(crate) fn at_once(&mut self, heard: &Heard) -> Option<Option<Packet>> {
        let Heard::News(news) = heard else { return None };
        let News::Message { message } = &**news else { return None };
        let packet = match self.sent.get(&message.conversation).copied() {
            Some(sent) if message.seq <= sent => return Some(None),
            Some(sent) if message.prev(chat::Audience::All) != sent => return None,
            _ => self.gate.known_packet(message)?,
        };
        self.sent.insert(message.conversation, message.seq);
        Some(Some(packet))
    }

    async fn news_of_message(&mut self, message: &chat::Message) -> chat::Result<Vec<Packet>> {
        let id = message.conversation;
        match self.sent.get(&id).copied() {
            Some(sent) if message.seq <= sent => Ok(Vec::new()),
            // News may come out of order or be lost: what lies between comes from the record.
            Some(sent) if message.prev(chat::Audience::All) != sent => self.rest(id).await,
            _ => {
                self.sent.insert(id, message.seq);
                Ok(vec![self.gate.packet(message).await])
            }
        }
    }

    /// After something was missed: the conversations that are open here, and those that began since.
    async fn catch_up(&mut self) -> chat::Result<Vec<Packet>> {
        let list = overview::list(self.chat().store(), self.workspace, self.visitor, visit::LISTED).await?;
        let mut out = Vec::new();
        for of in &list {
            if self.sent.contains_key(&of.talk.id) || of.talk.created_at >= self.began_at {
                out.extend(self.rest_of(&of.talk).await?);
            }
            out.push(view::frame("status", view::status(&self.gate, of).await).into());
        }
        let older: Vec<ConversationId> = self.sent.keys().filter(|id| !list.iter().any(|of| of.talk.id == **id)).copied().collect();
        for id in older {
            out.extend(self.rest(id).await?);
            out.extend(self.status(id).await?);
        }
        Ok(out)
    }

    pub(super) async fn status(&self, id: ConversationId) -> chat::Result<Vec<Packet>> {
        match overview::find(self.chat().store(), self.workspace, self.visitor, id).await {
            Ok(of) => Ok(vec![view::frame("status", view::status(&self.gate, &of).await).into()]),
            Err(chat::Error::NotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The record knows the visitor from the first word on.
    pub(super) async fn keep_visitor(&mut self) -> chat::Result<()> {
        if !self.kept {
            visitor::create(self.chat().store(), self.workspace, self.visitor, self.locale, self.chat().now()).await?;
            self.kept = true;
        }
        Ok(())
    }

    pub(super) fn refusal(&self, code: &'static str, close: u16, retry_ms: Option<i64>) -> Refusal {
        Refusal { code, close, locale: self.locale, retry_ms }
    }

    pub(super) fn error(&self, code: &'static str, about: Value, retry_ms: Option<i64>) -> Packet {
        view::error(code, crate::words::say(self.locale, code), about, retry_ms).into()
    }

    /// Hears whether a person is there.
    pub(crate) async fn staffed(&self) -> watch::Receiver<bool> {
        self.gate.staffed(self.workspace).await
    }

    /// A person came, or the last one left.
    pub(crate) fn desk(&self, staffed: &mut watch::Receiver<bool>) -> Vec<Packet> {
        vec![view::frame("desk", json!({ "online": *staffed.borrow_and_update() })).into()]
    }

    /// "Come back later", at a moment of its own.
    pub(crate) fn bye(&self) -> Packet {
        let spread = u64::from(self.gate.config.drain_spread_s) * 1_000;
        view::frame("bye", json!({ "code": "restart", "after_ms": 500 + self.chat().random().below(spread) })).into()
    }

    /// Whether this key is the visitor's own.
    pub(crate) fn holds(&self, token: &str) -> bool {
        self.gate.keys.check(self.workspace, token) == Some(self.visitor)
    }

    /// Takes what came by POST, at the visitor's own pace, and gives what is answered.
    pub(crate) async fn post(&mut self, frames: &[&str]) -> Vec<Packet> {
        let mut out = Vec::new();
        for text in frames {
            match self.gate.limits.post(&self.gate.config, self.visitor, self.chat().now()) {
                Ok(()) => out.extend(self.answer_text(text).await),
                Err(wait) => out.push(self.error("slow_down", json!({}), Some(wait))),
            }
        }
        out
    }

    /// Cancelled when the server goes down.
    pub(crate) fn drain(&self) -> CancellationToken {
        self.gate.drain.clone()
    }

    /// Seconds one frame may take to reach the reader.
    pub(crate) fn slow_s(&self) -> u32 {
        self.gate.config.slow_s
    }

    pub(super) fn chat(&self) -> &Chat {
        &self.gate.chat
    }
}
