//! What carries the frames: packed or not, by POST to whichever node, over bad readers.

use std::time::Duration;

use axum::http::StatusCode;
use chat::testing::Engine;
use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _};
use tests::server::{Plan, Server};
use tests::visitor::{Transport, Visitor};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{server, visitor};

#[tokio::test]
async fn long_frames_come_packed_to_who_asked_for_it() {
    let server = server(Engine::Sqlite).await;
    let mut plain = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    let long = "Each word of this long letter is read by two devices. ".repeat(100);
    plain.say(&talk, &long).await.unwrap();
    let mut packed = plain.twin().packed();
    packed.connect().await.unwrap();
    for (device, packs) in [(&mut plain, false), (&mut packed, true)] {
        let messages = device.history(&talk).await.unwrap();
        assert_eq!(messages[0]["body"], long.as_str());
        let frame = device.frames.iter().find(|frame| frame["t"] == "history").unwrap();
        assert_eq!(frame["packed_bytes"].as_u64().is_some(), packs);
        if let Some(bytes) = frame["packed_bytes"].as_u64() {
            assert!(bytes * 4 < long.len() as u64, "{bytes} bytes");
        }
        assert_eq!(device.faults().await.unwrap(), Vec::<String>::new());
    }
}

async fn post(server: &Server, hello: &Value, frames: Value) -> (StatusCode, Value) {
    let body = json!({"hello": hello, "frames": frames});
    let answer = tests::http().post(format!("{}/v1/visitor/send", server.base())).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_post_needs_no_stream_of_its_node() {
    let server = server(Engine::Sqlite).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let hello = {
        let mut hello = ann.twin().hello();
        hello["token"] = json!(ann.token());
        hello
    };
    let talk = Visitor::conversation();
    let id = uuid::Uuid::now_v7().to_string();
    let send = json!({"t": "send", "id": id, "conversation": talk, "body": "by whichever node"});
    for _ in 0..2 {
        let (status, answer) = post(&server, &hello, json!([send, {"t": "ping"}])).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&answer["frames"][0]["t"], &answer["frames"][0]["seq"]), (&json!("ack"), &json!(1)), "{answer}");
        assert_eq!(answer["frames"][1]["t"], "pong");
    }
    let heard = ann.wait(|frame| frame["t"] == "message" && frame["seq"] == 1).await.unwrap();
    assert_eq!(heard["body"], "by whichever node");
    let (_, answer) = post(&server, &hello, json!([{"t": "history", "conversation": talk}, {"t": "send", "id": "x"}])).await;
    assert_eq!(answer["frames"][0]["messages"][0]["id"], id.as_str());
    assert_eq!(answer["frames"][1]["code"], "bad_frame");
}

async fn visitors(server: &Server) -> i64 {
    sqlx::any::install_default_drivers();
    let address = format!("sqlite:{}?mode=ro", server.data().join("record.db").display());
    let mut record = sqlx::AnyConnection::connect(&address).await.unwrap();
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM visitor").fetch_one(&mut record).await.unwrap();
    row.try_get("n").unwrap()
}

#[tokio::test]
async fn who_never_writes_leaves_no_trace() {
    let server = server(Engine::Sqlite).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let id = ann.welcome["visitor"]["id"].clone();
    assert_eq!(visitors(&server).await, 0);
    ann.connect().await.unwrap();
    assert_eq!(ann.welcome["visitor"]["id"], id, "the key is good without a row");
    ann.say(&Visitor::conversation(), "the first word").await.unwrap();
    assert_eq!(visitors(&server).await, 1);
    ann.connect().await.unwrap();
    assert_eq!(ann.welcome["visitor"]["id"], id);
}

#[tokio::test]
async fn floods_from_one_address_are_refused_in_the_visitors_language() {
    let plan = Plan::new().env("WARBLER_CONSOLE__TRUST_PROXY", "true");
    let server = plan.env("WARBLER_VISITOR__SESSIONS_PER_MINUTE_OF_ADDRESS", "2").start().await.unwrap();
    let hello = json!({"t": "hello", "inbox": server.inbox().await.unwrap(), "device": uuid::Uuid::new_v4(), "locale": "zh"});
    let open = |address: &'static str| {
        let request = tests::http().post(format!("{}/v1/visitor/stream", server.base())).json(&hello);
        async move { request.header("x-forwarded-for", format!("10.9.9.9, {address}")).send().await.unwrap() }
    };
    for expected in [StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
        let answer = open("192.0.2.1").await;
        assert_eq!(answer.status(), expected);
        if expected != StatusCode::OK {
            let error: Value = answer.json().await.unwrap();
            assert!(error["retry_ms"].as_i64().is_some_and(|wait| wait > 0), "{error}");
            assert!(error["message"].as_str().is_some_and(|text| text.contains('请')), "{error}");
        }
    }
    assert_eq!(open("192.0.2.2").await.status(), StatusCode::OK, "others do not suffer");
}

/// Readers that stop reading are told to come back; the others hear everything meanwhile.
#[tokio::test]
async fn stalled_readers_are_closed_and_slow_nobody() {
    let server = Plan::new().unlimited().env("WARBLER_VISITOR__SLOW_S", "2").start().await.unwrap();
    let mut ann = Visitor::of(&server).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "hello").await.unwrap();
    let mut stalled = Vec::new();
    for _ in 0..20 {
        let mut twin = ann.twin();
        twin.connect().await.unwrap();
        stalled.push(Stalled::of(&server, &twin.hello()).await);
    }
    let long = "字".repeat(15_000);
    for n in 0..300 {
        ann.say(&talk, &format!("{n} {long}")).await.unwrap();
    }
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
    tokio::time::sleep(Duration::from_secs(4)).await;
    for reader in stalled {
        assert!(reader.ended().await, "a reader that never reads was kept");
    }
    let mut back = ann.twin();
    back.connect().await.unwrap();
    assert_eq!(back.history(&talk).await.unwrap().len(), ann.history(&talk).await.unwrap().len());
}

/// A client that says hello and never reads.
struct Stalled(TcpStream);

impl Stalled {
    async fn of(server: &Server, hello: &Value) -> Stalled {
        let address = server.base().trim_start_matches("http://").to_owned();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let upgrade = format!(
            "GET /v1/visitor/socket HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let hello = hello.to_string();
        let length = u16::try_from(hello.len()).unwrap().to_be_bytes();
        // A masked frame of text whose mask is zero.
        let mut frame = vec![0x81, 0x80 | 126, length[0], length[1], 0, 0, 0, 0];
        frame.extend_from_slice(hello.as_bytes());
        stream.write_all(&frame).await.unwrap();
        Stalled(stream)
    }

    /// Whether the server has let go of it.
    async fn ended(mut self) -> bool {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), self.0.read_to_end(&mut rest)).await;
        read.is_ok()
    }
}
