//! Every message back to its sender over the product's own socket, for outside judges of RFC 6455.

use axum::{extract::Query, response::Response};
use serde::Deserialize;
use tungstenite::Message;

use super::{
    socket::{End, MAX_FRAME, failed, finish},
    upgrade::Upgrade,
    websocket::WebSocket,
};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// The largest message in bytes, where a judge sends larger ones than the product takes.
    max: Option<usize>,
}

/// `GET /v1/visitor/echo?max=`
pub(super) async fn open(Query(asked): Query<Asked>, upgrade: Upgrade) -> Response {
    upgrade.then(asked.max.unwrap_or(MAX_FRAME), |mut socket| async move {
        let end = echo(&mut socket).await;
        finish(&mut socket, end).await;
    })
}

async fn echo(socket: &mut WebSocket) -> End {
    loop {
        match socket.recv().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                if socket.send(message).await.is_err() {
                    return End::Gone;
                }
            }
            Some(Ok(Message::Close(_))) | None => return End::Gone,
            Some(Ok(_)) => {}
            Some(Err(error)) => return failed(&error),
        }
    }
}
