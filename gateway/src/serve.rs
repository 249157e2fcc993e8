//! The HTTP server: every route of the house, and how it ends.

use std::{
    future::Future,
    io::{Write as _, stdout},
    net::SocketAddr,
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    response::Redirect,
    routing::get,
    serve::{Listener, ListenerExt},
};
use console::Console;
use knowledge::Knowledge;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer};

use crate::{
    api::{self, Api},
    config::{Config, Role},
    connection,
    first::Home,
    guide, headers, health, help,
    page::{self, Pages},
    rest,
    tls::TlsListener,
    visitor::{self, Gate},
    widget,
};

/// Every route of the roles this process plays.
pub(crate) fn app(config: &Config, home: &Home, gate: Gate, console: Console, knowledge: Knowledge) -> anyhow::Result<Router> {
    let mut app = health::router(gate.chat.clone(), knowledge.clone(), gate.drain.clone());
    if config.plays(Role::Gateway) {
        let pages = Pages::embedded()?;
        let searches =
            help::Searches { limits: gate.limits.clone(), config: config.visitor.clone(), trust_proxy: config.console.trust_proxy };
        app = app.merge(help::router(pages.clone(), gate.chat.clone(), knowledge.clone(), &config.public_url, searches));
        app = app.merge(widget::router()).merge(page::router(pages.clone(), home.inbox, gate.chat.clone())).merge(guide::router(pages));
        app = app.merge(api::router(Api::new(gate.chat.clone(), knowledge, console.clone(), config.api.clone())));
        app = app.nest("/v1/visitor", visitor::router(gate));
    }
    if config.plays(Role::Console) {
        app = app.merge(console.router()).route("/", get(|| async { Redirect::to("/console/") }));
    }
    if let Some(strict) = strict(config)? {
        app = app.layer(SetResponseHeaderLayer::overriding(header::STRICT_TRANSPORT_SECURITY, strict));
    }
    Ok(app
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers::secure))
        .layer(CatchPanicLayer::custom(headers::panicked))
        .layer(middleware::from_fn(rest::read_on)))
}

/// What tells browsers to come by HTTPS only.
fn strict(config: &Config) -> anyhow::Result<Option<HeaderValue>> {
    Ok((config.tls.hsts_s > 0).then(|| format!("max-age={}", config.tls.hsts_s).parse()).transpose()?)
}

/// How a server ends.
pub(crate) struct Drain {
    /// Cancelled when it begins to.
    pub stopping: CancellationToken,
    /// How long it may take.
    pub seconds: u32,
}

/// Serves until `asked` resolves: then no new connections, clients are told when to come back, and what runs may end.
pub(crate) async fn run(listener: TcpListener, app: Router, drain: Drain, asked: impl Future<Output = ()>) {
    run_on(listener.tap_io(|stream| connection::tune(stream)), app, drain, asked).await;
}

/// The same over TLS.
pub(crate) async fn run_tls(listener: TlsListener, app: Router, drain: Drain, asked: impl Future<Output = ()>) {
    run_on(listener, app, drain, asked).await;
}

async fn run_on(listener: impl Listener<Addr = SocketAddr>, app: Router, drain: Drain, asked: impl Future<Output = ()>) {
    let Drain { stopping, seconds } = drain;
    let server = connection::serve(listener, app, stopping.clone(), connection::HEAD);
    let deadline = async {
        asked.await;
        tracing::info!("asked to stop");
        stopping.cancel();
        tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
    };
    tokio::select! {
        () = server => {}
        () = deadline => tracing::warn!(drain.s = seconds, "some connections did not end in time"),
    }
}

/// Where people reach this server.
pub(crate) fn base(config: &Config) -> String {
    if config.public_url.is_empty() {
        format!("{}://{}", scheme(config), config.listen)
    } else {
        config.public_url.trim_end_matches('/').to_owned()
    }
}

fn scheme(config: &Config) -> &'static str {
    if config.tls.is_on() { "https" } else { "http" }
}

/// The three links of a start.
pub(crate) fn announce(config: &Config, listener: &TcpListener, setup: Option<String>) -> anyhow::Result<()> {
    let base = if config.public_url.is_empty() { format!("{}://{}", scheme(config), listener.local_addr()?) } else { base(config) };
    let console = setup.map_or("/console".to_owned(), |path| format!("{path}   (one-time link: makes the first owner)"));
    let text = format!("Warbler is running.\n  demo page   {base}/demo\n  console     {base}{console}\n  guide       {base}/guide\n");
    // A server goes on if nobody reads this.
    if let Err(error) = stdout().write_all(text.as_bytes()) {
        tracing::debug!(%error, "the links of the start were not printed");
    }
    Ok(())
}
