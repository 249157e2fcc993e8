//! What a client still sends after it was answered. A browser that is sending a large form shows "connection reset" instead of
//! our answer if the connection is closed meanwhile, so the rest is read and thrown away first, within bounds.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::Request,
    http::header,
    middleware::Next,
    response::Response,
};
use futures_util::{Stream, StreamExt as _};
use tokio::{sync::oneshot, time::timeout};

/// The most that is thrown away, in bytes.
const MOST: usize = 256 * 1024 * 1024;
/// The longest it may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// A client that sends nothing for so long waits for the answer.
const PAUSE: Duration = Duration::from_secs(3);

/// Reads to the end what the handler has left of a body, before its answer goes out.
pub(crate) async fn read_on(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who expects to be told to continue sends nothing before the handler reads.
    let waits = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (back, mut rest) = oneshot::channel();
    let lent = Lent { body: Some(body.into_data_stream()), sending: !waits, back: Some(back) };
    let response = next.run(Request::from_parts(parts, Body::from_stream(lent))).await;
    if let Ok(rest) = rest.try_recv()
        && timeout(PATIENCE, throw_away(rest)).await != Ok(true)
    {
        tracing::debug!("a request was answered before its body had ended");
    }
    response
}

/// Whether the end was reached.
async fn throw_away(mut rest: BodyDataStream) -> bool {
    let mut thrown = 0;
    while thrown <= MOST {
        match timeout(PAUSE, rest.next()).await {
            Ok(Some(Ok(bytes))) => thrown += bytes.len(),
            Ok(None) => return true,
            Ok(Some(Err(_))) | Err(_) => return false,
        }
    }
    false
}

/// A body that comes back when the handler lets go of it before its end.
struct Lent {
    body: Option<BodyDataStream>,
    sending: bool,
    back: Option<oneshot::Sender<BodyDataStream>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.sending = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = body.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back), true) = (self.body.take(), self.back.take(), self.sending) {
            drop(back.send(body));
        }
    }
}
