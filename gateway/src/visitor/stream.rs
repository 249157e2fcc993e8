//! The same session over an event stream and POST, where sockets are blocked. A POST needs nothing of its stream:
//! any node takes it and answers it, and the news of it reaches the stream wherever that is.

use std::{convert::Infallible, future::ready, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use chat::Subscription;
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    address::Address,
    frame,
    gate::Gate,
    packet::Packet,
    post,
    session::{Refusal, Session},
    view,
};

/// Frames that wait for a reader; beyond it the stream ends and the client resumes.
const WAITING: usize = 64;
/// Frames one POST may carry.
const POSTED: usize = 20;

/// `POST /v1/visitor/stream`
pub(crate) async fn open(State(gate): State<Gate>, Address(address): Address, headers: HeaderMap, body: Bytes) -> Response {
    let hello: frame::Hello = match frame::parse(&String::from_utf8_lossy(&body)) {
        Ok(hello) => hello,
        Err(sentence) => return refusal(StatusCode::BAD_REQUEST, "bad_frame", &sentence, None),
    };
    match Session::begin(gate, hello, origin(&headers), address).await {
        Ok((session, ear, first)) => {
            let (down, out) = mpsc::channel(WAITING);
            tokio::spawn(converse(session, ear, first, down));
            let events = futures_util::stream::unfold(out, |mut out| async move {
                let packet: Packet = out.recv().await?;
                Some((Ok::<_, Infallible>(Event::default().data(packet.text())), out))
            });
            let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
            response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
            response
        }
        Err(refused) => refuse(&refused),
    }
}

/// `POST /v1/visitor/send`
pub(crate) async fn send(State(gate): State<Gate>, Address(address): Address, headers: HeaderMap, body: Bytes) -> Response {
    let post: frame::Post = match serde_json::from_slice(&body) {
        Ok(post) => post,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, "bad_frame", &format!("The body cannot be read: {error}."), None),
    };
    if post.frames.len() > POSTED {
        return refusal(StatusCode::BAD_REQUEST, "bad_frame", "A POST carries at most 20 frames.", None);
    }
    let token = post.hello.token.clone().unwrap_or_default();
    match Session::visit(gate, post.hello, origin(&headers), address).await {
        Ok((session, _)) if !session.holds(&token) => no_session(),
        Ok((session, _)) => ([(header::CONTENT_TYPE, "application/json")], post::answer(session, post.frames)).into_response(),
        Err(refused) => refuse(&refused),
    }
}

async fn converse(mut session: Session, mut ear: Subscription, first: Vec<Packet>, down: mpsc::Sender<Packet>) {
    let slow = Duration::from_secs(u64::from(session.slow_s()));
    let drain = session.drain();
    let mut staffed = session.staffed().await;
    let mut out = first;
    loop {
        for packet in out {
            if down.send_timeout(packet, slow).await.is_err() {
                return;
            }
        }
        let next = tokio::select! {
            heard = ear.next() => session.heard(heard).await,
            Ok(()) = staffed.changed() => Ok(session.desk(&mut staffed)),
            () = ready(()), if session.owes() => session.more().await,
            () = down.closed() => return,
            () = drain.cancelled() => {
                drop(down.try_send(session.bye()));
                return;
            }
        };
        out = match next {
            Ok(out) => out,
            Err(error) => return tracing::warn!(%error, "a stream ended: the record could not be read; its client resumes"),
        };
    }
}

pub(super) fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get("origin").and_then(|origin| origin.to_str().ok())
}

pub(super) fn refuse(refused: &Refusal) -> Response {
    let sentence = crate::words::say(refused.locale, refused.code);
    refusal(status_of(refused.code), refused.code, sentence, refused.retry_ms)
}

/// Whoever asks has not been welcomed.
pub(super) fn no_session() -> Response {
    refusal(StatusCode::FORBIDDEN, "no_session", "The token is not the one that the welcome gave: say hello anew.", None)
}

/// The HTTP status of a refusal.
pub(super) fn status_of(code: &str) -> StatusCode {
    match code {
        "unknown_inbox" => StatusCode::NOT_FOUND,
        "origin" => StatusCode::FORBIDDEN,
        "slow_down" => StatusCode::TOO_MANY_REQUESTS,
        "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

pub(super) fn refusal(status: StatusCode, code: &str, sentence: &str, retry_ms: Option<i64>) -> Response {
    let frame = view::error(code, sentence, json!({}), retry_ms);
    let value: serde_json::Value = serde_json::from_str(&frame).unwrap_or_default();
    (status, Json(value)).into_response()
}
