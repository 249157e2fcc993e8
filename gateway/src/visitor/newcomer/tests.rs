use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{
    ClientId, ConversationId, DeviceId, Secret,
    inbox::{Challenge, Look},
    testing::Fresh,
};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::visitor::testing::{Line, Wire};

struct Story {
    fresh: Fresh,
    wire: Wire,
}

impl Story {
    async fn begin(challenge: Challenge) -> Self {
        let fresh = chat::testing::fresh().await.unwrap();
        let wire = Wire::open(fresh.chat.clone(), &fresh.folder).await.unwrap();
        let story = Self { fresh, wire };
        story.ask(challenge).await;
        story
    }

    async fn ask(&self, challenge: Challenge) {
        let look = Look { challenge, ..Look::default() };
        chat::inbox::save(self.fresh.chat.store(), self.fresh.workspace, self.fresh.inbox, "Website", &look).await.unwrap();
        // What is remembered of an inbox is not waited for.
        self.fresh.clock.advance(60_000);
    }

    /// A tab, and the key it was given.
    async fn tab(&self, token: &Value) -> (Line, Value) {
        self.signed(token, &Value::Null).await
    }

    async fn signed(&self, token: &Value, identity: &Value) -> (Line, Value) {
        let device: DeviceId = self.fresh.chat.id();
        let hello = json!({ "inbox": self.fresh.inbox, "device": device, "token": token, "identity": identity, "locale": "zh" });
        let (line, said) = self.wire.hello(&hello.to_string()).await.unwrap();
        let welcome: Value = serde_json::from_str(&said[0]).unwrap();
        (line, welcome["token"].clone())
    }

    async fn send(&self, line: &mut Line, talk: ConversationId, proof: Option<&str>) -> Value {
        let id = self.fresh.chat.id::<ClientId>();
        answer(line, &json!({ "t": "send", "id": id, "conversation": talk, "body": "Hello?", "proof": proof })).await
    }
}

async fn answer(line: &mut Line, frame: &Value) -> Value {
    let out = line.frame(&frame.to_string()).await;
    serde_json::from_str(&out[0]).unwrap()
}

/// Does what an error asks for.
fn solve(error: &Value) -> String {
    assert_eq!((error["t"].as_str(), error["code"].as_str()), (Some("error"), Some("challenge")), "{error}");
    let (challenge, bits) = (error["challenge"].as_str().unwrap(), error["bits"].as_u64().unwrap() as u32);
    let begins = |proof: &String| u32::from_be_bytes(Sha256::digest(proof)[..4].try_into().unwrap()).leading_zeros() >= bits;
    (0_u32..).map(|nonce| format!("{challenge}.{nonce}")).find(begins).unwrap()
}

/// What the customer's own server signs.
fn token_of(key: &str, exp: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(json!({ "alg": "HS256" })), part(json!({ "sub": "jo-17", "exp": exp })));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_newcomer_proves_work_once() {
    let story = Story::begin(Challenge::Always).await;
    let talk = story.fresh.chat.id();
    let (mut line, token) = story.tab(&Value::Null).await;
    let asked = story.send(&mut line, talk, None).await;
    assert!(asked["message"].as_str().unwrap().contains("浏览器"), "a client that cannot has a sentence to show: {asked}");
    assert_eq!((asked["conversation"].clone(), asked["retry_ms"].clone()), (json!(talk), Value::Null));
    assert_eq!(asked["id"].as_str().map(str::len), Some(36));
    let contact = answer(&mut line, &json!({ "t": "contact", "name": "Jo" })).await;
    assert_eq!(contact["code"], "challenge", "that would make a visitor too");
    let proof = solve(&asked);
    assert_eq!(story.send(&mut line, talk, Some(&proof)).await["t"], "ack");
    assert_eq!(story.send(&mut line, talk, None).await["t"], "ack", "the record knows them now");
    let (mut other, _) = story.tab(&token).await;
    assert_eq!(story.send(&mut other, story.fresh.chat.id(), None).await["t"], "ack", "who comes back is no newcomer");
    let (mut eve, _) = story.tab(&Value::Null).await;
    let again = story.send(&mut eve, talk, Some(&proof)).await;
    assert_eq!(again["code"], "challenge", "what one has proven is nothing for another");
    assert_ne!(again["challenge"], asked["challenge"]);
}

#[tokio::test]
async fn a_challenge_that_is_over_is_made_anew() {
    let story = Story::begin(Challenge::Always).await;
    let talk = story.fresh.chat.id();
    let (mut line, token) = story.tab(&Value::Null).await;
    let proof = solve(&story.send(&mut line, talk, None).await);
    story.fresh.clock.advance(120_001);
    let late = story.send(&mut line, talk, Some(&proof)).await;
    let proof = solve(&late);
    // The line was lost meanwhile: another one of the same visitor, perhaps on another node, takes it.
    let (mut line, _) = story.tab(&token).await;
    let named = answer(&mut line, &json!({ "t": "contact", "name": "Jo", "proof": proof })).await;
    assert_eq!(named["t"], "visitor", "{named}");
    assert_eq!(story.send(&mut line, talk, None).await["t"], "ack");
}

#[tokio::test]
async fn nobody_is_asked_who_need_not_be() {
    let story = Story::begin(Challenge::Off).await;
    let (mut line, token) = story.tab(&Value::Null).await;
    assert_eq!(story.send(&mut line, story.fresh.chat.id(), None).await["t"], "ack");
    story.ask(Challenge::Busy).await;
    let (mut calm, _) = story.tab(&Value::Null).await;
    assert_eq!(story.send(&mut calm, story.fresh.chat.id(), None).await["t"], "ack", "nothing is busy");
    story.ask(Challenge::Always).await;
    let (mut known, _) = story.tab(&token).await;
    assert_eq!(story.send(&mut known, story.fresh.chat.id(), None).await["t"], "ack");
    let (chat, key) = (&story.fresh.chat, "a key of the shop");
    chat::inbox::set_identity_key(chat.store(), story.fresh.workspace, story.fresh.inbox, &Secret::new(key)).await.unwrap();
    story.fresh.clock.advance(60_000);
    for (name, key, answer) in [("signed", key, "ack"), ("signed by another", "another key", "error")] {
        let identity = token_of(key, chat.now() / 1_000 + 300);
        let (mut line, _) = story.signed(&Value::Null, &json!(identity)).await;
        assert_eq!(story.send(&mut line, chat.id(), None).await["t"], answer, "{name}");
    }
}
