//! The answer to a POST, made while it is read: a client that resumes a whole record by one costs no more memory than a socket.

use std::{convert::Infallible, mem, vec};

use axum::body::{Body, Bytes};
use serde_json::value::RawValue;

use super::{packet::Packet, session::Session};

/// Frames that are still to be taken, and how far the answer has come.
struct Answer {
    session: Session,
    frames: vec::IntoIter<Box<RawValue>>,
    /// The frame whose answer goes on.
    open: Option<Box<RawValue>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Begins,
    First,
    Goes,
    Ended,
}

/// Takes what came by POST, at the visitor's own pace: `{"frames":[…]}` with what is answered.
pub(super) fn answer(session: Session, frames: Vec<Box<RawValue>>) -> Body {
    let answer = Answer { session, frames: frames.into_iter(), open: None, state: State::Begins };
    Body::from_stream(futures_util::stream::unfold(answer, |mut answer| async move {
        let part = answer.part().await?;
        Some((Ok::<_, Infallible>(part), answer))
    }))
}

impl Answer {
    async fn part(&mut self) -> Option<Bytes> {
        match self.state {
            State::Ended => return None,
            State::Begins => {
                self.state = State::First;
                return Some(Bytes::from_static(b"{\"frames\":["));
            }
            State::First | State::Goes => {}
        }
        while let Some(packets) = self.packets().await {
            if !packets.is_empty() {
                return Some(self.joined(&packets));
            }
        }
        self.state = State::Ended;
        Some(Bytes::from_static(b"]}"))
    }

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
        let mut text = String::with_capacity(packets.iter().map(|packet| packet.text().len() + 1).sum());
        for packet in packets {
            if mem::replace(&mut self.state, State::Goes) == State::Goes {
                text.push(',');
            }
            text.push_str(packet.text());
        }
        text.into()
    }
}
