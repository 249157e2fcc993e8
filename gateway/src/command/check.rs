//! `warbler check`

use std::io::{Write as _, stdout};

use anyhow::Context;

use crate::{boot, config::Config};

/// Opens every part and closes it again; each line says what was found in order.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    writeln!(stdout(), "configuration  in order")?;
    let house = boot::open(&config).await?;
    writeln!(stdout(), "data folder    {} can be written", config.data.display())?;
    house.chat.store().ping().await?;
    writeln!(stdout(), "record         {} is durable and up to date", config.record.public_address())?;
    let workspaces = chat::workspace::list(house.chat.store()).await?;
    let mut libraries = 0;
    for workspace in &workspaces {
        libraries += knowledge::library::list(house.chat.store(), workspace.id).await?.len();
    }
    writeln!(stdout(), "knowledge      {} workspaces, {libraries} libraries", workspaces.len())?;
    let version = house.knowledge.index_version().await;
    let version =
        version.context("The search index is not in order: is the Qdrant server up, and is knowledge.index.address its gRPC port?")?;
    match version {
        None => writeln!(stdout(), "search index   embedded, in {}", config.data.join("index").display())?,
        Some(version) => writeln!(stdout(), "search index   Qdrant {version} answers at {}", config.knowledge.index.address)?,
    }
    for node in chat::node::list(house.chat.store()).await? {
        let silent = (house.chat.now() - node.seen_at) / 1_000;
        let state = if node.lives(house.chat.now()) { "lives".to_owned() } else { format!("is silent for {silent} s") };
        writeln!(stdout(), "node           {} {} ({}, version {}) {state}", node.id, node.address, node.roles, node.version)?;
    }
    let listening = tokio::net::TcpListener::bind(&config.listen).await;
    writeln!(
        stdout(),
        "address        {} {}",
        config.listen,
        if listening.is_ok() { "is free" } else { "is taken (is Warbler running?)" }
    )?;
    house.chat.store().close().await;
    Ok(())
}
