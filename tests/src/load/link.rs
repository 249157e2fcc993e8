//! One connection from a source address of its own, with no buffer while nothing comes.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use anyhow::{Context as _, Result, bail};
use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

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
    half: Up,
    framing: Framing,
}

#[derive(Clone, Debug)]
enum Up {
    Plain(Arc<OwnedWriteHalf>),
    Tls(Arc<Mutex<WriteHalf<TlsStream<TcpStream>>>>),
}

#[derive(Debug)]
enum Down {
    Plain(OwnedReadHalf),
    Tls(ReadHalf<TlsStream<TcpStream>>),
}

/// The side that reads, and its writer.
#[derive(Debug)]
pub struct Link {
    half: Down,
    cutter: Cutter,
    /// The side that writes.
    pub writer: Writer,
}

impl Link {
    /// Connects as the `n`th client; `path` is asked for as a WebSocket.
    pub async fn open(address: SocketAddr, tls: Option<&TlsConnector>, framing: Framing, path: &str, n: usize) -> Result<Link> {
        let socket = TcpSocket::new_v4()?;
        let source = Ipv4Addr::new(127, 0, 1, (n % SOURCES) as u8 + 1);
        socket.bind(SocketAddr::new(IpAddr::V4(source), 0)).context("no port is left on this source address")?;
        let mut stream = socket.connect(address).await.context("the connection was refused")?;
        stream.set_nodelay(true)?;
        let (down, up, early) = match tls {
            None => {
                let early = begin(&mut stream, address, framing, path).await?;
                let (down, up) = stream.into_split();
                (Down::Plain(down), Up::Plain(Arc::new(up)), early)
            }
            Some(tls) => {
                let mut stream = tls.connect("localhost".try_into()?, stream).await.context("the TLS handshake failed")?;
                let early = begin(&mut stream, address, framing, path).await?;
                let (down, up) = tokio::io::split(stream);
                (Down::Tls(down), Up::Tls(Arc::new(Mutex::new(up))), early)
            }
        };
        Ok(Link { half: down, cutter: Cutter::new(framing, &early), writer: Writer { half: up, framing } })
    }

    /// The socket itself, and what cuts its bytes; a plain one that nobody else writes to.
    pub fn into_std(self) -> Result<(std::net::TcpStream, Cutter)> {
        let Link { half: Down::Plain(down), cutter, writer: Writer { half: Up::Plain(up), .. } } = self else {
            bail!("this is measured on plain sockets only: leave out --tls");
        };
        let up = Arc::into_inner(up).context("somebody else writes to this connection")?;
        Ok((down.reunite(up)?.into_std()?, cutter))
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
                        let read = match half {
                            Down::Plain(half) => Pin::new(half).poll_read(context, &mut buffer),
                            Down::Tls(half) => Pin::new(half).poll_read(context, &mut buffer),
                        };
                        match read {
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
        match &self.half {
            Up::Plain(half) => half.try_write(&bytes).is_ok_and(|written| written == bytes.len()),
            Up::Tls(_) => self.bytes(&bytes).now_or_never().is_some_and(|written| written.is_ok()),
        }
    }

    /// Says a polite goodbye.
    pub async fn close(&self) -> io::Result<()> {
        match self.framing {
            Framing::WebSocket => self.bytes(&frames::close()).await,
            Framing::Nats => Ok(()),
        }
    }

    async fn bytes(&self, mut bytes: &[u8]) -> io::Result<()> {
        let half = match &self.half {
            Up::Plain(half) => half,
            Up::Tls(half) => {
                let mut half = half.lock().await;
                half.write_all(bytes).await?;
                return half.flush().await;
            }
        };
        while !bytes.is_empty() {
            match half.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => half.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Asks for a WebSocket, if that is what is spoken; bytes that came behind the answer.
async fn begin(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), address: SocketAddr, framing: Framing, path: &str) -> Result<Vec<u8>> {
    if framing != Framing::WebSocket {
        return Ok(Vec::new());
    }
    stream.write_all(&frames::request(&address.to_string(), path)).await?;
    stream.flush().await?;
    let mut head = Vec::with_capacity(512);
    let end = loop {
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
    Ok(head.split_off(end))
}
