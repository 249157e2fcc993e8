//! docs/PROTOCOL.md, as much of it as a load client says.

use super::{Heard, Who, id_of, index_of};
use crate::load::find;

pub(super) fn hello(inbox: &str, who: &Who) -> String {
    let token = if who.token.is_empty() { String::new() } else { format!(r#","token":"{}""#, who.token) };
    let cursors = if who.begun { format!(r#""{}":{}"#, who.conversation, who.cursor) } else { String::new() };
    let device = who.device;
    format!(r#"{{"t":"hello","v":1,"inbox":"{inbox}","device":"{device}","locale":"en","cursors":{{{cursors}}}{token}}}"#)
}

pub(super) fn send(who: &Who, index: u64, body: &str, more: &str) -> String {
    let (id, conversation) = (id_of(who, index), &who.conversation);
    format!(r#"{{"t":"send","id":"{id}","conversation":"{conversation}","body":"{body}"{more}}}"#)
}

pub(super) fn read(who: &mut Who, frame: &[u8]) -> Heard {
    match find::text(frame, "t") {
        Some("ack") => {
            // It gives the message its place: the message itself need not come.
            who.holds(None, find::number(frame, "seq").unwrap_or(0), find::number(frame, "prev").unwrap_or(0));
            index_of(frame).map_or(Heard::Other, Heard::Ack)
        }
        Some("message") => {
            let (seq, prev) = (find::number(frame, "seq").unwrap_or(0), find::number(frame, "prev").unwrap_or(0));
            let own = find::has(frame, br#""kind":"visitor""#);
            let heard = who.holds(index_of(frame).filter(|_| own), seq, prev);
            let handed = find::has(frame, br#""name":"handed_over""#) || find::has(frame, br#""name":"queued""#);
            if handed { Heard::HandedOver } else { heard }
        }
        Some("welcome") => {
            who.token = find::text(frame, "token").unwrap_or_default().to_owned();
            Heard::Greeted
        }
        Some("error") => Heard::Refused(find::text(frame, "code").unwrap_or_default().to_owned()),
        _ => Heard::Other,
    }
}
