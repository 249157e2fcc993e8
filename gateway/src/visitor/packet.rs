//! A frame on its way to clients: its text is made once and packed once, however many read it.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use axum::body::Bytes;
use flate2::{Compression, write::DeflateEncoder};
use tungstenite::{Message, Utf8Bytes};

/// Below so many bytes packing costs more than it saves.
const PACKED_FROM: usize = 1_024;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Packet(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: Utf8Bytes,
    packed: OnceLock<Option<Bytes>>,
}

impl From<String> for Packet {
    fn from(text: String) -> Self {
        Self(Arc::new(Parts { text: text.into(), packed: OnceLock::new() }))
    }
}

impl Packet {
    /// The frame as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// As a socket carries it; `packs`: this client reads packed frames.
    pub(crate) fn message(&self, packs: bool) -> Message {
        match packs.then(|| self.packed()).flatten() {
            Some(packed) => Message::Binary(packed),
            None => Message::Text(self.0.text.clone()),
        }
    }

    /// Raw DEFLATE (RFC 1951), where that is worth it. The compressor lives only as long as this call: no socket owns one.
    fn packed(&self) -> Option<Bytes> {
        let text = self.0.text.as_bytes();
        if text.len() < PACKED_FROM {
            return None;
        }
        let pack = || {
            let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 2), Compression::default());
            encoder.write_all(text).ok()?;
            encoder.finish().ok().filter(|packed| packed.len() < text.len()).map(Bytes::from)
        };
        self.0.packed.get_or_init(pack).clone()
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
