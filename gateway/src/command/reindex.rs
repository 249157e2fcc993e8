//! `warbler reindex`

use std::io::{Write as _, stdout};

use crate::config::Config;

/// The index is a cache of the record: it is built anew for every workspace.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    let (house, _) = super::house(&config).await?;
    for workspace in chat::workspace::list(house.chat.store()).await? {
        let passages = house.knowledge.rebuild(workspace.id).await?;
        writeln!(stdout(), "{}: {passages} passages indexed", workspace.name)?;
    }
    Ok(())
}
