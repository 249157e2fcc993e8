//! The story of the start-up. Only this file names implementations.

use std::time::Duration;

use anyhow::Context;
use bot::Bot;
use chat::{Chat, Clock, Random};
use console::Console;
use knowledge::Knowledge;
use ticketing::Desk;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::{Config, Role},
    data, first, panics,
    serve::{self, Drain},
    stop,
    tls::{Tls, TlsListener},
    visitor::{Gate, Keys},
};

/// How long the record may take to be closed: a connection to a server that has vanished never is.
const CLOSED: Duration = Duration::from_secs(3);

/// Every part of the house, opened.
pub(crate) struct House {
    pub chat: Chat,
    pub knowledge: Knowledge,
    pub desk: Desk,
    pub bot: Bot,
}

/// Opens the parts that commands and server share.
pub(crate) async fn open(config: &Config) -> anyhow::Result<House> {
    data::prepare(&config.data)?;
    let chat = Chat::open(&config.record, Clock::system(), Random::system()).await?;
    let knowledge = Knowledge::open(config.knowledge.clone(), chat.clone(), &config.data).await?;
    let desk = Desk::new(config.desk.clone(), chat.clone());
    let bot = Bot::new(config.bot.clone(), chat.clone(), knowledge.clone(), desk.clone())?;
    Ok(House { chat, knowledge, desk, bot })
}

/// Runs the server until it is asked to stop.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    panics::watch();
    data::prepare(&config.data)?;
    let _lock = data::lock(&config.data, &config.record.address)?;
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| format!("{} cannot be listened on: is another program there? Choose another with --listen", config.listen))?;
    // Before anything is opened: the likeliest mistake of a new certificate is a wrong path.
    let tls = config.tls.is_on().then(|| Tls::open(&config.tls, Clock::system().now())).transpose()?;
    let house = open(&config).await?;
    chat::node::join(&house.chat, config.role_names(), listener.local_addr()?.to_string(), env!("CARGO_PKG_VERSION")).await?;
    let House { chat, knowledge, desk, bot } = house;
    let stopping = CancellationToken::new();
    let tasks = TaskTracker::new();
    // From here on, or what takes long at the start would make this node look dead.
    tasks.spawn(chat::node::live(chat.clone(), stopping.clone().cancelled_owned()));
    let home = first::settle(&chat, &knowledge).await?;

    if config.plays(Role::Worker) {
        let (work, cancel) = (knowledge.clone(), stopping.clone());
        tasks.spawn(async move { work.run(cancel).await });
        let (work, cancel) = (knowledge.clone(), stopping.clone());
        tasks.spawn(async move { work.follow_sources(cancel).await });
        let (work, cancel) = (desk.clone(), stopping.clone());
        tasks.spawn(async move { work.run(cancel).await });
        let (work, cancel) = (bot.clone(), stopping.clone());
        tasks.spawn(async move { work.run_tests(cancel).await });
        tasks.spawn(forget_sessions(chat.clone(), stopping.clone()));
    }
    if config.plays(Role::Bot) {
        let (work, cancel) = (bot.clone(), stopping.clone());
        tasks.spawn(async move { work.run(cancel).await });
    }
    let keys = Keys::open(&config.data, &chat).await?;
    let console = Console::new(config.console.clone(), chat.clone(), knowledge.clone(), desk.clone(), bot.clone())?;
    let pages = console.clone();
    let gate = Gate::new(chat.clone(), desk, bot, keys, config.visitor.clone(), config.console.trust_proxy, stopping.clone());
    let (work, sockets) = (gate.clone(), gate.sockets.clone());
    tasks.spawn(async move { work.run().await });
    let app = serve::app(&config, &home, gate, console, knowledge)?;

    serve::announce(&config, &listener, first::setup_path(&chat, home.workspace).await?)?;
    let asked = async {
        stop::asked().await;
        pages.close();
    };
    let drain = Drain { stopping: stopping.clone(), seconds: config.drain_s };
    match tls {
        None => serve::run(listener, app, drain, asked).await,
        Some((tls, watch)) => {
            tasks.spawn(watch.run(chat.clock().clone(), stopping.clone()));
            serve::run_tls(TlsListener::new(listener, tls)?, app, drain, asked).await;
        }
    }
    stopping.cancel();
    tasks.close();
    // The server knows nothing of connections that have become sockets.
    sockets.close();
    let ended = async { tokio::join!(tasks.wait(), sockets.wait()) };
    if timeout(Duration::from_secs(u64::from(config.drain_s)), ended).await.is_err() {
        tracing::warn!(drain.s = config.drain_s, sockets = sockets.len(), "some work did not end in time; it goes on after the next start");
    }
    chat.bus().flush().await;
    if timeout(CLOSED, chat.store().close()).await.is_err() {
        tracing::warn!("the record was still in use; what was not acknowledged is sent again");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Sessions that ended are forgotten once an hour.
async fn forget_sessions(chat: Chat, stopping: CancellationToken) {
    let mut hour = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        tokio::select! {
            _ = hour.tick() => {}
            () = stopping.cancelled() => return,
        }
        if chat.leads("session.sweep").await
            && let Err(error) = chat::session::sweep(chat.store(), chat.now()).await
        {
            tracing::warn!(%error, "ended sessions could not be forgotten; they are tried again in an hour");
        }
    }
}
