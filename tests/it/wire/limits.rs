//! What is too much is refused with a code, and the session goes on or ends as documented.

use std::time::Duration;

use serde_json::{Value, json};
use tests::server::Plan;
use tests::visitor::{Incoming, Link, Transport, Visitor};
use tokio_tungstenite::tungstenite::Message;

async fn closed(link: &mut Link) -> (Option<Value>, Option<u16>) {
    let mut last = None;
    loop {
        match link.next(Duration::from_secs(15)).await {
            Some(Incoming::Frame(frame)) => last = Some(frame),
            Some(Incoming::Closed(code)) => return (last, code),
            None => panic!("the socket stayed open after {last:?}"),
        }
    }
}

#[tokio::test]
async fn the_close_codes_are_the_documented_ones() {
    let server = Plan::new().start().await.unwrap();
    let base = server.base();
    let visitor = Visitor::of(&server).await.unwrap();

    let mut silent = Link::silent(&base).await.unwrap();
    assert_eq!(closed(&mut silent).await.1, Some(4001), "no hello");
    let mut rude = Link::silent(&base).await.unwrap();
    rude.raw(Message::text("{\"t\":\"ping\"}")).await.unwrap();
    assert_eq!(closed(&mut rude).await.1, Some(4001), "ping before hello");

    for inbox in ["00000000-0000-7000-8000-000000000000", &uuid::Uuid::now_v7().to_string()] {
        let mut hello = visitor.hello();
        hello["inbox"] = json!(inbox);
        let mut link = Link::open(&base, Transport::Socket, &hello).await.unwrap();
        let (error, code) = closed(&mut link).await;
        assert_eq!((error.unwrap()["code"].as_str(), code), (Some("unknown_inbox"), Some(4002)));
        let refused = Link::open(&base, Transport::Stream, &hello).await.unwrap_err().to_string();
        assert!(refused.contains("404") && refused.contains("unknown_inbox"), "{refused}");
    }

    let mut link = Link::open(&base, Transport::Socket, &visitor.hello()).await.unwrap();
    link.next(Duration::from_secs(10)).await.unwrap();
    link.raw(Message::text(format!("{{\"t\":\"{}\"}}", "x".repeat(70 * 1024)))).await.unwrap();
    assert_eq!(closed(&mut link).await.1, Some(4009), "frame too large");
}

#[tokio::test]
async fn too_long_and_too_fast_are_said_and_nothing_is_kept() {
    let server = Plan::new().env("WARBLER_VISITOR__MESSAGES_PER_MINUTE", "1000").start().await.unwrap();
    let mut ann = Visitor::of(&server).await.unwrap();
    let talk = Visitor::conversation();
    for (body, code) in [("x".repeat(16_001), "too_long"), (String::new(), "empty"), (" \n ".to_owned(), "empty")] {
        let id = ann.post(&talk, &body).await.unwrap();
        let error = ann.wait(|frame| frame["t"] == "error").await.unwrap();
        assert_eq!((error["id"].as_str(), error["code"].as_str()), (Some(id.as_str()), Some(code)));
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
    }
    ann.say(&talk, &"字".repeat(16_000)).await.unwrap();

    let mut flood = Visitor::of(&server).await.unwrap();
    let pings = vec![json!({"t": "ping"}); 200];
    flood.frame(&pings).await.unwrap();
    let error = flood.wait(|frame| frame["t"] == "error").await.unwrap();
    assert_eq!(error["code"], "slow_down");
    let wait = error["retry_ms"].as_i64().unwrap();
    assert!((1..=10_000).contains(&wait), "{error}");
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    flood.say(&Visitor::conversation(), "slowly now").await.unwrap();
}

#[tokio::test]
async fn a_message_beyond_the_limit_of_frames_is_named_when_it_is_refused() {
    let server = Plan::new().start().await.unwrap();
    let talk = Visitor::conversation();
    for transport in [Transport::Socket, Transport::Stream] {
        let mut flood = Visitor::new(&server.base(), &server.inbox().await.unwrap()).over(transport);
        flood.connect().await.unwrap();
        for _ in 0..4 {
            flood.frame(&vec![json!({"t": "ping"}); 18]).await.unwrap();
        }
        let id = flood.post(&talk, "one too many").await.unwrap();
        let error = flood.wait(|frame| frame["t"] == "error" && frame["id"].is_string()).await.unwrap();
        assert_eq!((&error["code"], &error["id"], &error["conversation"]), (&json!("slow_down"), &json!(id), &json!(talk)));
        assert!(error["retry_ms"].as_i64() > Some(0));
    }
}

#[tokio::test]
async fn a_flood_of_messages_is_slowed_down_and_none_is_lost() {
    let server = Plan::new().start().await.unwrap();
    let mut ann = Visitor::of(&server).await.unwrap();
    let talk = Visitor::conversation();
    for n in 0..50 {
        ann.post(&talk, &format!("{n}")).await.unwrap();
    }
    ann.wait(|frame| frame["t"] == "error" && frame["code"] == "slow_down" && frame["id"].is_string()).await.unwrap();
    while ann.next(Duration::from_secs(1)).await.unwrap().is_some() {}
    let acknowledged = ann.held(&talk).promised().len();
    assert!((1..50).contains(&acknowledged), "{acknowledged}");
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
}
