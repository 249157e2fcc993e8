//! `warbler config`

use clap::Args;

/// Prints the configuration in force, or the default file with every setting's meaning.
#[derive(Args)]
pub(crate) struct Config {
    /// Prints the commented default file instead
    #[arg(long)]
    pub default: bool,
}
