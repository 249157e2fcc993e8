//! Networks that hold an answer back until all of it is there: sockets do not open, streams say nothing, and asking again and
//! again works.

use std::time::Duration;

use chat::testing::Engine;
use serde_json::json;
use tests::proxy::{Habit, Proxy};
use tests::visitor::{Transport, Visitor};

use super::{server, visitor};

chat::on_every_engine!(who_asks_again_and_again_misses_nothing, what_is_held_back_is_only_what_streams);

const NOTHING: Vec<String> = Vec::new();

async fn what_is_held_back_is_only_what_streams(engine: Engine) {
    let server = server(engine).await;
    let base = server.base();
    let proxy = Proxy::start(base.trim_start_matches("http://"), Habit::Hold).await.unwrap();
    let inbox = server.inbox().await.unwrap();
    let through = |transport| Visitor::new(&format!("http://{}", proxy.address()), &inbox).over(transport);
    for transport in [Transport::Socket, Transport::Stream] {
        let mut visitor = through(transport);
        let opened = tokio::time::timeout(Duration::from_secs(3), visitor.connect()).await;
        assert!(!matches!(opened, Ok(Ok(()))), "{transport:?} came through: the proxy holds nothing back");
    }
    let mut ann = through(Transport::Poll);
    ann.connect().await.unwrap();
    let talk = Visitor::conversation();
    let reply = ann.ask(&talk, "hello").await.unwrap();
    assert_ne!(reply["author"]["kind"], "visitor");
    assert_eq!(ann.faults().await.unwrap(), NOTHING);
}

async fn who_asks_again_and_again_misses_nothing(engine: Engine) {
    let server = server(engine).await;
    let mut phone = visitor(&server, Transport::Poll).await.unwrap();
    let talk = Visitor::conversation();
    phone.say(&talk, "hello").await.unwrap();
    let mut laptop = phone.twin();
    laptop.connect().await.unwrap();
    laptop.frame(&[json!({"t": "resume", "conversation": talk, "after": 0})]).await.unwrap();
    let mut last = 0;
    for n in 0..40 {
        last = laptop.say(&talk, &format!("from the other device {n}")).await.unwrap()["seq"].as_i64().unwrap();
        if n % 10 == 3 {
            phone.say(&talk, &format!("and from this one {n}")).await.unwrap();
        }
    }
    while phone.held(&talk).last() < last {
        phone.next(Duration::from_secs(10)).await.unwrap().expect("the rest did not come");
    }
    // A conversation that begins elsewhere is heard of, and a change reaches it as any message does.
    let other = Visitor::conversation();
    laptop.say(&other, "another matter").await.unwrap();
    phone.wait(|frame| frame["t"] == "message" && frame["conversation"] == other.as_str()).await.unwrap();
    let id = uuid::Uuid::now_v7();
    laptop.frame(&[json!({"t": "edit", "id": id, "conversation": talk, "seq": 1, "body": "good morning"})]).await.unwrap();
    let change = phone.wait(|frame| frame["event"]["name"] == "edited").await.unwrap();
    assert_eq!((&change["event"]["seq"], &change["body"]), (&json!(1), &json!("good morning")), "{change}");
    // Who goes and comes back gets exactly the rest.
    phone.vanish();
    let last = laptop.say(&talk, "while the phone was away").await.unwrap()["seq"].as_i64().unwrap();
    phone.connect().await.unwrap();
    while phone.held(&talk).last() < last {
        phone.next(Duration::from_secs(10)).await.unwrap().expect("the rest did not come");
    }
    let mut said: Vec<String> =
        phone.history(&talk).await.unwrap().iter().map(|m| m["body"].as_str().unwrap_or_default().to_owned()).collect();
    said.dedup();
    assert!(said.contains(&"good morning".to_owned()) && !said.contains(&"hello".to_owned()), "{said:?}");
    // Another's key opens nothing.
    let mut hello = phone.hello();
    hello["token"] = json!("not a key");
    hello["poll"] = json!({"since": 0, "mark": ""});
    let refused = tests::http().post(format!("{}/v1/visitor/poll", server.base())).json(&hello).send().await.unwrap();
    assert_eq!(refused.status(), 403);
}
