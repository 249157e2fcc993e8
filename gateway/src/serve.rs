//! The HTTP server: every route of the house, and how it ends.

use std::{
    future::Future,
    io::{Write as _, stdout},
    net::SocketAddr,
    time::Duration,
};

use axum::{Router, middleware, response::Redirect, routing::get, serve::ListenerExt};
use console::Console;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    config::{Config, Role},
    first::Home,
    guide, headers, health,
    page::{self, Pages},
    rest,
    visitor::{self, Gate},
    widget,
};

/// Every route of the roles this process plays.
pub(crate) fn app(config: &Config, home: &Home, gate: Gate, console: Console) -> anyhow::Result<Router> {
    let mut app = health::router(gate.chat.clone(), gate.drain.clone());
    if config.plays(Role::Gateway) {
        let pages = Pages::embedded()?;
        app = app.merge(widget::router()).merge(page::router(pages.clone(), home.inbox, gate.chat.clone())).merge(guide::router(pages));
        app = app.nest("/v1/visitor", visitor::router(gate));
    }
    if config.plays(Role::Console) {
        app = app.merge(console.router()).route("/", get(|| async { Redirect::to("/console/") }));
    }
    Ok(app
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers::secure))
        .layer(CatchPanicLayer::custom(headers::panicked))
        .layer(middleware::from_fn(rest::read_on)))
}

/// Serves until `asked` resolves: then no new connections, clients are told when to come back, and what runs may end.
pub(crate) async fn run(
    listener: TcpListener,
    app: Router,
    stopping: CancellationToken,
    asked: impl Future<Output = ()>,
    drain_s: u32,
) -> anyhow::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection delays small frames");
        }
    });
    let token = stopping.clone();
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { token.cancelled().await });
    let deadline = async {
        asked.await;
        tracing::info!("asked to stop");
        stopping.cancel();
        tokio::time::sleep(Duration::from_secs(u64::from(drain_s))).await;
    };
    tokio::select! {
        done = async { server.await } => done?,
        () = deadline => tracing::warn!(drain.s = drain_s, "some connections did not end in time"),
    }
    Ok(())
}

/// Where people reach this server.
pub(crate) fn base(config: &Config) -> String {
    if config.public_url.is_empty() { format!("http://{}", config.listen) } else { config.public_url.trim_end_matches('/').to_owned() }
}

/// The three links of a start.
pub(crate) fn announce(config: &Config, listener: &TcpListener, setup: Option<String>) -> anyhow::Result<()> {
    let base = if config.public_url.is_empty() { format!("http://{}", listener.local_addr()?) } else { base(config) };
    let console = setup.map_or("/console".to_owned(), |path| format!("{path}   (one-time link: makes the first owner)"));
    let text = format!("Warbler is running.\n  demo page   {base}/demo\n  console     {base}{console}\n  guide       {base}/guide\n");
    // A server goes on if nobody reads this.
    if let Err(error) = stdout().write_all(text.as_bytes()) {
        tracing::debug!(%error, "the links of the start were not printed");
    }
    Ok(())
}
