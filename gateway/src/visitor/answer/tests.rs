//! Whatever a visitor may say of a conversation, it is said of their own.

use chat::{ClientId, ConversationId, DeviceId, Heard, Topic};
use futures_util::FutureExt;
use serde_json::{Value, json};
use sqlx::Row;

use crate::visitor::{
    frame::{Frame, parse},
    testing::{Line, Wire},
};

/// How a frame about somebody else's conversation is answered: an error of this code, or nothing that is about it.
enum Answer {
    Error(&'static str),
    Silence,
}
use Answer::{Error, Silence};

/// What this frame is answered with, and the next one to try. A frame that is new in the protocol does not compile before it stands here.
fn tried(frame: &Frame, talk: ConversationId, id: ClientId) -> (Answer, Option<Value>) {
    match frame {
        Frame::Send { .. } => {
            (Error("not_found"), Some(json!({ "t": "edit", "id": id, "conversation": talk, "seq": 1, "body": "I was here" })))
        }
        Frame::Edit { .. } => (Error("not_found"), Some(json!({ "t": "recall", "id": id, "conversation": talk, "seq": 1 }))),
        Frame::Recall { .. } => (Error("not_found"), Some(json!({ "t": "resume", "conversation": talk, "after": 0 }))),
        Frame::Resume { .. } => (Error("not_found"), Some(json!({ "t": "history", "conversation": talk }))),
        Frame::History { .. } => (Error("not_found"), Some(json!({ "t": "read", "conversation": talk, "seq": 1 }))),
        Frame::Read { .. } => (Error("not_found"), Some(json!({ "t": "got", "conversation": talk, "seq": 1 }))),
        Frame::Got { .. } => (Error("not_found"), Some(json!({ "t": "typing", "conversation": talk, "on": true }))),
        Frame::Typing { .. } => (Silence, Some(json!({ "t": "rate", "conversation": talk, "seq": 1, "score": 1 }))),
        Frame::Rate { .. } => (Error("rate"), Some(json!({ "t": "csat", "conversation": talk, "score": 1 }))),
        Frame::Csat { .. } => (Error("csat"), Some(json!({ "t": "code", "conversation": talk, "call": id, "code": "123456" }))),
        Frame::Code { .. } => (Error("not_found"), Some(json!({ "t": "contact", "name": "Eve" }))),
        Frame::Contact { .. } => (Silence, Some(json!({ "t": "page", "url": "https://shop.example/eve", "title": "Eve" }))),
        Frame::Page(_) => (Silence, Some(json!({ "t": "ping" }))),
        Frame::Ping => (Silence, Some(json!({ "t": "hello" }))),
        Frame::Hello => (Silence, Some(json!({ "t": "from the future", "conversation": talk }))),
        Frame::Unknown => (Silence, None),
    }
}

/// Everything the record holds that a frame could change.
async fn kept(wire: &Wire) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT conversation_id || ' ' || seq || body AS line FROM message ORDER BY conversation_id, seq",
        "SELECT conversation_id || reader || device || ' ' || delivered_seq || ' ' || read_seq AS line FROM cursor ORDER BY conversation_id, reader",
        "SELECT id || page_url || ' ' || speaker || ' ' || last_seq AS line FROM conversation ORDER BY id",
    ] {
        let rows = sqlx::query(sql).fetch_all(wire.chat().store().read()).await.unwrap();
        all.extend(rows.iter().map(|row| row.try_get::<String, _>("line").unwrap()));
    }
    all
}

fn hello(inbox: chat::InboxId, device: DeviceId, cursors: Value) -> String {
    json!({ "t": "hello", "inbox": inbox, "device": device, "cursors": cursors }).to_string()
}

async fn answered(line: &mut Line, frame: &Value) -> Vec<Value> {
    line.frame(&frame.to_string()).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn nothing_can_be_said_of_another_visitors_conversation() {
    let fresh = chat::testing::fresh().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let wire = Wire::open(fresh.chat.clone(), folder.path()).await.unwrap();
    let (mut ann, welcome) = wire.hello(&hello(fresh.inbox, fresh.chat.id(), json!({}))).await.unwrap();
    let welcome: Value = serde_json::from_str(&welcome[0]).unwrap();
    let (talk, id): (ConversationId, ClientId) = (fresh.chat.id(), fresh.chat.id());
    let said = json!({ "t": "send", "id": id, "conversation": talk, "body": "private to Ann" });
    assert_eq!(answered(&mut ann, &said).await[0]["t"], "ack");
    let before = kept(&wire).await;
    let visitor = welcome["visitor"]["id"].as_str().and_then(chat::VisitorId::parse).unwrap();
    let topics = [Topic::Visitor(fresh.workspace, visitor), Topic::Conversation(fresh.workspace, talk)];
    let mut ears = topics.map(|topic| fresh.chat.bus().subscribe(topic));
    for ear in &mut ears {
        ear.joined().await;
        while ear.next().now_or_never().is_some() {}
    }
    // Naming it in the beginning gives nothing, and opens nothing.
    let (mut eve, first) = wire.hello(&hello(fresh.inbox, fresh.chat.id(), json!({ talk.text(): 0 }))).await.unwrap();
    assert_eq!(first.len(), 1, "{first:?}");
    let mut next = Some(json!({ "t": "send", "id": fresh.chat.id::<ClientId>(), "conversation": talk, "body": "I am Ann" }));
    let mut tries = 0;
    while let Some(frame) = next {
        let (answer, another) = tried(&parse(&frame.to_string()).unwrap(), talk, id);
        let out = answered(&mut eve, &frame).await;
        match answer {
            Error(code) => assert!(out.len() == 1 && out[0]["t"] == "error" && out[0]["code"] == code, "{frame}: {out:?}"),
            Silence => assert!(out.iter().all(|frame| frame["conversation"].is_null()), "{frame}: {out:?}"),
        }
        assert!(!format!("{out:?}").contains("private"), "{frame}: {out:?}");
        assert_eq!(kept(&wire).await, before, "{frame}");
        for ear in &mut ears {
            let heard = ear.next().now_or_never();
            assert!(!matches!(heard, Some(Heard::News(_))), "{frame}: {heard:?}");
        }
        (next, tries) = (another, tries + 1);
    }
    assert_eq!(tries, 16);
}
