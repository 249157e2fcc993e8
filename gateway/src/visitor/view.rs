//! What a visitor is shown: docs/PROTOCOL.md, "From the server".

use chat::{Audience, Author, ConversationId, Message, Speaker, inbox::Inbox, overview::Overview};
use serde_json::{Map, Value, json};

use super::gate::Gate;

/// The frame of a message, without its `t`.
pub(crate) async fn message(gate: &Gate, message: &Message, rating: Option<i64>) -> Value {
    let mut frame = Map::new();
    frame.insert("conversation".into(), json!(message.conversation));
    frame.insert("seq".into(), json!(message.seq));
    frame.insert("prev".into(), json!(message.prev(Audience::All)));
    frame.insert("id".into(), json!(message.client_id));
    frame.insert("at".into(), json!(message.at));
    frame.insert("author".into(), author(gate, message).await);
    frame.insert("body".into(), json!(message.body));
    if matches!(message.author, Author::Bot | Author::Agent(_)) || matches!(message.extra.by, Some(Author::Agent(_))) {
        frame.insert("html".into(), json!(bot::render::html(&message.body, &message.extra.citations)));
    }
    let extra = &message.extra;
    if !extra.citations.is_empty() {
        frame.insert("citations".into(), extra.citations.iter().map(citation).collect());
    }
    if !extra.buttons.is_empty() {
        frame.insert("buttons".into(), json!(extra.buttons));
    }
    if extra.code {
        frame.insert("code".into(), json!(extra.call));
    }
    if extra.extract {
        frame.insert("extract".into(), json!(true));
    }
    if let Some(turn) = extra.turn {
        frame.insert("turn".into(), json!(turn));
    }
    if let Some(event) = &extra.event {
        frame.insert("event".into(), json!(event));
    }
    if let Some(changed) = message.changed {
        frame.insert("changed".into(), json!(changed.seq));
        frame.insert(if changed.recalled { "recalled_at" } else { "edited_at" }.into(), json!(changed.at));
    }
    if let Some(score) = rating {
        frame.insert("rating".into(), json!(score));
    }
    Value::Object(frame)
}

fn citation(c: &chat::Citation) -> Value {
    json!({ "n": c.n, "title": c.title, "heading": c.heading, "text": c.text, "html": bot::render::html(&c.text, &[]), "url": c.url })
}

/// `{"kind", "name"}`: never an agent's id.
async fn author(gate: &Gate, message: &Message) -> Value {
    let name = match message.author {
        Author::Bot => gate.bot_name(message.workspace).await,
        Author::Agent(agent) => gate.agent_name(message.workspace, agent).await,
        Author::Visitor(_) | Author::System => String::new(),
    };
    json!({ "kind": message.author.kind(), "name": name })
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
