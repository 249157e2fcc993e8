//! An answer as server-sent events, and the notice that a client has gone.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::json;

use super::{Behaviour, Kind, Model};

const MEGABYTES: usize = 20;

/// Counts a stream as open while it lives, and as closed early when it dies before its end.
pub(super) struct Watch {
    model: Model,
    words: u64,
    ended: bool,
}

impl Watch {
    pub(super) fn new(model: Model) -> Self {
        model.with(|inner| inner.stats.open += 1);
        Self { model, words: 0, ended: false }
    }

    pub(super) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let (words, ended) = (self.words, self.ended);
        self.model.with(|inner| {
            inner.stats.open = inner.stats.open.saturating_sub(1);
            if ended { inner.stats.completed += 1 } else { inner.stats.close(words) }
        });
    }
}

/// What is sent, piece by piece.
enum Piece {
    Bytes(Bytes),
    Pause(Duration),
    Stall,
    Break,
}

/// Streams `text` in the way the behaviour asks for.
pub(super) fn respond(model: Model, behaviour: Behaviour, text: String) -> Response {
    let pieces = pieces(&behaviour, &text);
    let watch = Watch::new(model);
    let body = stream::unfold((pieces, watch), |(mut pieces, mut watch)| async move {
        loop {
            match pieces.next() {
                Some(Piece::Bytes(bytes)) => {
                    watch.words += 1;
                    watch.model.spoke();
                    return Some((Ok(bytes), (pieces, watch)));
                }
                Some(Piece::Pause(pause)) => tokio::time::sleep(pause).await,
                Some(Piece::Stall) => std::future::pending::<()>().await,
                Some(Piece::Break) => {
                    watch.ended = true;
                    return Some((Err(std::io::Error::other("told to break")), (pieces, watch)));
                }
                None => {
                    watch.end();
                    return None;
                }
            }
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

type Pieces = Box<dyn Iterator<Item = Piece> + Send>;

fn pieces(behaviour: &Behaviour, text: &str) -> Pieces {
    let first = std::iter::once(Piece::Pause(behaviour.first()));
    let delay = behaviour.delay();
    let words = words(text);
    let half = words.len() / 2;
    let spoken = words.into_iter().flat_map(move |word| [Piece::Bytes(chunk(&word)), Piece::Pause(delay)]);
    let done = std::iter::once(Piece::Bytes(Bytes::from_static(b"data: [DONE]\n\n")));
    match behaviour.kind {
        Kind::StallFirst => Box::new(first.chain([Piece::Stall])),
        Kind::StallMid => Box::new(first.chain(spoken.take(half.max(1) * 2)).chain([Piece::Stall])),
        Kind::Drop => Box::new(first.chain(spoken.take(half.max(1) * 2)).chain([Piece::Break])),
        Kind::Garbage => {
            Box::new(first.chain([Piece::Bytes(Bytes::from_static(b"\x00\xff<html>this is no stream\n\ndata: {]\n\nevent: x\n\n"))]))
        }
        Kind::BrokenJson => {
            Box::new(first.chain([Piece::Bytes(Bytes::from_static(b"data: {\"choices\":[{\"delta\":{\"content\":\n\n"))]).chain(done))
        }
        Kind::Empty => Box::new(first.chain(done)),
        Kind::Huge => Box::new(first.chain(huge()).chain(done)),
        Kind::Flood => Box::new(first.chain(flood())),
        _ => Box::new(first.chain(spoken).chain(done)),
    }
}

/// 20 MB of valid events.
fn huge() -> impl Iterator<Item = Piece> {
    let event = chunk(&"words and more words ".repeat(200));
    let count = MEGABYTES * 1_000_000 / event.len();
    std::iter::repeat_with(move || Piece::Bytes(event.clone())).take(count)
}

/// 20 MB of one line that never ends.
fn flood() -> impl Iterator<Item = Piece> {
    let block = Bytes::from("x".repeat(100_000));
    let start = std::iter::once(Piece::Bytes(Bytes::from_static(b"data: ")));
    start.chain(std::iter::repeat_with(move || Piece::Bytes(block.clone())).take(MEGABYTES * 10))
}

fn chunk(content: &str) -> Bytes {
    let event = json!({ "id": "scripted", "object": "chat.completion.chunk", "model": "scripted",
        "choices": [{ "index": 0, "delta": { "content": content } }] });
    Bytes::from(format!("data: {event}\n\n"))
}

/// Words with the space after them; Chinese two characters at a time.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        let wide = |c: char| !c.is_ascii();
        let joins = words.last().is_some_and(|word| match word.chars().next_back() {
            Some(last) if last.is_whitespace() => c.is_whitespace(),
            Some(last) if wide(last) => wide(c) && word.chars().count() < 2,
            _ => !wide(c),
        });
        match words.last_mut() {
            Some(word) if joins => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}
