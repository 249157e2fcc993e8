//! New visitors prove work while many come: over every transport, on every engine, and nobody else does.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::server::Plan;
use tests::staff::Staff;

use super::*;

/// A server on which every new visitor after the first is one of many.
fn busy(engine: Engine) -> Plan {
    Plan::new().on(engine).unlimited().env("WARBLER_VISITOR__NEWCOMERS_PER_MINUTE_OF_WORKSPACE", "1")
}

/// What a client makes of a challenge.
fn proof(error: &Value) -> String {
    let (challenge, bits) = (error["challenge"].as_str().unwrap(), error["bits"].as_u64().unwrap());
    assert!((15..=19).contains(&bits), "{error}");
    let zeros = |proof: &String| u64::from(u32::from_be_bytes(Sha256::digest(proof)[..4].try_into().unwrap()).leading_zeros());
    (0_u32..).map(|nonce| format!("{challenge}.{nonce}")).find(|proof| zeros(proof) >= bits).unwrap()
}

async fn asked(visitor: &mut Visitor, talk: &str) -> Value {
    let id = visitor.post(talk, "I am new here").await.unwrap();
    visitor.wait(|frame| frame["t"] == "error" && frame["code"] == "challenge" && frame["id"] == id.as_str()).await.unwrap()
}

async fn newcomers_prove_work(engine: Engine) {
    let server = busy(engine).start().await.unwrap();
    let mut first = visitor(&server, Transport::Socket).await.unwrap();
    let old = Visitor::conversation();
    first.say(&old, "before the crowd").await.unwrap();
    let mut before = None;
    for transport in [Transport::Socket, Transport::Stream, Transport::Poll] {
        let mut jo = visitor(&server, transport).await.unwrap();
        let talk = Visitor::conversation();
        let error = asked(&mut jo, &talk).await;
        assert!(error["message"].as_str().is_some_and(|text| text.contains("reload")), "{error}");
        if let Some(proof) = before.replace(proof(&error)) {
            jo.post_with(&talk, "with the proof of another", json!({ "proof": proof })).await.unwrap();
            jo.wait(|frame| frame["t"] == "error" && frame["code"] == "challenge").await.unwrap();
        }
        let fresh = Visitor::conversation();
        let id = jo.post_with(&fresh, "with my own", json!({ "proof": before })).await.unwrap();
        jo.wait(|frame| frame["t"] == "ack" && frame["id"] == id.as_str()).await.unwrap();
        jo.say(&fresh, "and known from here on").await.unwrap();
        let mut twin = jo.twin().over(transport);
        twin.connect().await.unwrap();
        twin.say(&Visitor::conversation(), "on another device too").await.unwrap();
    }
    first.connect().await.unwrap();
    first.say(&old, "who was here before the crowd is asked for nothing").await.unwrap();
    assert_eq!(first.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn newcomers_prove_work_embedded() {
    newcomers_prove_work(Engine::Sqlite).await;
}

#[tokio::test]
async fn newcomers_prove_work_cluster() {
    newcomers_prove_work(Engine::Cluster).await;
}

/// Nodes remember no challenge: what one asked for, another takes, from the same visitor alone.
#[tokio::test]
async fn a_challenge_of_one_node_is_answered_at_another() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new().record(&Engine::Cluster.config(folder.path()).await.unwrap()).unlimited();
    let first = plan.clone().start().await.unwrap();
    let inbox = first.inbox().await.unwrap();
    let mut owner = Staff::owner(&first).await.unwrap();
    let mut form = owner.get(&format!("/console/inboxes/{inbox}")).await.unwrap().form_with("origins").unwrap();
    form.set("challenge", "always");
    owner.submit(&form).await.unwrap();
    let second = plan.start().await.unwrap();
    let (mut ann, mut ben) = (Visitor::new(&first.base(), &inbox), Visitor::new(&second.base(), &inbox));
    ann.connect().await.unwrap();
    ben.connect().await.unwrap();
    let talk = Visitor::conversation();
    let proof = proof(&asked(&mut ann, &talk).await);
    let said = ben.post_with(&Visitor::conversation(), "with the proof of another", json!({ "proof": proof })).await.unwrap();
    let refused = ben.wait(|frame| frame["id"] == said.as_str() && frame["t"] != "message").await.unwrap();
    assert_eq!((&refused["t"], &refused["code"]), (&json!("error"), &json!("challenge")), "{refused}");
    ann.move_to(&second.base());
    ann.connect().await.unwrap();
    let said = ann.post_with(&talk, "with my own", json!({ "proof": proof })).await.unwrap();
    ann.wait(|frame| frame["t"] == "ack" && frame["id"] == said.as_str()).await.unwrap();
    ann.say(&talk, "and known from here on").await.unwrap();
}

/// The crowd of one address is nobody else's, and a proof counts where it was asked for.
#[tokio::test]
async fn an_address_has_a_crowd_of_its_own() {
    let plan = Plan::new().env("WARBLER_CONSOLE__TRUST_PROXY", "true").env("WARBLER_VISITOR__NEWCOMERS_PER_MINUTE_OF_ADDRESS", "1");
    let server = plan.start().await.unwrap();
    let inbox = server.inbox().await.unwrap();
    let post = async |path: &str, address: &str, body: &Value| {
        let request = tests::http().post(format!("{}/v1/visitor/{path}", server.base())).json(body);
        let answer = request.header("x-forwarded-for", address).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()
    };
    let newcomer = async |address: &str| {
        let hello = json!({"t": "hello", "inbox": inbox, "device": uuid::Uuid::new_v4(), "locale": "zh"});
        let welcome = post("poll", address, &hello).await["frames"][0].clone();
        json!({"inbox": inbox, "device": uuid::Uuid::new_v4(), "locale": "zh", "token": welcome["token"]})
    };
    let say = async |address: &str, hello: &Value, proof: Option<&str>| {
        let (id, talk) = (uuid::Uuid::now_v7(), Visitor::conversation());
        let frame = json!({"t": "send", "id": id, "conversation": talk, "body": "hi", "proof": proof});
        post("send", address, &json!({"hello": hello, "frames": [frame]})).await["frames"][0].clone()
    };
    let (home, away) = ("192.0.2.1", "192.0.2.2");
    let (ann, ben) = (newcomer(home).await, newcomer(home).await);
    assert_eq!(say(home, &ann, None).await["t"], "ack", "one is no crowd");
    let error = say(home, &ben, None).await;
    assert_eq!(error["code"], "challenge", "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("浏览器")), "{error}");
    assert_eq!(say(away, &newcomer(away).await, None).await["t"], "ack", "others do not suffer");
    let proof = proof(&error);
    assert_eq!(say(away, &ben, Some(&proof)).await["code"], "challenge", "the second of this address, with a proof for another");
    assert_eq!(say(home, &ben, Some(&proof)).await["t"], "ack");
}

/// What an admin chooses for an inbox holds at once.
#[tokio::test]
async fn an_inbox_says_when() {
    let server = Plan::new().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let inbox = format!("/console/inboxes/{}", server.inbox().await.unwrap());
    let form = owner.get(&inbox).await.unwrap().form_with("origins").unwrap();
    assert!(form.encoded().contains("challenge=busy"), "{}", form.encoded());
    for (when, asked) in [("always", true), ("off", false), ("busy", false)] {
        let mut form = owner.get(&inbox).await.unwrap().form_with("origins").unwrap();
        form.set("challenge", when);
        owner.submit(&form).await.unwrap();
        let mut jo = Visitor::of(&server).await.unwrap();
        let id = jo.post(&Visitor::conversation(), "hi").await.unwrap();
        let answer = jo.wait(|frame| frame["id"] == id.as_str() && (frame["t"] == "ack" || frame["t"] == "error")).await.unwrap();
        assert_eq!(answer["code"] == "challenge", asked, "{when}: {answer}");
    }
}
