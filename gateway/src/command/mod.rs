//! Commands beside `serve`, one a file.

pub(crate) mod agent;
pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod eval;
pub(crate) mod import;
pub(crate) mod migrate;
pub(crate) mod reindex;

use crate::{boot, config::Config, first};
use chat::WorkspaceId;

/// The house and its first workspace, for commands that work in it.
pub(crate) async fn house(config: &Config) -> anyhow::Result<(boot::House, WorkspaceId)> {
    let house = boot::open(config).await?;
    let home = first::furnish(&house.chat).await?;
    Ok((house, home.workspace))
}
