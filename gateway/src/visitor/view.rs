//! What a visitor is shown: docs/PROTOCOL.md, "From the server".

use std::ops::Not;

use chat::{
    Audience, Author, Button, ClientId, ConversationId, Event, Message, Speaker, ToolCallId, TurnId, inbox::Inbox, overview::Overview,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{gate::Gate, packet::Packet};

/// A message as its visitor is shown it; alone it has a `t`, on a page of history none.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<&'static str>,
    conversation: ConversationId,
    seq: i64,
    prev: i64,
    id: ClientId,
    at: i64,
    author: ShownAuthor,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citations: Vec<ShownCitation<'a>>,
    #[serde(skip_serializing_if = "<[Button]>::is_empty")]
    buttons: &'a [Button],
    /// The call that a code is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Option<ToolCallId>>,
    #[serde(skip_serializing_if = "Not::not")]
    extract: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn: Option<TurnId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recalled_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<i64>,
}

impl Shown<'_> {
    /// As a frame of its own.
    pub(crate) fn packet(self) -> Packet {
        Packet::of(&Self { t: Some("message"), ..self })
    }
}

/// Never an agent's id.
#[derive(Serialize)]
struct ShownAuthor {
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct ShownCitation<'a> {
    n: u32,
    title: &'a str,
    heading: &'a str,
    text: &'a str,
    html: String,
    url: &'a str,
}

/// How a message is shown.
pub(crate) async fn message<'a>(gate: &Gate, message: &'a Message, rating: Option<i64>) -> Shown<'a> {
    let extra = &message.extra;
    let rendered = matches!(message.author, Author::Bot | Author::Agent(_)) || matches!(extra.by, Some(Author::Agent(_)));
    let changed = message.changed;
    Shown {
        t: None,
        conversation: message.conversation,
        seq: message.seq,
        prev: message.prev(Audience::All),
        id: message.client_id,
        at: message.at,
        author: ShownAuthor { kind: message.author.kind(), name: author_name(gate, message).await },
        body: &message.body,
        html: rendered.then(|| bot::render::html(&message.body, &extra.citations)),
        citations: extra.citations.iter().map(citation).collect(),
        buttons: &extra.buttons,
        code: extra.code.then_some(extra.call),
        extract: extra.extract,
        turn: extra.turn,
        event: extra.event.as_ref(),
        changed: changed.map(|changed| changed.seq),
        recalled_at: changed.filter(|changed| changed.recalled).map(|changed| changed.at),
        edited_at: changed.filter(|changed| !changed.recalled).map(|changed| changed.at),
        rating,
    }
}

fn citation(c: &chat::Citation) -> ShownCitation<'_> {
    ShownCitation { n: c.n, title: &c.title, heading: &c.heading, text: &c.text, html: bot::render::html(&c.text, &[]), url: &c.url }
}

async fn author_name(gate: &Gate, message: &Message) -> String {
    match message.author {
        Author::Bot => gate.bot_name(message.workspace).await,
        Author::Agent(agent) => gate.agent_name(message.workspace, agent).await,
        Author::Visitor(_) | Author::System => String::new(),
    }
}

/// A message of the visitor is on disk.
#[derive(Serialize)]
#[serde(tag = "t", rename = "ack")]
pub(crate) struct Ack {
    pub id: ClientId,
    pub conversation: ConversationId,
    pub seq: i64,
    pub prev: i64,
    pub at: i64,
}

/// What needs no visitor: inbox, bot, desk, locale.
pub(crate) async fn shell(gate: &Gate, inbox: &Inbox, locale: &str) -> Value {
    let look = &inbox.look;
    let greeting = match look.greeting.get(locale).filter(|own| !own.trim().is_empty()) {
        Some(own) => own.clone(),
        None => gate.bot_greeting(inbox.workspace, locale).await,
    };
    json!({
        "v": 1,
        "inbox": {
            "id": inbox.id, "name": inbox.name, "color": look.color,
            "greeting": greeting,
            "starters": look.starters.get(locale).cloned().unwrap_or_default(),
            "change_ms": look.change.visitor_ms(),
        },
        "bot": { "name": gate.bot_name(inbox.workspace).await },
        "desk": { "online": gate.online(inbox.workspace).await },
        "locale": locale,
    })
}

/// The state of a conversation, without its `t`.
pub(crate) async fn status(gate: &Gate, of: &Overview) -> Value {
    let talk = &of.talk;
    let agent = match talk.speaker {
        Speaker::Agent(agent) => Some(gate.agent_name(talk.workspace, agent).await),
        _ => None,
    };
    let queue = match talk.speaker {
        Speaker::Queue => gate.desk.place(talk.workspace, talk.id).await.ok().flatten(),
        _ => None,
    };
    let csat = match talk.closed_at {
        Some(_) => gate.desk.csat_state(talk.workspace, talk.id).await.ok().flatten(),
        None => None,
    };
    json!({
        "conversation": talk.id,
        "speaker": talk.speaker.kind(),
        "agent": agent,
        "queue": queue.map(|place| json!({ "place": place.place, "low_min": place.low_min, "high_min": place.high_min })),
        "online": gate.online(talk.workspace).await,
        "closed_at": talk.closed_at,
        "csat": csat,
        "seen": of.seen_seq,
    })
}

/// A line of the visitor's list.
pub(crate) async fn listed(gate: &Gate, of: &Overview) -> Value {
    json!({
        "id": of.talk.id,
        "last_seq": of.talk.last_visible_seq,
        "read_seq": of.read_seq,
        "unread": of.unread,
        "at": of.talk.last_at,
        "preview": of.preview,
        "status": status(gate, of).await,
    })
}

/// A frame of type `t` from its fields.
pub(crate) fn frame(t: &str, mut fields: Value) -> String {
    if let Value::Object(map) = &mut fields {
        map.insert("t".into(), json!(t));
    }
    fields.to_string()
}

/// An `error` frame; `about` may name a message or conversation.
pub(crate) fn error(code: &str, message: &str, about: Value, retry_ms: Option<i64>) -> String {
    let mut fields = json!({ "code": code, "message": message });
    if let (Value::Object(fields), Value::Object(about)) = (&mut fields, about) {
        fields.extend(about);
    }
    if let Some(wait) = retry_ms {
        fields["retry_ms"] = json!(wait);
    }
    frame("error", fields)
}

/// `{"conversation": …}`
pub(crate) fn about(conversation: ConversationId) -> Value {
    json!({ "conversation": conversation })
}

/// The same of a message that was sent.
pub(super) fn about_message(id: ClientId, conversation: ConversationId) -> Value {
    json!({ "id": id, "conversation": conversation })
}

#[cfg(test)]
mod tests {
    use bot::{Mode, Settings, Words};

    use super::super::testing::Wire;
    use chat::testing::Fresh;

    async fn greeted(wire: &Wire, fresh: &Fresh, locale: &str) -> String {
        // What is remembered is not waited for.
        fresh.clock.advance(60_000);
        let hello = serde_json::json!({ "inbox": fresh.inbox, "device": fresh.chat.id::<chat::DeviceId>(), "locale": locale });
        let (_, said) = wire.hello(&hello.to_string()).await.unwrap();
        let welcome: serde_json::Value = serde_json::from_str(&said[0]).unwrap();
        welcome["inbox"]["greeting"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn an_inbox_without_a_greeting_has_that_of_the_bot() {
        let fresh = chat::testing::fresh().await.unwrap();
        let wire = Wire::open(fresh.chat.clone(), &fresh.folder).await.unwrap();
        let (chat, workspace) = (&fresh.chat, fresh.workspace);
        let usual = greeted(&wire, &fresh, "en").await;
        assert!(usual.contains("Warbler"), "{usual}");
        let greeting = Words { en: "Hello, I am Finch.".into(), zh: "您好，我是小雀。".into() };
        let mut settings = Settings { name: "Finch".into(), greeting, ..Settings::default() };
        settings.put(chat, workspace).await.unwrap();
        assert_eq!(greeted(&wire, &fresh, "en").await, "Hello, I am Finch.");
        assert_eq!(greeted(&wire, &fresh, "zh-CN").await, "您好，我是小雀。");
        settings.set_mode(Mode::Off);
        settings.put(chat, workspace).await.unwrap();
        assert_eq!(greeted(&wire, &fresh, "en").await, "", "who does not speak does not greet");
        settings.set_mode(Mode::Live);
        settings.put(chat, workspace).await.unwrap();
        let own = std::collections::BTreeMap::from([("en".to_owned(), "Welcome to the shop.".to_owned())]);
        let look = chat::inbox::Look { greeting: own, ..chat::inbox::Look::default() };
        chat::inbox::save(chat.store(), workspace, fresh.inbox, "Website", &look).await.unwrap();
        assert_eq!(greeted(&wire, &fresh, "en").await, "Welcome to the shop.");
        assert_eq!(greeted(&wire, &fresh, "zh").await, "您好，我是小雀。");
    }
}
