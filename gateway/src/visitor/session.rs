//! One visitor's session, whatever carries it: frames in, frames out.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

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
    frame::{self, Hello, Page},
    gate::Gate,
    identity,
    pace::Pace,
    packet::Packet,
    present::Present,
    view,
};

/// Messages that are read from the record at once.
const PAGE: i64 = 100;
/// Bytes of missed messages that are made at once, about; the next come when these have gone out.
const AT_ONCE: usize = 256 * 1024;
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
    pub(super) known: bool,
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
    /// Conversations of which more is missing than was made at once.
    #[expect(clippy::box_collection, reason = "nearly always absent, and a waiting session is small")]
    owed: Option<Box<BTreeSet<ConversationId>>>,
    /// The last conversation somebody was asked for in.
    present: Option<Box<Present>>,
    pub(super) frames: Pace,
}

/// Frames that are made at once.
#[derive(Default)]
struct Batch {
    packets: Vec<Packet>,
    bytes: usize,
}

impl Batch {
    fn put(&mut self, packet: Packet) {
        self.bytes += packet.len();
        self.packets.push(packet);
    }

    fn is_full(&self) -> bool {
        self.bytes >= AT_ONCE
    }
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
            owed: None,
            present: None,
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
        let mut out = Batch::default();
        out.put(Packet::from(view::frame("welcome", welcome)));
        for (id, seq) in cursors.into_iter().take(CURSORS) {
            self.missed(id, seq, list, &mut out).await?;
        }
        Ok(out.packets)
    }

    async fn missed(&mut self, id: ConversationId, seq: i64, list: &[Overview], out: &mut Batch) -> chat::Result<()> {
        let read;
        let talk = match list.iter().find(|of| of.talk.id == id) {
            Some(of) => &of.talk,
            None => match conversation::of_visitor(self.chat().store(), self.workspace, self.visitor, id).await {
                Ok(talk) => {
                    read = talk;
                    &read
                }
                Err(chat::Error::NotFound) => return Ok(()),
                Err(error) => return Err(error),
            },
        };
        self.sent.insert(id, seq.clamp(0, talk.last_visible_seq));
        // What came after the list was read is news already.
        if seq < talk.last_visible_seq { self.rest_of(talk, out).await } else { Ok(()) }
    }

    /// What this session has not been sent of a conversation whose row was just read; what is too much for once is owed.
    async fn rest_of(&mut self, talk: &Conversation, out: &mut Batch) -> chat::Result<()> {
        if out.is_full() {
            self.owe(talk.id);
            return Ok(());
        }
        let after = self.sent.get(&talk.id).copied().unwrap_or(0);
        let page = self.chat().after(talk, chat::Audience::All, after, PAGE).await?;
        self.take(talk.id, page.iter().map(Arc::as_ref), out).await;
        Ok(())
    }

    /// The same of any conversation, from the record.
    pub(super) async fn rest(&mut self, id: ConversationId) -> chat::Result<Vec<Packet>> {
        let after = self.sent.get(&id).copied().unwrap_or(0);
        let page = message::after(self.chat().store(), self.workspace, id, chat::Audience::All, after, PAGE).await?;
        let mut out = Batch::default();
        self.take(id, page.iter(), &mut out).await;
        Ok(out.packets)
    }

    async fn take(&mut self, id: ConversationId, page: impl ExactSizeIterator<Item = &chat::Message>, out: &mut Batch) {
        let mut whole = (page.len() as i64) < PAGE;
        for message in page {
            if out.is_full() {
                whole = false;
                break;
            }
            out.put(self.gate.packet(message).await);
            self.sent.insert(id, message.seq);
        }
        if !whole {
            self.owe(id);
        }
    }

    fn owe(&mut self, id: ConversationId) {
        // News of one that nothing was sent of yet comes with it.
        self.sent.entry(id).or_insert(0);
        self.owed.get_or_insert_default().insert(id);
    }

    /// Whether more is missing than was made so far.
    pub(crate) fn owes(&self) -> bool {
        self.owed.is_some()
    }

    /// The next part of what is owed.
    ///
    /// # Errors
    /// The record cannot be read: the client must come back and resume.
    pub(crate) async fn more(&mut self) -> chat::Result<Vec<Packet>> {
        let Some(owed) = &mut self.owed else { return Ok(Vec::new()) };
        let next = owed.pop_first();
        if owed.is_empty() {
            self.owed = None;
        }
        match next {
            Some(id) => self.rest(id).await,
            None => Ok(Vec::new()),
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
                let present = self.present.take().filter(|present| present.is_of(*conversation));
                let present = present.unwrap_or_else(|| Box::new(Present::new(self.chat().clone(), *workspace, *conversation)));
                present.answer();
                self.present = Some(present);
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    /// What a piece of news comes to (a frame, or nothing), if that can be told without waiting for anything.
    pub(crate) fn at_once<'news>(&mut self, heard: &'news Heard) -> Option<Option<&'news Packet>> {
        let Heard::News(news) = heard else { return None };
        let News::Message { message } = &**news else { return None };
        let packet = message.made.get();
        match self.sent.get_mut(&message.conversation) {
            Some(sent) if message.seq <= *sent => return Some(None),
            Some(sent) if message.prev(chat::Audience::All) != *sent => return None,
            Some(sent) if packet.is_some() => *sent = message.seq,
            None if packet.is_some() => drop(self.sent.insert(message.conversation, message.seq)),
            _ => return None,
        }
        Some(packet)
    }

    async fn news_of_message(&mut self, message: &chat::Message) -> chat::Result<Vec<Packet>> {
        let id = message.conversation;
        match self.sent.get(&id).copied() {
            Some(sent) if message.seq <= sent => Ok(Vec::new()),
            // It comes with what is owed.
            Some(_) if self.owed.as_deref().is_some_and(|owed| owed.contains(&id)) => Ok(Vec::new()),
            // News may come out of order or be lost: what lies between comes from the record.
            Some(sent) if message.prev(chat::Audience::All) != sent => self.rest(id).await,
            _ => {
                self.sent.insert(id, message.seq);
                Ok(vec![self.gate.packet(message).await])
            }
        }
    }

    /// After something was missed: the conversations that are open here, and those that began since. Others may be open at a
    /// client that fetched them by POST: the newest message of each shows it the gap.
    async fn catch_up(&mut self) -> chat::Result<Vec<Packet>> {
        let list = overview::list(self.chat().store(), self.workspace, self.visitor, visit::LISTED).await?;
        let mut out = Batch::default();
        for of in &list {
            let (id, last) = (of.talk.id, of.talk.last_visible_seq);
            let begun = of.talk.created_at >= self.began_at;
            if !begun && of.talk.last_at >= self.began_at {
                self.sent.entry(id).or_insert(last - 1);
            }
            if begun || self.sent.contains_key(&id) {
                self.rest_of(&of.talk, &mut out).await?;
            }
            out.put(view::frame("status", view::status(&self.gate, of).await).into());
        }
        let older: Vec<ConversationId> = self.sent.keys().filter(|id| !list.iter().any(|of| of.talk.id == **id)).copied().collect();
        for id in older {
            self.owe(id);
            self.status(id).await?.into_iter().for_each(|status| out.put(status));
        }
        Ok(out.packets)
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

    /// Takes a frame that came by POST, at the visitor's own pace; the rest of its answer is [`Session::posted_more`].
    pub(super) async fn posted(&mut self, text: &str) -> Vec<Packet> {
        match self.gate.limits.post(&self.gate.config, self.visitor, self.chat().now()) {
            Ok(()) => self.answer_text(text).await,
            Err(wait) => vec![self.error("slow_down", frame::about(text), Some(wait))],
        }
    }

    /// The next part of what is owed to a frame that came by POST.
    pub(super) async fn posted_more(&mut self, text: &str) -> Vec<Packet> {
        self.more().await.unwrap_or_else(|_| vec![self.error("unavailable", frame::about(text), Some(2_000))])
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

#[cfg(test)]
mod tests;
