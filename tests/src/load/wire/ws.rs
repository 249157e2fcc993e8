//! What `tests/peers/ws.mjs` understands: as little as a fair comparison needs.

use super::{Heard, Who, id_of, index_of};
use crate::load::find;

pub(super) fn hello(who: &Who) -> String {
    format!(r#"{{"t":"hello","token":"{}","conversation":"{}","device":"{}"}}"#, who.token, who.conversation, who.device)
}

pub(super) fn send(who: &Who, index: u64, body: &str) -> String {
    format!(r#"{{"t":"send","id":"{}","conversation":"{}","body":"{body}"}}"#, id_of(who, index), who.conversation)
}

pub(super) fn read(who: &mut Who, frame: &[u8]) -> Heard {
    match find::text(frame, "t") {
        Some("ack") => index_of(frame).map_or(Heard::Other, Heard::Ack),
        Some("message") => who.holds(index_of(frame), find::number(frame, "seq").unwrap_or(0), 0),
        Some("welcome") => {
            who.token = find::text(frame, "token").unwrap_or_default().to_owned();
            Heard::Greeted
        }
        Some("error") => Heard::Refused(find::text(frame, "code").unwrap_or_default().to_owned()),
        _ => Heard::Other,
    }
}
