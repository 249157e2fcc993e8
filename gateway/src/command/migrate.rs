//! `warbler migrate`

use std::io::{Write as _, stdout};

use chat::{Chat, Clock, Random};

use crate::{config::Config, data};

/// Opening the record brings it up to date.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    data::prepare(&config.data)?;
    let chat = Chat::open(&config.record, Clock::system(), Random::system()).await?;
    chat.store().close().await;
    writeln!(stdout(), "The record {} is up to date.", config.record.public_address())?;
    Ok(())
}
