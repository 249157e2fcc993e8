//! The same session by asking again and again, where networks hold back whatever is not at its end. Each answer is whole and ends;
//! between two of them nothing is kept here, so any node takes the next one: cursors say what of the record is missing.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chat::{Heard, News, Subscription};
use tokio::time::{Instant, timeout_at};

use super::{
    address::Address,
    frame::{self, Polled},
    gate::Gate,
    packet::Packet,
    session::Session,
    stream,
};

/// What comes within this time of the first news belongs to the same answer.
const TOGETHER: Duration = Duration::from_millis(40);
/// Bytes of an answer, about; the rest is asked for with the next one.
const MOST: usize = 512 * 1024;

/// `POST /v1/visitor/poll`
pub(crate) async fn ask(State(gate): State<Gate>, Address(address): Address, headers: HeaderMap, body: Bytes) -> Response {
    let mut hello: frame::Hello = match frame::parse(&String::from_utf8_lossy(&body)) {
        Ok(hello) => hello,
        Err(sentence) => return stream::refusal(StatusCode::BAD_REQUEST, "bad_frame", &sentence, None),
    };
    let polled = hello.poll.take();
    let token = hello.token.clone().unwrap_or_default();
    let hold = Duration::from_secs(u64::from(gate.config.beat_s));
    let asked_at = gate.chat.now();
    let (mut session, mut ear, first) = match Session::begin(gate, hello, stream::origin(&headers), address).await {
        Ok(begun) => begun,
        Err(refused) => return stream::refuse(&refused),
    };
    if polled.is_some() && !session.holds(&token) {
        return stream::no_session();
    }
    let mut answer = Answer { frames: first, since: asked_at, mark: String::new() };
    let made = match polled {
        None => answer.rest(&mut session).await,
        Some(polled) => answer.again(&mut session, &mut ear, &polled, hold).await,
    };
    match made {
        Ok(()) => answer.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a poll ended: the record could not be read; its client asks again");
            stream::refuse(&session.refusal("unavailable", 1013, Some(2_000)))
        }
    }
}

/// What one poll is answered with.
struct Answer {
    frames: Vec<Packet>,
    /// Told again with the next poll: what began since is looked for.
    since: i64,
    /// How the conversations stood.
    mark: String,
}

impl Answer {
    /// Everything that the first part left out, as far as an answer should reach.
    async fn rest(&mut self, session: &mut Session) -> chat::Result<()> {
        while session.owes() && self.bytes() < MOST {
            let more = session.more().await?;
            self.frames.extend(more);
        }
        Ok(())
    }

    /// What came since the last one, or else the next that comes.
    async fn again(&mut self, session: &mut Session, ear: &mut Subscription, polled: &Polled, hold: Duration) -> chat::Result<()> {
        // It was welcomed already.
        self.frames.remove(0);
        session.began_at = polled.since;
        // As after an interruption: what began meanwhile, and how everything stands.
        let (state, news): (Vec<_>, Vec<_>) = session.heard(Heard::Missed).await?.into_iter().partition(is_status);
        self.frames.extend(news);
        self.rest(session).await?;
        self.mark = mark(&state);
        if self.mark != polled.mark {
            self.frames.extend(state);
        }
        let mut until = Instant::now() + if self.frames.is_empty() { hold } else { Duration::ZERO };
        let drain = session.drain();
        while self.bytes() < MOST {
            let heard = tokio::select! {
                heard = timeout_at(until, ear.next()) => heard,
                () = drain.cancelled() => {
                    self.frames.push(session.bye());
                    break;
                }
            };
            let Ok(heard) = heard else { break };
            // Words that stream are not for who waits for whole answers.
            if matches!(&heard, Heard::News(news) if matches!(&**news, News::Draft { .. } | News::DraftEnd { .. })) {
                continue;
            }
            let came = session.heard(heard).await?;
            if came.iter().any(is_status) {
                // The next answer finds it anew, however many come now.
                self.mark.clear();
            }
            if self.frames.is_empty() && !came.is_empty() {
                until = Instant::now() + TOGETHER;
            }
            self.frames.extend(came);
            self.rest(session).await?;
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.frames.iter().map(|packet| packet.text().len()).sum()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let frames: Vec<&str> = self.frames.iter().map(Packet::text).collect();
        let body = format!("{{\"frames\":[{}],\"since\":{},\"mark\":\"{}\"}}", frames.join(","), self.since, self.mark);
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

fn is_status(packet: &Packet) -> bool {
    packet.text().contains("\"t\":\"status\"")
}

fn mark(state: &[Packet]) -> String {
    let mut hasher = DefaultHasher::new();
    state.iter().for_each(|packet| packet.text().hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}
