//! The WebSocket that carries a session: one task, small buffers.

use std::{future::ready, net::IpAddr, sync::Arc, time::Duration};

use axum::{extract::State, http::HeaderMap, response::Response};
use chat::{Heard, Subscription};
use serde_json::json;
use tokio::{sync::watch, time::timeout};
use tokio_util::task::task_tracker::TaskTrackerToken;
use tungstenite::{
    Error, Message, Utf8Bytes,
    error::CapacityError,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{
    address::Address,
    frame,
    gate::Gate,
    packet::Packet,
    seldom::{Bell, Seldom},
    session::Session,
    upgrade::Upgrade,
    view,
    websocket::WebSocket,
};

/// The largest frame, in bytes.
pub(super) const MAX_FRAME: usize = 64 * 1024;
const HELLO_WITHIN: Duration = Duration::from_secs(10);

const PROTOCOL: u16 = 1002;
const NOT_TEXT: u16 = 1007;
const RESTART: u16 = 1012;
const LATER: u16 = 1013;
const NO_HELLO: u16 = 4001;
const SLOW: u16 = 4008;
const TOO_LARGE: u16 = 4009;

/// Why a socket ends.
pub(super) enum End {
    Gone,
    Close(u16, &'static str),
    /// What comes is not the protocol.
    Fail(u16, &'static str),
}

/// Its parts are boxed where they are rare, so that a session that waits is small.
pub(crate) async fn open(State(gate): State<Gate>, Address(address): Address, headers: HeaderMap, upgrade: Upgrade) -> Response {
    let origin = headers.get("origin").and_then(|origin| origin.to_str().ok()).map(str::to_owned);
    let open = gate.sockets.token();
    let from = Box::new(From { gate, origin, address });
    upgrade.then(MAX_FRAME, |socket| talk(socket, from, open))
}

/// Where a socket comes from.
struct From {
    gate: Gate,
    origin: Option<String>,
    address: Option<IpAddr>,
}

/// A session from hello to goodbye; a drain waits for `_open`. What is handed from step to step is boxed: a task keeps room for it
/// at each of them.
async fn talk(mut socket: WebSocket, from: Box<From>, _open: TaskTrackerToken) {
    let end = match Box::pin(begin(&mut socket, from)).await {
        Ok(line) => converse(&mut socket, line).await,
        Err(end) => end,
    };
    Box::pin(finish(&mut socket, end)).await;
}

/// Says why and hears the answer; or answers the other side's closing, which waits to be sent. A socket that is closed while
/// something it was sent is unread takes back what is still on its way out.
pub(super) async fn finish(socket: &mut WebSocket, end: End) {
    let frame = |code: u16, reason: &'static str| CloseFrame { code: CloseCode::from(code), reason: reason.into() };
    let closing = async {
        match end {
            End::Close(code, reason) => {
                drop(socket.send(Message::Close(Some(frame(code, reason)))).await);
                while let Some(Ok(_)) = socket.recv().await {}
            }
            End::Fail(code, reason) => drop(socket.fail(frame(code, reason)).await),
            End::Gone => drop(socket.flush().await),
        }
    };
    drop(timeout(Duration::from_secs(2), closing).await);
}

/// A session on its socket.
struct Line {
    session: Session,
    ear: Subscription,
    slow: Duration,
    packs: bool,
}

async fn begin(socket: &mut WebSocket, from: Box<From>) -> Result<Box<Line>, End> {
    let From { gate, origin, address } = *from;
    let hello = match timeout(HELLO_WITHIN, next_text(socket)).await {
        Ok(text) => text?,
        Err(_) => return Err(End::Close(NO_HELLO, "no hello")),
    };
    let slow = Duration::from_secs(u64::from(gate.config.slow_s));
    let said_hello = hello.contains("\"hello\"");
    let hello: frame::Hello = match frame::parse(&hello) {
        Ok(hello) if said_hello => hello,
        Ok(_) => return Err(refuse(socket, slow, "bad_frame", crate::words::say("en", "hello"), NO_HELLO, None).await),
        Err(sentence) => return Err(refuse(socket, slow, "bad_frame", &sentence, NO_HELLO, None).await),
    };
    let packs = hello.packs();
    match Session::begin(gate, hello, origin.as_deref(), address).await {
        Ok((session, ear, first)) => {
            send(socket, slow, packs, first).await?;
            Ok(Box::new(Line { session, ear, slow, packs }))
        }
        Err(refused) => {
            let sentence = crate::words::say(refused.locale, refused.code);
            Err(refuse(socket, slow, refused.code, sentence, refused.close, refused.retry_ms).await)
        }
    }
}

/// Frames both ways until one side ends.
async fn converse(socket: &mut WebSocket, mut line: Box<Line>) -> End {
    let drain = line.session.drain();
    let mut drained = std::pin::pin!(drain.cancelled());
    let mut staffed = line.session.staffed().await;
    let bell = Arc::<Bell>::default();
    loop {
        let came = {
            let house = std::pin::pin!(async {
                tokio::select! {
                    () = &mut drained => Came::Drain,
                    () = changed(&mut staffed) => Came::Desk,
                }
            });
            let mut house = Seldom::new(house, &bell);
            loop {
                let came = tokio::select! {
                    biased;
                    heard = line.ear.next() => Came::Heard(heard),
                    text = next_text(socket) => match text {
                        Ok(text) => Came::Text(text),
                        Err(end) => return end,
                    },
                    came = &mut house => came,
                    () = ready(()), if line.session.owes() => Came::Owed,
                };
                // What thousands of readers are sent at the same moment takes the short way.
                let Came::Heard(heard) = came else { break came };
                let Some(packet) = line.session.at_once(&heard) else { break Came::Heard(heard) };
                let Some(packet) = packet else { continue };
                match socket.offer(packet, line.packs).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(_) => return End::Gone,
                }
                if let Err(end) = Box::pin(in_time(line.slow, socket.flush())).await {
                    return end;
                }
            }
        };
        if let Err(end) = Box::pin(answer(socket, &mut line, &mut staffed, came)).await {
            return end;
        }
    }
}

/// Ends when a person came or the last one left.
async fn changed(staffed: &mut watch::Receiver<bool>) {
    if staffed.changed().await.is_err() {
        // Nobody tells any more.
        std::future::pending().await
    }
}

/// What a session waits for.
enum Came {
    Text(Utf8Bytes),
    Heard(Heard),
    Desk,
    Drain,
    /// What went out was not all of it.
    Owed,
}

async fn answer(socket: &mut WebSocket, line: &mut Line, staffed: &mut watch::Receiver<bool>, came: Came) -> Result<(), End> {
    let out = match came {
        Came::Text(text) => Ok(line.session.frame(&text).await),
        Came::Heard(heard) => line.session.heard(heard).await,
        Came::Owed => line.session.more().await,
        Came::Desk => Ok(line.session.desk(staffed)),
        Came::Drain => {
            drop(send(socket, line.slow, line.packs, vec![line.session.bye()]).await);
            return Err(End::Close(RESTART, "restart"));
        }
    };
    match out {
        Ok(out) => send(socket, line.slow, line.packs, out).await,
        Err(error) => {
            tracing::warn!(%error, "a session ended: the record could not be read; its client resumes");
            Err(End::Close(LATER, "unavailable, resume"))
        }
    }
}

/// The next frame of text; pings are answered by the library. Cancel-safe.
async fn next_text(socket: &mut WebSocket) -> Result<Utf8Bytes, End> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Binary(_))) => return Ok(Utf8Bytes::from_static("binary")),
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(failed(&error)),
        }
    }
}

/// What to say to a client whose bytes could not be read.
pub(super) fn failed(error: &Error) -> End {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => End::Close(TOO_LARGE, "frame too large"),
        Error::Protocol(_) => End::Fail(PROTOCOL, "not WebSocket"),
        Error::Utf8(_) => End::Fail(NOT_TEXT, "not UTF-8"),
        _ => End::Gone,
    }
}

/// Waits for a slow reader, but not for ever.
async fn in_time(slow: Duration, sent: impl Future<Output = Result<(), Error>>) -> Result<(), End> {
    match timeout(slow, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Close(SLOW, "too slow, resume")),
    }
}

/// A reader that does not take a frame in time is closed with a code that says "resume".
async fn send(socket: &mut WebSocket, slow: Duration, packs: bool, out: Vec<Packet>) -> Result<(), End> {
    for packet in out {
        in_time(slow, socket.deliver(&packet, packs)).await?;
    }
    Ok(())
}

async fn refuse(socket: &mut WebSocket, slow: Duration, code: &'static str, sentence: &str, close: u16, retry_ms: Option<i64>) -> End {
    drop(send(socket, slow, false, vec![view::error(code, sentence, json!({}), retry_ms).into()]).await);
    End::Close(close, code)
}
