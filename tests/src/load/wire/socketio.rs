//! engine.io 4 and socket.io 5 as they stand on the wire.

use super::{Heard, Who, id_of, index_of};
use crate::load::find;

pub(super) fn send(who: &Who, index: u64, body: &str) -> String {
    let (id, conversation) = (id_of(who, index), &who.conversation);
    format!(r#"42{index}["send",{{"id":"{id}","conversation":"{conversation}","body":"{body}"}}]"#)
}

pub(super) fn read(who: &mut Who, frame: &[u8]) -> Heard {
    match frame {
        b"2" => Heard::Answer("3".to_owned()),
        [b'0', ..] => Heard::Answer(connect(who)),
        [b'4', b'0', ..] => {
            let private = find::text(frame, "pid").unwrap_or_default();
            if who.token != private {
                // Not recovered: its stream begins anew.
                who.offset.clear();
                who.token = private.to_owned();
            }
            Heard::Greeted
        }
        [b'4', b'4', ..] => Heard::Refused(String::from_utf8_lossy(frame).into_owned()),
        [b'4', b'3', ack @ ..] => acknowledged(ack),
        [b'4', b'2', event @ ..] => {
            who.offset = offset(event);
            match event.starts_with(br#"["message""#) {
                true => who.holds(index_of(event), find::number(event, "seq").unwrap_or(0), 0),
                false => Heard::Other,
            }
        }
        _ => Heard::Other,
    }
}

/// A namespace is joined with the key of an earlier connection, if there is one.
fn connect(who: &Who) -> String {
    let (conversation, device) = (&who.conversation, who.device);
    let earlier = match who.token.is_empty() || who.offset.is_empty() {
        true => String::new(),
        false => format!(r#","pid":"{}","offset":"{}""#, who.token, who.offset),
    };
    format!(r#"40{{"conversation":"{conversation}","device":"{device}"{earlier}}}"#)
}

fn acknowledged(ack: &[u8]) -> Heard {
    let digits = ack.iter().take_while(|byte| byte.is_ascii_digit()).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Heard::Ack(digits)
}

/// With recovery on, the place in the stream is the last argument of every event.
fn offset(event: &[u8]) -> String {
    let last = event.strip_suffix(b"\"]").and_then(|event| event.rsplit(|byte| *byte == b'"').next());
    last.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_begun_and_recovered() {
        let mut who = Who::new(1);
        assert!(matches!(read(&mut who, br#"0{"sid":"x"}"#), Heard::Answer(hello) if hello.starts_with("40{") && !hello.contains("pid")));
        assert_eq!(read(&mut who, br#"40{"sid":"s","pid":"p"}"#), Heard::Greeted);
        let message = br#"42["message",{"id":"00000000-0000-7000-8000-00000000000c","seq":4},"o-7"]"#;
        assert_eq!(read(&mut who, message), Heard::Message { index: Some(12), seq: 4 });
        assert_eq!(read(&mut who, message), Heard::Double);
        assert!(matches!(read(&mut who, br#"0{"sid":"y"}"#), Heard::Answer(hello) if hello.contains(r#""pid":"p","offset":"o-7""#)));
        assert_eq!(read(&mut who, br#"40{"sid":"s","pid":"q"}"#), Heard::Greeted);
        assert!(who.offset.is_empty(), "not recovered");
        assert_eq!(read(&mut who, b"431234[{}]"), Heard::Ack(1234));
        assert_eq!(read(&mut who, b"2"), Heard::Answer("3".to_owned()));
    }
}
