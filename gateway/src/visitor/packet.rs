//! A frame on its way to clients: its text is made once and packed once, however many read it.

use std::{
    io::Write,
    str,
    sync::{Arc, OnceLock},
};

use axum::body::Bytes;
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;
use tungstenite::{
    Message, Utf8Bytes,
    protocol::frame::{
        FrameHeader,
        coding::{Data, OpCode},
    },
};

/// Below so many bytes packing costs more than it saves.
const PACKED_FROM: usize = 1_024;
/// The longest head of a frame that is not masked, in bytes: RFC 6455, section 5.2.
const HEAD: usize = 10;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Packet(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: Framed,
    packed: OnceLock<Option<Framed>>,
}

/// A payload with the head that a WebSocket puts before it.
#[derive(Clone, Debug)]
struct Framed {
    bytes: Bytes,
    head: usize,
}

impl From<String> for Packet {
    fn from(text: String) -> Self {
        let mut room = Vec::with_capacity(HEAD + text.len());
        room.resize(HEAD, 0);
        room.extend_from_slice(text.as_bytes());
        Self::new(room)
    }
}

impl Packet {
    /// A frame as JSON.
    pub(crate) fn of(frame: &impl Serialize) -> Self {
        let mut room = Vec::with_capacity(512);
        room.resize(HEAD, 0);
        if let Err(error) = serde_json::to_writer(&mut room, frame) {
            tracing::error!(%error, "a frame is no JSON; its reader gets an empty one");
            room.truncate(HEAD);
            room.extend_from_slice(b"{}");
        }
        Self::new(room)
    }

    fn new(room: Vec<u8>) -> Self {
        Self(Arc::new(Parts { text: Framed::of(Data::Text, room), packed: OnceLock::new() }))
    }

    /// The frame as it was written.
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.0.text.bytes[self.0.text.head..]).unwrap_or_default()
    }

    /// Bytes of it.
    pub(crate) fn len(&self) -> usize {
        self.0.text.bytes.len() - self.0.text.head
    }

    /// All that a socket sends for it; `packs`: this client reads packed frames.
    pub(super) fn frame(&self, packs: bool) -> &Bytes {
        &self.framed(packs).0.bytes
    }

    /// The same, for a socket that has more to say.
    pub(super) fn message(&self, packs: bool) -> Message {
        let (framed, packed) = self.framed(packs);
        let payload = framed.bytes.slice(framed.head..);
        if packed {
            return Message::Binary(payload);
        }
        Message::Text(Utf8Bytes::try_from(payload).unwrap_or_default())
    }

    /// And whether it is packed.
    fn framed(&self, packs: bool) -> (&Framed, bool) {
        match packs.then(|| self.packed()).flatten() {
            Some(packed) => (packed, true),
            None => (&self.0.text, false),
        }
    }

    /// Raw DEFLATE (RFC 1951), where that is worth it. The compressor lives only as long as this call: no socket owns one.
    fn packed(&self) -> Option<&Framed> {
        if self.len() < PACKED_FROM {
            return None;
        }
        let text = self.text().as_bytes();
        let pack = || {
            let mut room = Vec::with_capacity(HEAD + text.len() / 2);
            room.resize(HEAD, 0);
            let mut encoder = DeflateEncoder::new(room, Compression::default());
            encoder.write_all(text).ok()?;
            encoder.finish().ok().filter(|packed| packed.len() < HEAD + text.len()).map(|room| Framed::of(Data::Binary, room))
        };
        self.0.packed.get_or_init(pack).as_ref()
    }
}

impl Framed {
    /// Of a payload with room for its head.
    fn of(data: Data, mut room: Vec<u8>) -> Self {
        let header = FrameHeader { is_final: true, opcode: OpCode::Data(data), ..FrameHeader::default() };
        let length = (room.len() - HEAD) as u64;
        let head = header.len(length);
        let mut before = &mut room[HEAD - head..HEAD];
        // It cannot fail: there is room.
        drop(header.format(length, &mut before));
        Self { bytes: Bytes::from(room).slice(HEAD - head..), head }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn only_what_is_large_and_asked_for_is_packed() {
        let long = "{\"t\":\"message\",\"body\":\"".to_owned() + &"the same words again, ".repeat(200) + "\"}";
        for (text, packs, packed) in [("{}", true, false), ("{}", false, false), (&long, false, false), (&long, true, true)] {
            let packet = Packet::from(text.to_owned());
            match packet.message(packs) {
                Message::Text(plain) => assert!(!packed && plain.as_str() == text),
                Message::Binary(bytes) => {
                    let mut back = String::new();
                    flate2::read::DeflateDecoder::new(&bytes[..]).read_to_string(&mut back).unwrap();
                    assert!(packed && back == text && bytes.len() * 4 < text.len());
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_does_not_shrink_stays_as_it_is() {
        let noise: String = (0..3_000u64).map(|n| char::from(33 + (n.wrapping_mul(6_364_136_223_846_793_005) >> 57) as u8 % 90)).collect();
        let noisy = Packet::from(noise.clone());
        match noisy.message(true) {
            Message::Text(text) => assert_eq!(text.as_str(), noise),
            Message::Binary(bytes) => assert!(bytes.len() < noise.len()),
            other => panic!("{other:?}"),
        }
    }
}
