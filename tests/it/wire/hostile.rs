//! Hostile frames and bodies: each gets a clear error, nothing is lost, and nothing ends the process.

use std::time::Duration;

use chat::testing::Engine;
use reqwest::StatusCode;
use serde_json::json;
use tests::visitor::{Link, Transport, Visitor};
use tokio_tungstenite::tungstenite::Message;

use super::{server, visitor};

/// Frames a broken or hostile client may send; none of them is a message.
fn payloads(talk: &str) -> Vec<String> {
    let id = "0199d3a0-0000-7000-8000-000000000001";
    let send = |field: &str, value: &str| {
        let mut frame = json!({"t": "send", "id": id, "conversation": talk, "body": "x"}).to_string();
        let quoted = match field {
            "body" => "\"x\"".to_owned(),
            "id" => format!("\"{id}\""),
            _ => format!("\"{talk}\""),
        };
        frame = frame.replacen(&format!("\"{field}\":{quoted}"), &format!("\"{field}\":{value}"), 1);
        frame
    };
    let mut all: Vec<String> = [
        "",
        " ",
        "\0",
        "{",
        "}",
        "[",
        "]",
        "null",
        "true",
        "0",
        "-1",
        "1e400",
        "\"send\"",
        "{}",
        "[]",
        "[[]]",
        "{\"t\":",
        "{\"t\":\"send\"",
        "{\"t\":null}",
        "{\"t\":7}",
        "{\"t\":{}}",
        "{\"t\":[]}",
        "{\"t\":\"\"}",
        "{\"t\":\"SEND\"}",
        "{\"t\":\"send\"}",
        "{\"t\":\"resume\"}",
        "{\"t\":\"history\"}",
        "{\"t\":\"read\"}",
        "{\"t\":\"typing\"}",
        "{\"t\":\"rate\"}",
        "{\"t\":\"csat\"}",
        "{\"t\":\"got\"}",
        "{\"t\":\"send\",\"t\":\"ping\"}",
        "{\"t\":\"ping\"}}",
        "{\"t\":\"ping\"} trailing",
        "{'t':'ping'}",
        "{\"t\":\"ping\",}",
        "NaN",
        "{\"t\":\"\\ud800\"}",
        "\u{feff}{\"t\":\"ping\"}",
        "<script>alert(1)</script>",
        "GET / HTTP/1.1\r\n\r\n",
        "${jndi:ldap://x}",
        "%s%n%x",
        "{\"__proto__\":{\"t\":\"ping\"}}",
        "{\"t\":\"contact\",\"name\":7}",
        "{\"t\":\"contact\",\"email\":{}}",
        "{\"t\":\"page\",\"url\":[]}",
    ]
    .map(str::to_owned)
    .to_vec();
    for value in
        ["null", "7", "\"\"", "\"not-a-uuid\"", "{}", "\"../../etc/passwd\"", "\"' OR 1=1 --\"", "\"00000000-0000-0000-0000-00000000000\""]
    {
        all.push(send("id", value));
        all.push(send("conversation", value));
    }
    for value in ["null", "7", "{}", "[\"x\"]", "true"] {
        all.push(send("body", value));
    }
    for (t, field, value) in [
        ("resume", "after", "1e99"),
        ("resume", "after", "\"1\""),
        ("resume", "after", "99999999999999999999999"),
        ("history", "limit", "\"all\""),
        ("history", "before", "{}"),
        ("read", "seq", "1.5"),
        ("typing", "on", "\"yes\""),
        ("rate", "score", "null"),
        ("csat", "score", "\"5\""),
    ] {
        all.push(format!("{{\"t\":\"{t}\",\"conversation\":\"{talk}\",\"seq\":1,\"{field}\":{value}}}"));
    }
    all.extend(["[", "{\"a\":", "[{\"t\":"].map(|open| open.repeat(10_000)));
    all.push(format!("{{\"t\":\"send\",\"body\":\"{}\"}}", "x".repeat(60_000)));
    all.push(format!("{{\"{}\":1}}", "k".repeat(60_000)));
    all
}

#[tokio::test]
async fn broken_frames_are_answered_and_the_session_goes_on() {
    let server = server(Engine::Sqlite).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "before").await.unwrap();
    let payloads = payloads(&talk);
    assert!(payloads.len() >= 60, "{}", payloads.len());
    for payload in &payloads {
        ann.link().unwrap().raw(Message::text(payload.as_str())).await.unwrap();
        ann.frame(&[json!({"t": "ping"})]).await.unwrap();
        let short: String = payload.chars().take(60).collect();
        let pong = ann.wait(|frame| frame["t"] == "pong").await;
        assert!(pong.is_ok(), "the session ended at {short}: {pong:?}");
    }
    let answered = ann.frames.iter().filter(|frame| frame["t"] == "error").count();
    assert!(answered >= payloads.len() * 2 / 3, "{answered} errors for {} broken frames", payloads.len());
    for error in ann.frames.iter().filter(|frame| frame["t"] == "error") {
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
        assert!(!error.to_string().contains("panicked"), "{error}");
    }
    ann.say(&talk, "after").await.unwrap();
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_valid_but_strange_is_kept_as_it_is() {
    let server = server(Engine::Sqlite).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    let bodies = [
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "\u{202e}\u{2066}mirrored",
        "\u{1f469}\u{200d}\u{1f680}",
        "tab\tand\r\nlines",
        "\u{0007}bell",
        "Robert'); DROP TABLE message;--",
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "\u{fffd}",
        "ＦＵＬＬ width",
    ];
    for body in bodies {
        ann.say(&talk, body).await.unwrap();
    }
    for seq in [i64::MIN, -1, 0, i64::MAX] {
        for frame in [
            json!({"t": "resume", "conversation": talk, "after": seq}),
            json!({"t": "history", "conversation": talk, "before": seq, "limit": seq}),
            json!({"t": "read", "conversation": talk, "seq": seq}),
            json!({"t": "got", "conversation": talk, "seq": seq}),
            json!({"t": "rate", "conversation": talk, "seq": seq, "score": seq}),
            json!({"t": "csat", "conversation": talk, "score": seq, "comment": "\0"}),
        ] {
            ann.frame(&[frame]).await.unwrap();
        }
    }
    ann.frame(&[json!({"t": "ping"})]).await.unwrap();
    ann.wait(|frame| frame["t"] == "pong").await.unwrap();
    let history = ann.history(&talk).await.unwrap();
    let kept: Vec<_> =
        history.iter().filter(|message| message["author"]["kind"] == "visitor").map(|message| message["body"].clone()).collect();
    assert_eq!(kept, bodies);
    for message in &history {
        let html = message["html"].as_str().unwrap_or_default();
        assert!(!html.contains("<img") && !html.contains("javascript:") && !html.contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn hostile_sockets_do_not_hurt_others() {
    let server = server(Engine::Sqlite).await;
    let mut ann = visitor(&server, Transport::Socket).await.unwrap();
    let talk = Visitor::conversation();
    for payload in
        [Message::binary(vec![0xff; 4096]), Message::binary(Vec::new()), Message::Ping(vec![0; 100].into()), Message::Close(None)]
    {
        let mut link = Link::open(&server.base(), Transport::Socket, &ann.hello()).await.unwrap();
        link.raw(payload).await.ok();
        link.next(Duration::from_millis(100)).await;
    }
    for hello in ["", "{}", "{\"t\":\"hello\"}", "{\"t\":\"hello\",\"inbox\":7}", "[1,2]", "\u{0}"] {
        let mut link = Link::silent(&server.base()).await.unwrap();
        link.raw(Message::text(hello)).await.unwrap();
        link.next(Duration::from_secs(5)).await.expect("a bad hello is answered");
    }
    invalid_bytes(&server.base()).await;
    ann.say(&talk, "still here").await.unwrap();
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
}

/// Text frames must be UTF-8; this one is not, and it is masked as clients must.
async fn invalid_bytes(base: &str) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let upgrade = format!(
        "GET /v1/visitor/socket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(upgrade.as_bytes()).await.unwrap();
    stream.write_all(&[0x81, 0x84, 0, 0, 0, 0, 0xff, 0xfe, 0xc0, 0x80]).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "a socket with invalid UTF-8 was kept open");
}

#[tokio::test]
async fn hostile_requests_get_a_clear_answer() {
    let server = server(Engine::Sqlite).await;
    let http = tests::http();
    let base = server.base();
    let deep = "[".repeat(100_000);
    let long = "x".repeat(3_000_000);
    for path in ["/v1/visitor/stream", "/v1/visitor/send"] {
        for body in ["", "{", "null", "[]", "{}", "\u{0}", deep.as_str(), long.as_str(), "{\"hello\":{},\"frames\":[]}"] {
            let request = http.post(format!("{base}{path}")).header("content-type", "application/json").body(body.to_owned());
            let sent = request.send().await;
            // A server that has read enough may close before everything was sent.
            let Ok(answer) = sent else {
                assert!(body.len() > 1_000_000, "{path}: {sent:?}");
                continue;
            };
            let short: String = body.chars().take(40).collect();
            assert!(answer.status().is_client_error(), "{path} {short}: {}", answer.status());
        }
        let bytes = http.post(format!("{base}{path}")).body(vec![0xff, 0xfe, 0x00, 0x80]).send().await.unwrap();
        assert!(bytes.status().is_client_error());
    }
    for token in [json!(null), json!("nobody"), json!(format!("v1.{}.AAAA", uuid::Uuid::new_v4()))] {
        let hello = json!({"inbox": server.inbox().await.unwrap(), "device": uuid::Uuid::new_v4(), "token": token});
        let body = json!({"hello": hello, "frames": [{"t": "ping"}]});
        let stray = http.post(format!("{base}/v1/visitor/send")).json(&body).send().await.unwrap();
        assert_eq!(stray.status(), StatusCode::FORBIDDEN, "{token}");
    }
    for path in [
        "/%00",
        "/..%2f..%2fetc/passwd",
        "/widget/../../Cargo.toml",
        "/widget/%2e%2e/%2e%2e/record.db",
        "/chat/x",
        "/chat/%ff",
        "/console/%c0%ae",
        "//",
        "/guide/../../keys",
        "/console/static/..%2f..%2f",
    ] {
        let answer = http.get(format!("{base}{path}")).send().await.unwrap();
        assert!(answer.status().as_u16() < 500, "{path}: {}", answer.status());
        let text = answer.text().await.unwrap_or_default();
        assert!(!text.contains("[workspace]") && !text.contains("root:x:") && !text.starts_with("SQLite"), "{path} gave a file away");
    }
    let ready = http.get(format!("{base}/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
}
