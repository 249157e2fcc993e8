//! From a request to a WebSocket: the handshake of RFC 6455, section 4.2.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tungstenite::handshake::server::create_response;

use super::{
    stream::refusal,
    websocket::{Io, WebSocket},
};

/// A request that may become a WebSocket.
pub(super) struct Upgrade {
    answer: Response,
    connection: OnUpgrade,
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let mut asked = Request::new(());
        asked.method_mut().clone_from(&parts.method);
        *asked.version_mut() = parts.version;
        asked.headers_mut().clone_from(&parts.headers);
        let answer = create_response(&asked).map_err(|error| refuse(&error.to_string()))?;
        let connection = parts.extensions.remove().ok_or_else(|| refuse("this connection cannot change its protocol"))?;
        Ok(Self { answer: answer.map(|()| Body::empty()), connection })
    }
}

impl Upgrade {
    /// Answers the request, and gives the socket to `talk` once the answer is out.
    pub(super) fn then<Talk, Fut>(self, max_frame: usize, talk: Talk) -> Response
    where
        Talk: FnOnce(WebSocket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let Self { answer, connection } = self;
        tokio::spawn(async move {
            match taken(connection).await {
                // A task keeps room for each of its steps as long as it lives: the talk has one of its own.
                Some((io, part)) => drop(tokio::spawn(talk(WebSocket::new(io, part, max_frame)))),
                None => tracing::debug!("a connection ended before it was a WebSocket"),
            }
        });
        answer
    }
}

/// The connection itself, out of the server's hands, and what of it was read already.
async fn taken(connection: OnUpgrade) -> Option<(Io, Vec<u8>)> {
    let upgraded = connection.await.ok()?;
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => Some((Io::Plain(parts.io.into_inner()), parts.read_buf.into())),
        Err(upgraded) => {
            let parts = upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>().ok()?;
            Some((Io::Tls(Box::new(parts.io.into_inner())), parts.read_buf.into()))
        }
    }
}

fn refuse(why: &str) -> Response {
    let sentence = format!("This address speaks WebSocket, version 13 (RFC 6455): {why}.");
    let mut response = refusal(StatusCode::UPGRADE_REQUIRED, "bad_frame", &sentence, None).into_response();
    response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response
}
