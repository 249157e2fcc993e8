//! One visitor's session, whatever carries it: frames in, frames out.

use std::collections::HashMap;

use chat::{
    Chat, ConversationId, DeviceId, Heard, InboxId, News, Side, Subscription, Topic, VisitorId, WorkspaceId,
    conversation::{self, Conversation},
    cursor::{self, Reader},
    inbox, locale_of, message, visitor,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    frame::{Hello, Page},
    gate::Gate,
    pace::Pace,
    view,
};

/// Conversations a welcome lists.
const LISTED: i64 = 30;
/// Messages that are read from the record at once.
const PAGE: i64 = 500;

/// Why a hello was refused: the error's code and, for sockets, the close code.
pub(crate) struct Refusal {
    pub code: &'static str,
    pub close: u16,
    pub locale: &'static str,
}

/// Who speaks here, and what they have been sent.
pub(crate) struct Session {
    pub(super) gate: Gate,
    pub(crate) id: Uuid,
    pub(super) workspace: WorkspaceId,
    pub(super) inbox: InboxId,
    pub(crate) visitor: VisitorId,
    pub(super) device: DeviceId,
    pub(super) locale: &'static str,
    pub(super) page: Page,
    /// The last seq sent in order, of each conversation this session has been sent anything of.
    pub(super) sent: HashMap<ConversationId, i64>,
    pub(super) frames: Pace,
    pub(super) messages: Pace,
}

impl Session {
    /// Checks a hello and answers it: the session, its ear on the news, and the first frames.
    pub(crate) async fn begin(gate: Gate, hello: Hello, origin: Option<&str>) -> Result<(Self, Subscription, Vec<String>), Refusal> {
        let locale = locale_of(&hello.locale);
        let refuse = |code, close| Refusal { code, close, locale };
        let store = gate.chat.store();
        let inbox = inbox::of_visitor(store, hello.inbox).await.map_err(|error| match error {
            chat::Error::NotFound => refuse("unknown_inbox", 4002),
            _ => refuse("unavailable", 1013),
        })?;
        if !inbox.allows(origin) {
            return Err(refuse("origin", 4003));
        }
        let now = gate.chat.now();
        let visitor = recognise(&gate, inbox.workspace, &hello, locale).await.map_err(|_| refuse("unavailable", 1013))?;
        let ear = gate.chat.bus().subscribe(Topic::Visitor(inbox.workspace, visitor.id));
        let mut session = Self {
            id: gate.chat.id(),
            workspace: inbox.workspace,
            inbox: inbox.id,
            visitor: visitor.id,
            device: hello.device,
            locale,
            page: hello.page,
            sent: HashMap::new(),
            frames: Pace::new(gate.config.frames_per_10s, 10_000, now),
            messages: Pace::new(gate.config.messages_per_minute, 60_000, now),
            gate,
        };
        let mut out = vec![session.welcome(&inbox, &visitor).await.map_err(|_| refuse("unavailable", 1013))?];
        for (id, seq) in hello.cursors.into_iter().take(200) {
            if conversation::of_visitor(session.chat().store(), session.workspace, session.visitor, id).await.is_ok() {
                session.sent.insert(id, seq.max(0));
                out.extend(session.rest(id).await);
            }
        }
        Ok((session, ear, out))
    }

    async fn welcome(&self, inbox: &inbox::Inbox, visitor: &visitor::Visitor) -> chat::Result<String> {
        let store = self.chat().store();
        let mut talks = Vec::new();
        for talk in conversation::list_of_visitor(store, self.workspace, self.visitor, LISTED).await? {
            talks.push(self.listed(&talk).await?);
        }
        let mut welcome = view::shell(&self.gate, inbox, self.locale).await;
        welcome["session"] = json!(self.id);
        welcome["token"] = json!(self.token());
        welcome["now"] = json!(self.chat().now());
        welcome["beat_ms"] = json!(i64::from(self.gate.config.beat_s) * 1_000);
        welcome["visitor"] = json!({ "id": visitor.id, "name": visitor.name, "email": visitor.email });
        welcome["conversations"] = json!(talks);
        Ok(view::frame("welcome", welcome))
    }

    async fn listed(&self, talk: &Conversation) -> chat::Result<Value> {
        let store = self.chat().store();
        let read = cursor::read_seq(store, self.workspace, talk.id, Reader::Visitor(self.visitor)).await?;
        let unread = message::after(store, self.workspace, talk.id, chat::Audience::All, read, 100).await?;
        let last = message::before(store, self.workspace, talk.id, chat::Audience::All, i64::MAX, 1).await?;
        let preview: String = last.last().map(|m| m.body.chars().take(140).collect()).unwrap_or_default();
        Ok(json!({
            "id": talk.id,
            "last_seq": talk.last_visible_seq,
            "read_seq": read,
            "unread": unread.iter().filter(|m| !matches!(m.author, chat::Author::Visitor(_) | chat::Author::System)).count(),
            "at": talk.last_at,
            "preview": preview,
            "status": view::status(&self.gate, talk).await,
        }))
    }

    /// Everything of a conversation that this session has not been sent yet, from the record.
    pub(super) async fn rest(&mut self, id: ConversationId) -> Vec<String> {
        let mut out = Vec::new();
        loop {
            let after = self.sent.get(&id).copied().unwrap_or(0);
            let Ok(page) = message::after(self.chat().store(), self.workspace, id, chat::Audience::All, after, PAGE).await else {
                out.push(self.error("unavailable", view::about(id), Some(2_000)));
                return out;
            };
            for message in &page {
                self.sent.insert(id, message.seq);
                out.push(self.shown(message).await);
            }
            if (page.len() as i64) < PAGE {
                return out;
            }
        }
    }

    pub(super) async fn shown(&self, message: &chat::Message) -> String {
        view::frame("message", view::message(&self.gate, message, None).await)
    }

    /// News of the bus as frames.
    pub(crate) async fn heard(&mut self, heard: Heard) -> Vec<String> {
        let Heard::News(news) = heard else { return self.catch_up().await };
        match &*news {
            News::Message { message } => self.news_of_message(message).await,
            News::Draft { conversation, turn, n, text, .. } => {
                let mut fields = json!({ "conversation": conversation, "turn": turn, "n": n, "text": text });
                if *n == 0 {
                    fields["author"] = json!({ "kind": "bot", "name": self.gate.bot_name(self.workspace).await });
                }
                vec![view::frame("draft", fields)]
            }
            News::DraftEnd { conversation, turn, .. } => {
                vec![view::frame("draft_end", json!({ "conversation": conversation, "turn": turn }))]
            }
            News::Typing { author: chat::Author::Visitor(_), .. } => Vec::new(),
            News::Typing { conversation, author, name, on, .. } => {
                vec![view::frame(
                    "typing",
                    json!({ "conversation": conversation, "author": { "kind": author.kind(), "name": name }, "on": on }),
                )]
            }
            News::Read { conversation, by, seq, .. } => {
                let by = if *by == Side::Visitor { "visitor" } else { "staff" };
                vec![view::frame("read", json!({ "conversation": conversation, "seq": seq, "by": by }))]
            }
            News::Conversation { conversation, .. } => self.status(*conversation).await,
            _ => Vec::new(),
        }
    }

    async fn news_of_message(&mut self, message: &chat::Message) -> Vec<String> {
        let id = message.conversation;
        match self.sent.get(&id).copied() {
            Some(sent) if message.seq <= sent => Vec::new(),
            // News may come out of order or be lost: what lies between comes from the record.
            Some(sent) if message.prev(chat::Audience::All) != sent => self.rest(id).await,
            _ => {
                self.sent.insert(id, message.seq);
                vec![self.shown(message).await]
            }
        }
    }

    async fn catch_up(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for id in self.sent.keys().copied().collect::<Vec<_>>() {
            out.extend(self.rest(id).await);
            out.extend(self.status(id).await);
        }
        out
    }

    pub(super) async fn status(&self, id: ConversationId) -> Vec<String> {
        match conversation::of_visitor(self.chat().store(), self.workspace, self.visitor, id).await {
            Ok(talk) => vec![view::frame("status", view::status(&self.gate, &talk).await)],
            Err(_) => Vec::new(),
        }
    }

    pub(super) fn error(&self, code: &'static str, about: Value, retry_ms: Option<i64>) -> String {
        view::error(code, crate::words::say(self.locale, code), about, retry_ms)
    }

    /// Hears whether a person is there.
    pub(crate) async fn staffed(&self) -> watch::Receiver<bool> {
        self.gate.staffed(self.workspace).await
    }

    /// A person came, or the last one left.
    pub(crate) fn desk(&self, staffed: &mut watch::Receiver<bool>) -> Vec<String> {
        vec![view::frame("desk", json!({ "online": *staffed.borrow_and_update() }))]
    }

    /// "Come back later", at a moment of its own.
    pub(crate) fn bye(&self) -> String {
        let spread = u64::from(self.gate.config.drain_spread_s) * 1_000;
        view::frame("bye", json!({ "code": "restart", "after_ms": 500 + self.chat().random().below(spread) }))
    }

    /// Cancelled when the server goes down.
    pub(crate) fn drain(&self) -> CancellationToken {
        self.gate.drain.clone()
    }

    /// Seconds one frame may take to reach the reader.
    pub(crate) fn slow_s(&self) -> u32 {
        self.gate.config.slow_s
    }

    /// The visitor's key.
    pub(crate) fn token(&self) -> String {
        self.gate.keys.sign(self.workspace, self.visitor)
    }

    pub(super) fn chat(&self) -> &Chat {
        &self.gate.chat
    }
}

/// The visitor of the key, or a new one: a key we did not sign is nobody's.
async fn recognise(gate: &Gate, workspace: WorkspaceId, hello: &Hello, locale: &str) -> chat::Result<visitor::Visitor> {
    let (store, now) = (gate.chat.store(), gate.chat.now());
    if let Some(id) = hello.token.as_deref().and_then(|key| gate.keys.check(workspace, key)) {
        match visitor::find(store, workspace, id).await {
            Ok(found) => {
                visitor::seen(store, workspace, id, locale, now).await?;
                return Ok(found);
            }
            Err(chat::Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    visitor::create(store, workspace, gate.chat.id(), locale, now).await
}
