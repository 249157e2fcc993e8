//! What is said over a connection: Warbler's wire, and those of the servers it is measured beside.

mod nats;
mod socketio;
mod warbler;
mod ws;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use super::find;
use super::frames::Framing;

/// The index of the message that hands over: no other has it.
const HANDOVER: u64 = (1 << 48) - 1;

/// The language of a server.
#[derive(Clone, Debug)]
pub enum Wire {
    /// docs/PROTOCOL.md; the inbox visitors come to.
    Warbler(Arc<str>),
    /// engine.io 4 and socket.io 5 over a WebSocket.
    SocketIo,
    /// The hand-written server in `tests/peers/ws.mjs`.
    Ws,
    /// NATS with JetStream.
    Nats,
}

/// One client, and what it keeps between two connections.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Counts clients.
    pub n: usize,
    /// Kept for the tab.
    pub device: Uuid,
    /// The key the server gave, or none.
    pub token: String,
    /// The conversation it speaks in.
    pub conversation: String,
    /// Whether it holds anything of that conversation.
    pub begun: bool,
    /// The last seq held in order.
    pub cursor: i64,
    /// What socket.io calls the place in its stream.
    pub offset: String,
}

/// What came down, as far as a load client cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The session is authenticated.
    Greeted,
    /// The message sent under this index is kept.
    Ack(u64),
    /// A message, in order.
    Message {
        /// Of the load client that sent it.
        index: Option<u64>,
        /// Its place in the conversation.
        seq: i64,
    },
    /// A message that was there already.
    Double,
    /// A message after a hole.
    Hole,
    /// People have the conversation: the bot no longer listens.
    HandedOver,
    /// This must be said at once.
    Answer(String),
    /// The server says no, in these words.
    Refused(String),
    /// Anything else.
    Other,
}

impl Who {
    /// The `n`th new client.
    pub fn new(n: usize) -> Who {
        Who { n, device: Uuid::new_v4(), conversation: Uuid::now_v7().to_string(), ..Who::default() }
    }

    /// A message of the conversation has come: by its `seq` and the `prev` before it.
    fn holds(&mut self, index: Option<u64>, seq: i64, prev: i64) -> Heard {
        if seq <= self.cursor {
            return Heard::Double;
        }
        if prev > self.cursor {
            return Heard::Hole;
        }
        self.cursor = seq;
        self.begun = true;
        Heard::Message { index, seq }
    }
}

impl Wire {
    /// How messages stand in the bytes.
    pub fn framing(&self) -> Framing {
        match self {
            Wire::Nats => Framing::Nats,
            _ => Framing::WebSocket,
        }
    }

    /// The path that is asked for as a WebSocket.
    pub fn path(&self) -> &'static str {
        match self {
            Wire::Warbler(_) => "/v1/visitor/socket",
            Wire::SocketIo => "/socket.io/?EIO=4&transport=websocket",
            Wire::Ws | Wire::Nats => "/",
        }
    }

    /// What a client says first, if it is the one to begin.
    pub fn hello(&self, who: &Who) -> Option<String> {
        match self {
            Wire::Warbler(inbox) => Some(warbler::hello(inbox, who)),
            Wire::Ws => Some(ws::hello(who)),
            Wire::SocketIo | Wire::Nats => None,
        }
    }

    /// A message under an index, which its acknowledgement names again.
    pub fn send(&self, who: &Who, index: u64, body: &str) -> String {
        match self {
            Wire::Warbler(_) => warbler::send(who, index, body, ""),
            Wire::SocketIo => socketio::send(who, index, body),
            Wire::Ws => ws::send(who, index, body),
            Wire::Nats => nats::send(who, index, body),
        }
    }

    /// The message that makes the bot leave a conversation to people; others have no bot.
    pub fn hand_over(&self, who: &Who) -> Option<String> {
        match self {
            Wire::Warbler(_) => Some(warbler::send(who, HANDOVER, "I would like to talk to a person.", r#","wish":"person""#)),
            _ => None,
        }
    }

    /// What a silent client says now and then; others are asked by their server.
    pub fn beat(&self) -> Option<&'static str> {
        match self {
            Wire::Warbler(_) => Some(r#"{"t":"ping"}"#),
            _ => None,
        }
    }

    /// Takes a frame in.
    pub fn read(&self, who: &mut Who, frame: &[u8]) -> Heard {
        match self {
            Wire::Warbler(_) => warbler::read(who, frame),
            Wire::SocketIo => socketio::read(who, frame),
            Wire::Ws => ws::read(who, frame),
            Wire::Nats => nats::read(who, frame),
        }
    }
}

/// A client id that carries an index in its last twelve digits. As the widget's it begins with the time: the record keeps ids that are
/// made one after the other side by side.
fn id_of(who: &Who, index: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (high, low) = who.device.as_u64_pair();
    format!("{:08x}-{:04x}-7{:03x}-8{:03x}-{index:012x}", now >> 16, now & 0xffff, high & 0xfff, low & 0xfff)
}

fn index_of(frame: &[u8]) -> Option<u64> {
    let id = find::text(frame, "id")?;
    u64::from_str_radix(id.get(24..)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_survives_its_id() {
        let who = Who::new(1);
        for index in [0, 1, 4_000_000, (1 << 48) - 1] {
            let id = id_of(&who, index);
            assert!(Uuid::parse_str(&id).is_ok_and(|id| id.get_version_num() == 7), "{id}");
            assert_eq!(index_of(format!(r#"{{"id":"{id}"}}"#).as_bytes()), Some(index));
        }
    }

    #[test]
    fn order_is_told_by_two_numbers() {
        let mut who = Who::new(1);
        let heard = [(1, 0), (3, 2), (2, 1), (2, 1), (5, 2)].map(|(seq, prev)| who.holds(None, seq, prev));
        let appended = |seq| Heard::Message { index: None, seq };
        assert_eq!(heard, [appended(1), Heard::Hole, appended(2), Heard::Double, appended(5)]);
    }
}
