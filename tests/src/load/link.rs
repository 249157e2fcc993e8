//! One connection from a source address of its own, with no buffer while nothing comes.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpSocket;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::frames::{self, Cutter, Framing, Incoming};

/// Source addresses connections are spread over: each has about 28,000 ports.
const SOURCES: usize = 64;

thread_local! {
    /// All connections of a thread read into the same bytes, one after the other.
    static BYTES: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 * 1024]);
}

/// Why a connection ended: the close code, if one was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed(pub Option<u16>);

/// The side that writes; any task may.
#[derive(Clone, Debug)]
pub struct Writer {
    half: Arc<OwnedWriteHalf>,
    framing: Framing,
}

/// The side that reads, and its writer.
#[derive(Debug)]
pub struct Link {
    half: OwnedReadHalf,
    cutter: Cutter,
    /// The side that writes.
    pub writer: Writer,
}

impl Link {
    /// Connects as the `n`th client; `path` is asked for as a WebSocket.
    pub async fn open(address: SocketAddr, framing: Framing, path: &str, n: usize) -> Result<Link> {
        let socket = TcpSocket::new_v4()?;
        let source = Ipv4Addr::new(127, 0, 1, (n % SOURCES) as u8 + 1);
        socket.bind(SocketAddr::new(IpAddr::V4(source), 0)).context("no port is left on this source address")?;
        let mut stream = socket.connect(address).await.context("the connection was refused")?;
        stream.set_nodelay(true)?;
        if framing == Framing::WebSocket {
            stream.write_all(&frames::request(&address.to_string(), path)).await?;
            let mut head = Vec::with_capacity(512);
            let begin = loop {
                if stream.read_buf(&mut head).await? == 0 {
                    bail!("the connection was closed before it was a WebSocket");
                }
                if let Some(end) = head.windows(4).position(|end| end == b"\r\n\r\n") {
                    break end + 4;
                }
            };
            if !head.starts_with(b"HTTP/1.1 101") {
                bail!("no WebSocket: {}", String::from_utf8_lossy(&head).lines().next().unwrap_or_default());
            }
            return Ok(Link::of(stream, framing, &head[begin..]));
        }
        Ok(Link::of(stream, framing, &[]))
    }

    fn of(stream: tokio::net::TcpStream, framing: Framing, early: &[u8]) -> Link {
        let (half, writer) = stream.into_split();
        Link { half, cutter: Cutter::new(framing, early), writer: Writer { half: Arc::new(writer), framing } }
    }

    /// Waits for bytes and gives every message that is whole.
    pub async fn take(&mut self, mut each: impl FnMut(&[u8])) -> Result<(), Closed> {
        let (mut pong, mut end) = (None, None);
        let mut sort = |incoming: Incoming<'_>| match incoming {
            Incoming::Text(text) => each(text),
            Incoming::Ping(bytes) => pong = Some(frames::pong(bytes)),
            Incoming::Close(code) => end = Some(Closed(code)),
        };
        let (half, cutter) = (&mut self.half, &mut self.cutter);
        let read = match cutter.early() {
            true => {
                cutter.feed(&[], &mut sort);
                Ok(1)
            }
            false => {
                poll_fn(|context| {
                    BYTES.with_borrow_mut(|bytes| {
                        let mut buffer = ReadBuf::new(bytes);
                        match Pin::new(&mut *half).poll_read(context, &mut buffer) {
                            Poll::Pending => Poll::Pending,
                            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                            Poll::Ready(Ok(())) => {
                                cutter.feed(buffer.filled(), &mut sort);
                                Poll::Ready(Ok(buffer.filled().len()))
                            }
                        }
                    })
                })
                .await
            }
        };
        if let Some(pong) = pong {
            self.writer.bytes(&pong).await.map_err(|_| Closed(None))?;
        }
        match (end, read) {
            (Some(end), _) => Err(end),
            (None, Ok(0) | Err(_)) => Err(Closed(None)),
            (None, Ok(_)) => Ok(()),
        }
    }
}

impl Writer {
    /// Sends one message.
    pub async fn send(&self, message: &[u8]) -> io::Result<()> {
        self.bytes(&frames::message(self.framing, message)).await
    }

    /// Sends one message at once, or says that there is no room for it.
    pub fn now(&self, message: &[u8]) -> bool {
        let bytes = frames::message(self.framing, message);
        self.half.try_write(&bytes).is_ok_and(|written| written == bytes.len())
    }

    /// Says a polite goodbye.
    pub async fn close(&self) -> io::Result<()> {
        match self.framing {
            Framing::WebSocket => self.bytes(&frames::close()).await,
            Framing::Nats => Ok(()),
        }
    }

    async fn bytes(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.half.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.half.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
