//! The frames of a stream of bytes: WebSocket text, or NATS lines.

/// How messages stand in the bytes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// RFC 6455, unfragmented and uncompressed.
    WebSocket,
    /// The text protocol of NATS.
    Nats,
}

/// What came down, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A message.
    Text(&'a [u8]),
    /// A WebSocket ping, to be answered with the same bytes.
    Ping(&'a [u8]),
    /// The other side closes; a WebSocket may say why.
    Close(Option<u16>),
}

/// The request that opens a WebSocket.
pub fn request(host: &str, path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes()
}

/// A message as a client writes it.
pub fn message(framing: Framing, payload: &[u8]) -> Vec<u8> {
    match framing {
        Framing::WebSocket => frame(0x81, payload),
        Framing::Nats => payload.to_vec(),
    }
}

/// The answer to a WebSocket ping.
pub fn pong(payload: &[u8]) -> Vec<u8> {
    frame(0x8a, payload)
}

/// A polite end of a WebSocket.
pub fn close() -> Vec<u8> {
    frame(0x88, &1000_u16.to_be_bytes())
}

/// Masked, as a client must; a mask of zeros leaves the payload as it is.
fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 14);
    out.push(head);
    match payload.len() {
        short @ 0..=125 => out.push(0x80 | short as u8),
        middle @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend((middle as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend((long as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
    out
}

/// Cuts a stream into messages; it holds bytes only between two parts of one.
#[derive(Debug)]
pub struct Cutter {
    framing: Framing,
    rest: Vec<u8>,
    early: bool,
}

impl Cutter {
    /// A cutter at the beginning of a message, of which some bytes may have come already.
    pub fn new(framing: Framing, early: &[u8]) -> Cutter {
        Cutter { framing, rest: early.to_vec(), early: !early.is_empty() }
    }

    /// Whether bytes came early and nobody has looked at them; true once.
    pub fn early(&mut self) -> bool {
        std::mem::take(&mut self.early)
    }

    /// Takes the next bytes and gives every message that is whole.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Incoming<'_>)) {
        if self.rest.is_empty() {
            let used = self.cut(bytes, &mut each);
            self.rest.extend_from_slice(&bytes[used..]);
            return;
        }
        let mut whole = std::mem::take(&mut self.rest);
        whole.extend_from_slice(bytes);
        let used = self.cut(&whole, &mut each);
        if used < whole.len() {
            self.rest = whole[used..].to_vec();
        }
    }

    fn cut(&self, bytes: &[u8], each: &mut impl FnMut(Incoming<'_>)) -> usize {
        let mut used = 0;
        while let Some((incoming, length)) = match self.framing {
            Framing::WebSocket => web_socket(&bytes[used..]),
            Framing::Nats => nats(&bytes[used..]),
        } {
            each(incoming);
            used += length;
        }
        used
    }
}

fn web_socket(bytes: &[u8]) -> Option<(Incoming<'_>, usize)> {
    let (head, second) = (*bytes.first()?, *bytes.get(1)?);
    let (length, at) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(at..at + length)?;
    let incoming = match head & 0x0f {
        8 => Incoming::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
        9 => Incoming::Ping(payload),
        _ => Incoming::Text(payload),
    };
    Some((incoming, at + length))
}

/// One line, or `MSG` with its payload.
fn nats(bytes: &[u8]) -> Option<(Incoming<'_>, usize)> {
    let line = bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
    if !bytes.starts_with(b"MSG ") {
        return Some((Incoming::Text(&bytes[..line]), line));
    }
    let length: usize = std::str::from_utf8(&bytes[..line - 2]).ok()?.rsplit(' ').next()?.parse().ok()?;
    let whole = bytes.get(..line + length + 2)?;
    Some((Incoming::Text(whole), whole.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(framing: Framing, pieces: &[&[u8]]) -> Vec<String> {
        let mut cutter = Cutter::new(framing, &[]);
        let mut heard = Vec::new();
        for piece in pieces {
            cutter.feed(piece, |incoming| {
                heard.push(match incoming {
                    Incoming::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Incoming::Ping(_) => "ping".to_owned(),
                    Incoming::Close(code) => format!("close {code:?}"),
                });
            });
        }
        assert!(cutter.rest.is_empty());
        heard
    }

    #[test]
    fn messages_are_whole_however_the_bytes_arrive() {
        let long = vec![b'x'; 70_000];
        let mut bytes = b"\x81\x02hi\x89\x00\x81\x7e\x00\x80".to_vec();
        bytes.extend([b'y'; 128]);
        bytes.extend(b"\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70");
        bytes.extend(&long);
        bytes.extend(b"\x88\x02\x03\xf4");
        let expected = ["hi".to_owned(), "ping".to_owned(), "y".repeat(128), "x".repeat(70_000), "close Some(1012)".to_owned()];
        for size in [1, 7, 4096, usize::MAX] {
            let pieces: Vec<&[u8]> = bytes.chunks(size.min(bytes.len())).collect();
            assert_eq!(heard(Framing::WebSocket, &pieces), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn what_a_client_writes_can_be_read() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let written = message(Framing::WebSocket, &vec![b'a'; length]);
            let head = written.len() - length;
            assert_eq!(written[head - 4..head], [0; 4], "{length}");
            assert_eq!(written[1] & 0x80, 0x80, "masked");
        }
    }

    #[test]
    fn nats_payloads_may_hold_line_ends() {
        let bytes = b"PING\r\nMSG _INBOX.1 1 4\r\na\r\nb\r\n+OK\r\n";
        let expected = ["PING\r\n", "MSG _INBOX.1 1 4\r\na\r\nb\r\n", "+OK\r\n"];
        for size in [1, 3, 100] {
            assert_eq!(heard(Framing::Nats, &bytes.chunks(size).collect::<Vec<_>>()), expected);
        }
    }
}
