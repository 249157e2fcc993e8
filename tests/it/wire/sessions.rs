//! Coming back, several devices, keys: what a session is and is not.

use std::time::Duration;

use chat::testing::Engine;
use futures_util::future::join_all;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tests::record::Record;
use tests::server::{Plan, Server};
use tests::visitor::{Incoming, Link, Transport, Visitor};
use tokio_tungstenite::tungstenite::Message;

use super::{server, visitor};

chat::on_every_engine!(
    a_retry_gets_the_same_acknowledgement,
    who_comes_back_gets_exactly_the_rest,
    a_long_absence_is_made_good_completely,
    devices_hear_each_other,
    another_visitors_conversation_is_not_found,
    a_key_that_was_not_signed_here_is_nobodys,
    nothing_is_lost_when_the_server_goes_and_comes_back,
    what_a_device_said_last_is_noted_before_the_end,
);

const NOTHING: Vec<String> = Vec::new();

async fn a_retry_gets_the_same_acknowledgement(engine: Engine) {
    let server = server(engine).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    let id = ann.post(&talk, "once").await.unwrap();
    let frame = json!({"t": "send", "id": id, "conversation": talk, "body": "once"});
    let mut acks = Vec::new();
    for _ in 0..3 {
        acks.push(ann.wait(|got| got["t"] == "ack").await.unwrap());
        ann.frame(std::slice::from_ref(&frame)).await.unwrap();
    }
    assert!(acks.iter().all(|ack| ack["seq"] == acks[0]["seq"] && ack["prev"] == acks[0]["prev"]), "{acks:?}");
    assert_eq!(ann.history(&talk).await.unwrap().iter().filter(|message| message["body"] == "once").count(), 1);
    assert_eq!(ann.faults().await.unwrap(), NOTHING);
}

async fn who_comes_back_gets_exactly_the_rest(engine: Engine) {
    let server = server(engine).await;
    let mut phone = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    phone.ask(&talk, "hello").await.unwrap();
    let mut laptop = phone.twin().over(Transport::Stream);
    laptop.connect().await.unwrap();
    assert_eq!(laptop.welcome["visitor"]["id"], phone.welcome["visitor"]["id"]);
    assert_eq!(laptop.welcome["conversations"][0]["id"], talk.as_str());

    phone.vanish();
    for n in 0..40 {
        laptop.say(&talk, &format!("while the phone was away {n}")).await.unwrap();
    }
    phone.connect().await.unwrap();
    let last = laptop.history(&talk).await.unwrap().last().unwrap()["seq"].as_i64().unwrap();
    while phone.held(&talk).last() < last {
        phone.next(Duration::from_secs(10)).await.unwrap().expect("the rest did not come");
    }
    assert_eq!(phone.faults().await.unwrap(), NOTHING);
    assert_eq!(laptop.faults().await.unwrap(), NOTHING);
}

async fn a_long_absence_is_made_good_completely(engine: Engine) {
    let server = server(engine).await;
    let mut phone = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    phone.say(&talk, "the first").await.unwrap();
    let mut laptop = phone.twin();
    phone.vanish();
    laptop.connect().await.unwrap();
    for n in 0..700 {
        laptop.post(&talk, &format!("{n}")).await.unwrap();
    }
    while laptop.held(&talk).promised().len() < 700 {
        laptop.next(Duration::from_secs(20)).await.unwrap().expect("not everything was acknowledged");
    }
    phone.connect().await.unwrap();
    let last = laptop.history(&talk).await.unwrap().last().unwrap()["seq"].as_i64().unwrap();
    while phone.held(&talk).last() < last {
        let missing = format!("{} of {last} came", phone.held(&talk).last());
        phone.next(Duration::from_secs(5)).await.unwrap().expect(&missing);
    }
    assert_eq!(phone.faults().await.unwrap(), NOTHING);
}

async fn devices_hear_each_other(engine: Engine) {
    let server = server(engine).await;
    let mut phone = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    let answer = phone.ask(&talk, "hello").await.unwrap();
    let mut laptop = phone.twin();
    laptop.connect().await.unwrap();
    // More than there is counts as all there is.
    phone.frame(&[json!({"t": "read", "conversation": talk, "seq": i64::MAX})]).await.unwrap();
    let read = laptop.wait(|frame| frame["t"] == "read").await.unwrap();
    assert_eq!((&read["by"], &read["seq"]), (&json!("visitor"), &answer["seq"]));
    laptop.say(&talk, "from the laptop").await.unwrap();
    let heard = phone.wait(|frame| frame["t"] == "message" && frame["body"] == "from the laptop").await;
    heard.unwrap();
    phone.frame(&[json!({"t": "contact", "name": "Ann", "email": "ann@shop.example"})]).await.unwrap();
    let named = phone.wait(|frame| frame["t"] == "visitor").await.unwrap();
    assert_eq!((&named["name"], &named["email"]), (&json!("Ann"), &json!("ann@shop.example")));
}

async fn another_visitors_conversation_is_not_found(engine: Engine) {
    let server = server(engine).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "private to Ann").await.unwrap();
    for transport in [Transport::Socket, Transport::Stream] {
        let mut eve = visitor(&server, transport).await.unwrap();
        for frame in [
            json!({"t": "resume", "conversation": talk, "after": 0}),
            json!({"t": "history", "conversation": talk}),
            json!({"t": "read", "conversation": talk, "seq": 1}),
            json!({"t": "got", "conversation": talk, "seq": 1}),
            json!({"t": "send", "id": uuid::Uuid::now_v7(), "conversation": talk, "body": "I am Ann"}),
        ] {
            eve.frame(std::slice::from_ref(&frame)).await.unwrap();
            let error = eve.wait(|got| got["t"] == "error").await.unwrap();
            assert_eq!(error["code"], "not_found", "{frame} was answered by {error}");
        }
        for frame in [
            json!({"t": "rate", "conversation": talk, "seq": 1, "score": 1}),
            json!({"t": "csat", "conversation": talk, "score": 1, "comment": ""}),
            json!({"t": "typing", "conversation": talk, "on": true}),
        ] {
            eve.frame(&[frame]).await.unwrap();
        }
        eve.frame(&[json!({"t": "ping"})]).await.unwrap();
        eve.wait(|got| got["t"] == "pong").await.unwrap();
        assert!(!eve.frames.iter().any(|frame| frame.to_string().contains("private to Ann") || frame["t"] == "rated"));
        // Naming it in cursors at the beginning gives nothing either.
        eve.held(&talk);
        eve.connect().await.unwrap();
        assert!(eve.wait_for(Duration::from_millis(500), |frame| frame["t"] == "message").await.is_err());
    }
    assert_eq!(ann.history(&talk).await.unwrap().iter().filter(|message| message["author"]["kind"] == "visitor").count(), 1);
}

async fn a_key_that_was_not_signed_here_is_nobodys(engine: Engine) {
    let server = server(engine).await;
    let ann = visitor(&server, Transport::Socket).await.unwrap();
    let token = ann.token().unwrap().to_owned();
    let middle = token.len() / 2;
    let turned = if token.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let forged = format!("{}{turned}{}", &token[..middle], &token[middle + 1..]);
    for key in ["", "x", "..", &"A".repeat(5000), &forged, &token[..token.len() - 2]] {
        let mut hello = ann.hello();
        hello["token"] = json!(key);
        let mut link = Link::open(&server.base(), Transport::Socket, &hello).await.unwrap();
        let Some(Incoming::Frame(welcome)) = link.next(Duration::from_secs(10)).await else { panic!("no welcome for {key}") };
        assert_eq!(welcome["t"], "welcome");
        assert_ne!(welcome["visitor"]["id"], ann.welcome["visitor"]["id"], "{key} was taken for Ann's");
    }
}

async fn nothing_is_lost_when_the_server_goes_and_comes_back(engine: Engine) {
    let mut server = server(engine).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    ann.ask(&talk, "hello").await.unwrap();
    let going = server.stop();
    let bye = async {
        let bye = ann.wait(|frame| frame["t"] == "bye").await.unwrap();
        let Some(Incoming::Closed(code)) = ann.link().unwrap().next(Duration::from_secs(10)).await else { panic!("not closed") };
        (bye, code)
    };
    let (status, (bye, code)) = tokio::join!(going, bye);
    assert!(status.unwrap().success(), "the drain ended with a failure");
    assert!(bye["after_ms"].as_i64().is_some_and(|ms| ms > 0), "{bye}");
    assert_eq!(code, Some(1012));
    server.start().await.unwrap();
    ann.connect().await.unwrap();
    ann.ask(&talk, "thanks").await.unwrap();
    assert_eq!(ann.faults().await.unwrap(), NOTHING);
}

async fn what_a_device_said_last_is_noted_before_the_end(engine: Engine) {
    let mut server = server(engine).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "hello").await.unwrap();
    ann.frame(&[json!({"t": "got", "conversation": talk, "seq": 1}), json!({"t": "ping"})]).await.unwrap();
    ann.wait(|frame| frame["t"] == "pong").await.unwrap();
    let status = server.stop().await.unwrap();
    assert!(status.success(), "the drain ended with {status}");
    let mut record = Record::at(&server.record()).await.unwrap();
    assert_eq!(record.number("SELECT MAX(delivered_seq) AS n FROM cursor").await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_ends_when_the_last_socket_has_heard_when_to_come_back() {
    let mut server =
        Plan::new().unlimited().env("WARBLER_VISITOR__DRAIN_SPREAD_S", "4").env("WARBLER_VISITOR__SLOW_S", "60").start().await.unwrap();
    let ann = Visitor::of(&server).await.unwrap();
    let late = Late::open(&server, &ann).await;
    let mut links = Vec::new();
    for _ in 0..300 {
        let mut visitor = visitor(&server, Transport::Socket).await.unwrap();
        visitor.frame(&[json!({"t": "ping"})]).await.unwrap();
        links.push(visitor);
    }
    let all = links.into_iter().map(|mut visitor| async move {
        let bye = visitor.wait(|frame| frame["t"] == "bye").await.unwrap();
        let Some(Incoming::Closed(code)) = visitor.link().unwrap().next(Duration::from_secs(10)).await else { panic!("not closed") };
        assert_eq!(code, Some(1012));
        bye["after_ms"].as_i64().unwrap()
    });
    let (status, late, mut after) = tokio::join!(server.stop(), late.read_after(Duration::from_secs(2)), join_all(all));
    assert!(status.unwrap().success(), "the drain ended with a failure");
    assert_eq!(late, (true, Some(1012)), "a reader that was busy");
    after.sort_unstable();
    assert!(after[0] >= 500 && after[299] < 4_500, "{after:?}");
    // A quarter of them in each quarter of the time, about.
    assert!([75, 150, 225].iter().all(|at| (after[*at] - 500 - 4_000 * *at as i64 / 300).abs() < 800), "{after:?}");
}

/// A client that has asked for more than the kernel holds for it, and reads nothing for a while.
struct Late(tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>);

impl Late {
    async fn open(server: &Server, visitor: &Visitor) -> Late {
        let address = server.base().replace("http://", "");
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/v1/visitor/socket"), stream).await.unwrap();
        let talk = Visitor::conversation();
        let mut frames = vec![visitor.hello()];
        let body = "w".repeat(15_000);
        frames.extend((0..12).map(|_| json!({"t": "send", "id": uuid::Uuid::now_v7(), "conversation": talk, "body": body})));
        frames.extend((0..60).map(|_| json!({"t": "history", "conversation": talk})));
        for frame in frames {
            socket.send(Message::text(frame.to_string())).await.unwrap();
        }
        // Until it can take no more.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Late(socket)
    }

    /// Whether it heard `bye`, and how it was closed.
    async fn read_after(mut self, pause: Duration) -> (bool, Option<u16>) {
        tokio::time::sleep(pause).await;
        let mut bye = false;
        while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await {
            match message {
                Message::Text(text) => bye |= text.contains("\"bye\""),
                Message::Close(frame) => return (bye, frame.map(|frame| frame.code.into())),
                _ => {}
            }
        }
        (bye, None)
    }
}
