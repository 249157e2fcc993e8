//! The visitor's wire as docs/PROTOCOL.md describes it, over every transport.

mod bearers;
mod held;
mod hostile;
mod killed;
mod limits;
mod newcomers;
mod sessions;
mod story;
mod tls;

use anyhow::Result;
use chat::testing::Engine;
use tests::server::{Plan, Server};
use tests::visitor::{Transport, Visitor};

/// A server whose limits do not slow a test down.
async fn server(engine: Engine) -> Server {
    Plan::new().on(engine).unlimited().start().await.unwrap()
}

async fn visitor(server: &Server, transport: Transport) -> Result<Visitor> {
    let mut visitor = Visitor::new(&server.base(), &server.inbox().await?).over(transport);
    visitor.connect().await?;
    Ok(visitor)
}
