//! A WebSocket that holds nothing while nothing is said.
//!
//! The protocol is tungstenite's. What it keeps of a socket, over a kilobyte, matters while a frame comes or goes; between frames
//! there is nothing in it that another would not have, so it is dropped there and made again for the next frame.

use std::{
    future::poll_fn,
    io::{self, ErrorKind, Read, Write},
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;
use tungstenite::{
    Error, Message,
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext},
};

use super::packet::Packet;

/// Read at once, in bytes; most frames of visitors are shorter.
const READ: usize = 1_024;

/// What may wait for a reader, in bytes. Every frame is flushed before the next, so this is one frame; a page of history is less.
const MAX_UNSENT: usize = 2 * 1024 * 1024;

/// What carries a socket.
pub(super) enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Io {
    fn poll_read(&mut self, context: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(io) => Pin::new(io).poll_read(context, room),
            Self::Tls(io) => Pin::new(io).poll_read(context, room),
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(io) => Pin::new(io).poll_write(context, bytes),
            Self::Tls(io) => Pin::new(io).poll_write(context, bytes),
        }
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(io) => Pin::new(io).poll_flush(context),
            Self::Tls(io) => Pin::new(io).poll_flush(context),
        }
    }

    fn poll_shutdown(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(io) => Pin::new(io).poll_shutdown(context),
            Self::Tls(io) => Pin::new(io).poll_shutdown(context),
        }
    }

    /// What came first after a silence; nothing is the end.
    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        let mut room = [MaybeUninit::uninit(); READ];
        let mut room = ReadBuf::uninit(&mut room);
        ready!(self.poll_read(context, &mut room))?;
        // With room for what the protocol reads next.
        let mut first = Vec::with_capacity(READ);
        first.extend_from_slice(room.filled());
        Poll::Ready(Ok(first))
    }
}

/// A socket between its frames, or in the middle of one.
pub(super) struct WebSocket {
    io: Io,
    max_frame: usize,
    state: Option<Box<State>>,
    /// The rest of a packet that the other side does not take yet; nothing is said before it.
    unsent: Option<Box<Bytes>>,
}

/// What there is to remember in the middle of a frame, of a message in pieces, or of what the other side does not take yet.
struct State {
    protocol: WebSocketContext,
    /// Bytes that were read.
    read: usize,
    /// Bytes of the frames that were told of. Fewer than were read while one is not whole.
    told: usize,
}

impl WebSocket {
    /// `part` was read already; `max_frame` is the largest message in bytes.
    pub(super) fn new(io: Io, part: Vec<u8>, max_frame: usize) -> Self {
        let mut socket = Self { io, max_frame, state: None, unsent: None };
        if !part.is_empty() {
            socket.state(part);
        }
        socket
    }

    /// The next message; `None` when the socket has ended. Pings are answered. Cancel-safe.
    pub(super) async fn recv(&mut self) -> Option<Result<Message, Error>> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// Sends a message, however long the other side takes for it.
    pub(super) async fn send(&mut self, message: Message) -> Result<(), Error> {
        let mut message = Some(message);
        poll_fn(|context| Poll::Ready(message.take().map_or(Ok(()), |message| self.put(context, message)))).await?;
        self.flush().await
    }

    /// Says why nothing more is understood and ends its side; what still comes is not looked at: RFC 6455, section 7.1.7.
    pub(super) async fn fail(&mut self, why: CloseFrame) -> Result<(), Error> {
        self.send(Message::Close(Some(why))).await?;
        poll_fn(|context| self.io.poll_shutdown(context)).await?;
        while !poll_fn(|context| self.io.poll_first(context)).await?.is_empty() {}
        Ok(())
    }

    /// Waits until everything that was put is with the kernel.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Sends a packet, however long the other side takes for it.
    pub(super) async fn deliver(&mut self, packet: &Packet, packs: bool) -> Result<(), Error> {
        if self.offer(packet, packs).await? { Ok(()) } else { self.flush().await }
    }

    /// Gives a packet to the kernel as far as it takes it now; whether it took all of it. Else the rest must be flushed.
    pub(super) async fn offer(&mut self, packet: &Packet, packs: bool) -> Result<bool, Error> {
        poll_fn(|context| {
            Poll::Ready(match self.poll_offer(context, packet, packs) {
                Poll::Ready(taken) => taken.map(|()| true),
                Poll::Pending => Ok(false),
            })
        })
        .await
    }

    fn poll_offer(&mut self, context: &mut Context<'_>, packet: &Packet, packs: bool) -> Poll<Result<(), Error>> {
        self.rest(context);
        if self.state.is_some() || self.unsent.is_some() {
            self.put(context, packet.message(packs))?;
            return self.poll_flush(context);
        }
        // Nobody is in the middle of anything, and the packet is a whole frame.
        let frame = packet.frame(packs);
        let taken = match self.io.poll_write(context, frame) {
            Poll::Ready(taken) => taken?,
            Poll::Pending => 0,
        };
        if taken < frame.len() {
            self.unsent = Some(Box::new(frame.slice(taken..)));
        }
        self.poll_flush(context)
    }

    /// Writes a message, or keeps it to be flushed.
    fn put(&mut self, context: &mut Context<'_>, message: Message) -> Result<(), Error> {
        match self.with(context, |protocol, now| protocol.write(now, message)) {
            Poll::Ready(Err(Error::ConnectionClosed)) | Poll::Pending => Ok(()),
            Poll::Ready(put) => put,
        }
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Self { io, unsent, .. } = self;
        ready!(poll_unsent(io, context, unsent))?;
        if self.state.is_none() {
            return self.io.poll_flush(context).map_err(Error::from);
        }
        let flushed = ready!(self.with(context, |protocol, now| protocol.flush(now)));
        self.rest(context);
        Poll::Ready(match flushed {
            // Its closing was answered, and that was the last to say.
            Err(Error::ConnectionClosed) => Ok(()),
            flushed => flushed,
        })
    }

    fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        self.rest(context);
        if self.state.is_none() {
            match ready!(self.io.poll_first(context)) {
                Ok(part) if part.is_empty() => return Poll::Ready(None),
                Ok(part) => drop(self.state(part)),
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
        match ready!(self.with(context, |protocol, now| protocol.read(now))) {
            Ok(message) => {
                self.state(Vec::new()).told += framed(message.len());
                Poll::Ready(Some(Ok(message)))
            }
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => Poll::Ready(None),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }

    /// Forgets what nothing is in: all that was read was told of, and all that was said is out. A message in pieces has more bytes
    /// than are counted for it, so a socket that sends one keeps its state.
    fn rest(&mut self, context: &mut Context<'_>) {
        let whole = |state: &State| state.read == state.told && state.protocol.can_write();
        if self.state.as_deref().is_some_and(whole)
            && matches!(self.with(context, |protocol, now| protocol.flush(now)), Poll::Ready(Ok(())))
        {
            self.state = None;
        }
    }

    /// Does something with the protocol, on this socket, now.
    fn with<T>(
        &mut self,
        context: &mut Context<'_>,
        act: impl FnOnce(&mut WebSocketContext, &mut Now<'_, '_>) -> Result<T, Error>,
    ) -> Poll<Result<T, Error>> {
        self.state(Vec::new());
        let Self { io, state: Some(state), unsent, .. } = self else { return Poll::Pending };
        let State { protocol, read, .. } = &mut **state;
        match act(protocol, &mut Now { io, context, read, unsent }) {
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
            done => Poll::Ready(done),
        }
    }

    /// What is remembered; if it is nothing, then from now on, with what was read.
    fn state(&mut self, part: Vec<u8>) -> &mut State {
        let max_frame = self.max_frame;
        self.state.get_or_insert_with(|| {
            let limits = WebSocketConfig::default()
                .read_buffer_size(READ)
                .write_buffer_size(0)
                .max_write_buffer_size(MAX_UNSENT.max(max_frame + 1_024))
                .max_message_size(Some(max_frame))
                .max_frame_size(Some(max_frame));
            let read = part.len();
            Box::new(State { protocol: WebSocketContext::from_partially_read(part, Role::Server, Some(limits)), read, told: 0 })
        })
    }
}

/// Bytes of a client's frame around `payload`: RFC 6455, section 5.2.
fn framed(payload: usize) -> usize {
    let length = match payload {
        0..126 => 0,
        126..65_536 => 2,
        _ => 8,
    };
    2 + length + 4 + payload
}

/// A socket at this moment: what it cannot do at once, it would block for, and the task is woken when it can.
struct Now<'now, 'task> {
    io: &'now mut Io,
    context: &'now mut Context<'task>,
    read: &'now mut usize,
    unsent: &'now mut Option<Box<Bytes>>,
}

/// Writes what is left of a packet.
fn poll_unsent(io: &mut Io, context: &mut Context<'_>, unsent: &mut Option<Box<Bytes>>) -> Poll<io::Result<()>> {
    while let Some(rest) = unsent {
        match ready!(io.poll_write(context, rest))? {
            0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
            taken if taken == rest.len() => *unsent = None,
            taken => drop(rest.split_to(taken)),
        }
    }
    Poll::Ready(Ok(()))
}

fn at_once<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(done) => done,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}

impl Read for Now<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut room = ReadBuf::new(room);
        at_once(self.io.poll_read(self.context, &mut room))?;
        *self.read += room.filled().len();
        Ok(room.filled().len())
    }
}

impl Write for Now<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        at_once(poll_unsent(self.io, self.context, self.unsent))?;
        at_once(self.io.poll_write(self.context, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        at_once(self.io.poll_flush(self.context))
    }
}

#[cfg(test)]
mod tests;
