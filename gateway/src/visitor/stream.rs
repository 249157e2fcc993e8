//! The same session over an event stream and POST, where sockets are blocked.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use chat::{Subscription, VisitorId};
use dashmap::DashMap;
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{frame, gate::Gate, session::Session, view};

/// Frames that wait for a reader; beyond it the stream ends and the client resumes.
const WAITING: usize = 64;
/// Frames one POST may carry.
const POSTED: usize = 20;

/// The streams that are open here, by session.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<DashMap<Uuid, Stream>>);

#[derive(Clone)]
struct Stream {
    visitor: VisitorId,
    token: String,
    up: mpsc::Sender<String>,
}

#[derive(Deserialize)]
struct Post {
    session: Uuid,
    frames: Vec<Box<RawValue>>,
}

/// `POST /v1/visitor/stream`
pub(crate) async fn open(State(gate): State<Gate>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body);
    let hello: frame::Hello = match frame::parse(&text) {
        Ok(hello) => hello,
        Err(sentence) => return refusal(StatusCode::BAD_REQUEST, "bad_frame", &sentence),
    };
    let origin = headers.get("origin").and_then(|origin| origin.to_str().ok());
    let streams = gate.streams.clone();
    match Session::begin(gate, hello, origin).await {
        Ok((session, ear, first)) => {
            let (down, out) = mpsc::channel(WAITING);
            let (up, posted) = mpsc::channel(WAITING);
            streams.0.insert(session.id, Stream { visitor: session.visitor, token: session.token(), up });
            tokio::spawn(converse(session, ear, first, posted, down, streams));
            let events = futures_util::stream::unfold(out, |mut out| async move {
                let frame: String = out.recv().await?;
                Some((Ok::<_, Infallible>(Event::default().data(frame)), out))
            });
            let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
            response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
            response
        }
        Err(refused) => refusal(status_of(refused.code), refused.code, crate::words::say(refused.locale, refused.code)),
    }
}

/// `POST /v1/visitor/send`
pub(crate) async fn send(State(gate): State<Gate>, headers: HeaderMap, body: Bytes) -> Response {
    let post: Post = match serde_json::from_slice(&body) {
        Ok(post) => post,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, "bad_frame", &format!("The body cannot be read: {error}.")),
    };
    if post.frames.len() > POSTED {
        return refusal(StatusCode::BAD_REQUEST, "bad_frame", "A POST carries at most 20 frames.");
    }
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    let stream = gate.streams.0.get(&post.session).map(|stream| stream.clone());
    let Some(stream) = stream.filter(|stream| Some(stream.token.as_str()) == token) else {
        return refusal(StatusCode::NOT_FOUND, "no_session", "There is no such stream: open it anew.");
    };
    for frame in post.frames {
        if stream.up.send(frame.get().to_owned()).await.is_err() {
            return refusal(StatusCode::NOT_FOUND, "no_session", "The stream has ended: open it anew.");
        }
    }
    tracing::trace!(visitor.id = %stream.visitor, "frames came by POST");
    StatusCode::NO_CONTENT.into_response()
}

async fn converse(
    mut session: Session,
    mut ear: Subscription,
    first: Vec<String>,
    mut posted: mpsc::Receiver<String>,
    down: mpsc::Sender<String>,
    streams: Streams,
) {
    let slow = Duration::from_secs(u64::from(session.slow_s()));
    let drain = session.drain();
    let mut staffed = session.staffed().await;
    let mut out = first;
    loop {
        let mut open = true;
        for frame in out {
            open = open && down.send_timeout(frame, slow).await.is_ok();
        }
        if !open {
            break;
        }
        out = tokio::select! {
            text = posted.recv() => match text {
                Some(text) => session.frame(&text).await,
                None => break,
            },
            heard = ear.next() => session.heard(heard).await,
            Ok(()) = staffed.changed() => session.desk(&mut staffed),
            () = down.closed() => break,
            () = drain.cancelled() => {
                drop(down.try_send(session.bye()));
                break;
            }
        };
    }
    streams.0.remove(&session.id);
}

/// The HTTP status of a refusal.
pub(super) fn status_of(code: &str) -> StatusCode {
    match code {
        "unknown_inbox" => StatusCode::NOT_FOUND,
        "origin" => StatusCode::FORBIDDEN,
        "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

pub(super) fn refusal(status: StatusCode, code: &str, sentence: &str) -> Response {
    let frame = view::error(code, sentence, json!({}), None);
    let value: serde_json::Value = serde_json::from_str(&frame).unwrap_or_default();
    (status, Json(value)).into_response()
}
