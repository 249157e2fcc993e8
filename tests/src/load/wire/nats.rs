//! NATS with JetStream: a message is published with a reply address, and acknowledged to it when it is stored.

use super::{Heard, Who};

/// The stream that keeps everything.
const STREAM: &str = r#"{"name":"CHAT","subjects":["chat.*"],"storage":"file","retention":"limits","max_age":0,"num_replicas":1}"#;

pub(super) fn send(who: &Who, index: u64, body: &str) -> String {
    publish(&format!("chat.{}", who.conversation), who, index, body)
}

pub(super) fn read(who: &mut Who, frame: &[u8]) -> Heard {
    if frame.starts_with(b"INFO") {
        let inbox = inbox(who);
        // Making the same stream again changes nothing.
        let stream = publish("$JS.API.STREAM.CREATE.CHAT", who, u64::MAX, STREAM);
        let hello = format!("CONNECT {{\"verbose\":false,\"pedantic\":false,\"echo\":false}}\r\nSUB {inbox}.* 1\r\n{stream}");
        return Heard::Answer(hello);
    }
    if frame.starts_with(b"PING") {
        return Heard::Answer("PONG\r\n".to_owned());
    }
    if frame.starts_with(b"-ERR") {
        return Heard::Refused(String::from_utf8_lossy(frame).into_owned());
    }
    if !frame.starts_with(b"MSG ") {
        return Heard::Other;
    }
    let refused = crate::load::find::has(frame, b"\"error\"");
    let subject = frame.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let index = std::str::from_utf8(subject).ok().and_then(|subject| subject.rsplit('.').next()?.parse().ok());
    match index {
        _ if refused => Heard::Refused(String::from_utf8_lossy(frame).into_owned()),
        Some(u64::MAX) => Heard::Greeted,
        Some(index) => Heard::Ack(index),
        None => Heard::Other,
    }
}

fn inbox(who: &Who) -> String {
    format!("_INBOX.{}", who.device.simple())
}

fn publish(subject: &str, who: &Who, index: u64, body: &str) -> String {
    format!("PUB {subject} {}.{index} {}\r\n{body}\r\n", inbox(who), body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_acknowledged_by_its_index() {
        let mut who = Who::new(1);
        assert!(matches!(read(&mut who, b"INFO {}\r\n"), Heard::Answer(hello) if hello.contains("STREAM.CREATE")));
        let sent = send(&who, 41, "hi");
        let reply = sent.split(' ').nth(2).unwrap();
        let heard = read(&mut who, format!("MSG {reply} 1 24\r\n{{\"stream\":\"CHAT\",\"seq\":1}}\r\n").as_bytes());
        assert_eq!(heard, Heard::Ack(41));
    }
}
