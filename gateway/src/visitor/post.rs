//! The answer to a POST, made while it is read: a client that resumes a whole record by one costs no more memory than a socket.

use std::{convert::Infallible, future::ready, mem, vec};

use axum::body::{Body, Bytes};
use futures_util::stream::{self, StreamExt};
use serde_json::value::RawValue;

use super::{packet::Packet, session::Session};

/// Frames that are still to be taken, and how far the answer has come.
struct Answer {
    session: Session,
    frames: vec::IntoIter<Box<RawValue>>,
    /// The frame whose answer goes on.
    open: Option<Box<RawValue>>,
    /// Something was answered already.
    begun: bool,
}

/// Takes what came by POST, at the visitor's own pace: `{"frames":[…]}` with what is answered.
pub(super) fn answer(session: Session, frames: Vec<Box<RawValue>>) -> Body {
    let answer = Answer { session, frames: frames.into_iter(), open: None, begun: false };
    let parts = stream::unfold(answer, |mut answer| async move {
        let packets = answer.packets().await?;
        Some((answer.joined(&packets), answer))
    });
    let fixed = |text: &'static str| stream::iter([Bytes::from_static(text.as_bytes())]);
    Body::from_stream(
        fixed("{\"frames\":[").chain(parts.filter(|part| ready(!part.is_empty()))).chain(fixed("]}")).map(Ok::<_, Infallible>),
    )
}

impl Answer {
    /// What comes next; `None` when every frame is answered.
    async fn packets(&mut self) -> Option<Vec<Packet>> {
        // Nobody comes back for the rest of an answer: it goes on until nothing is owed.
        if let Some(frame) = self.open.as_ref().filter(|_| self.session.owes()) {
            return Some(self.session.posted_more(frame.get()).await);
        }
        let frame = self.frames.next()?;
        let packets = self.session.posted(frame.get()).await;
        self.open = Some(frame);
        Some(packets)
    }

    fn joined(&mut self, packets: &[Packet]) -> Bytes {
        let mut text = String::with_capacity(packets.iter().map(|packet| packet.len() + 1).sum());
        for packet in packets {
            if mem::replace(&mut self.begun, true) {
                text.push(',');
            }
            text.push_str(packet.text());
        }
        text.into()
    }
}
