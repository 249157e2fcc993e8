//! The WebSocket that carries a session: one task, small buffers.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::HeaderMap,
    response::Response,
};
use chat::Subscription;
use futures_util::SinkExt;
use serde_json::json;
use tokio::time::timeout;

use super::{frame, gate::Gate, session::Session, view};

/// The largest frame, in bytes.
pub(super) const MAX_FRAME: usize = 64 * 1024;
const HELLO_WITHIN: Duration = Duration::from_secs(10);

const RESTART: u16 = 1012;
const NO_HELLO: u16 = 4001;
const SLOW: u16 = 4008;
const TOO_LARGE: u16 = 4009;

/// What may wait for a reader, in bytes; a frame that is larger by itself may.
const MAX_UNSENT: usize = 256 * 1024;

/// Why a socket ends.
pub(super) enum End {
    Gone,
    Close(u16, &'static str),
}

pub(crate) async fn open(State(gate): State<Gate>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let origin = headers.get("origin").and_then(|origin| origin.to_str().ok()).map(str::to_owned);
    limited(upgrade, MAX_FRAME).on_upgrade(move |mut socket| async move {
        let end = run(&mut socket, gate, origin).await;
        finish(socket, end).await;
    })
}

/// The library's own buffers are 128 KiB a socket and unbounded: all are set.
pub(super) fn limited(upgrade: WebSocketUpgrade, max_frame: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(2_048)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_UNSENT.max(max_frame + 1_024))
        .max_message_size(max_frame)
        .max_frame_size(max_frame)
}

/// Says why; or answers the other side's closing, which waits to be sent.
pub(super) async fn finish(mut socket: WebSocket, end: End) {
    let closing = async {
        match end {
            End::Close(code, reason) => socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await,
            End::Gone => socket.close().await,
        }
    };
    drop(timeout(Duration::from_secs(2), closing).await);
}

async fn run(socket: &mut WebSocket, gate: Gate, origin: Option<String>) -> End {
    let hello = match timeout(HELLO_WITHIN, next_text(socket)).await {
        Ok(Ok(text)) => text,
        Ok(Err(end)) => return end,
        Err(_) => return End::Close(NO_HELLO, "no hello"),
    };
    let slow = Duration::from_secs(u64::from(gate.config.slow_s));
    let said_hello = hello.contains("\"hello\"");
    let hello: frame::Hello = match frame::parse(&hello) {
        Ok(hello) if said_hello => hello,
        Ok(_) => return refuse(socket, slow, "bad_frame", crate::words::say("en", "hello"), NO_HELLO).await,
        Err(sentence) => return refuse(socket, slow, "bad_frame", &sentence, NO_HELLO).await,
    };
    match Session::begin(gate, hello, origin.as_deref()).await {
        Ok((session, ear, first)) => match send(socket, slow, first).await {
            Ok(()) => converse(socket, session, ear, slow).await,
            Err(end) => end,
        },
        Err(refusal) => {
            let sentence = crate::words::say(refusal.locale, refusal.code);
            refuse(socket, slow, refusal.code, sentence, refusal.close).await
        }
    }
}

/// Frames both ways until one side ends.
async fn converse(socket: &mut WebSocket, mut session: Session, mut ear: Subscription, slow: Duration) -> End {
    let drain = session.drain();
    let mut staffed = session.staffed().await;
    loop {
        let out = tokio::select! {
            text = next_text(socket) => match text {
                Ok(text) => session.frame(&text).await,
                Err(end) => return end,
            },
            heard = ear.next() => session.heard(heard).await,
            Ok(()) = staffed.changed() => session.desk(&mut staffed),
            () = drain.cancelled() => {
                drop(send(socket, slow, vec![session.bye()]).await);
                return End::Close(RESTART, "restart");
            }
        };
        if let Err(end) = send(socket, slow, out).await {
            return end;
        }
    }
}

/// The next frame of text; pings are answered by the library. Cancel-safe.
async fn next_text(socket: &mut WebSocket) -> Result<axum::extract::ws::Utf8Bytes, End> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Binary(_))) => return Ok(axum::extract::ws::Utf8Bytes::from_static("binary")),
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(failed(&error)),
        }
    }
}

/// What to say to a client whose bytes could not be read.
pub(super) fn failed(error: &axum::Error) -> End {
    // A control frame that is too big breaks the protocol; a message over our limit does not.
    match error.to_string().contains("Message too long") {
        true => End::Close(TOO_LARGE, "frame too large"),
        false => End::Gone,
    }
}

/// A reader that does not take a frame in time is closed with a code that says "resume".
async fn send(socket: &mut WebSocket, slow: Duration, out: Vec<String>) -> Result<(), End> {
    for frame in out {
        match timeout(slow, socket.send(Message::Text(frame.into()))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(End::Gone),
            Err(_) => return Err(End::Close(SLOW, "too slow, resume")),
        }
    }
    Ok(())
}

async fn refuse(socket: &mut WebSocket, slow: Duration, code: &'static str, sentence: &str, close: u16) -> End {
    drop(send(socket, slow, vec![view::error(code, sentence, json!({}), None)]).await);
    End::Close(close, code)
}
