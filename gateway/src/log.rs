//! The log: docs/LOGGING.md.

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{Log, LogFormat};

/// Starts logging to standard error. Commands other than `serve` log warnings only. `RUST_LOG` wins.
pub(crate) fn start(log: &Log, serving: bool) -> anyhow::Result<()> {
    let level = if serving { log.level.as_str() } else { "warn" };
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => filter,
        // The libraries tell their own stories at info.
        _ => format!("{level},sqlx=warn,hyper=warn,tower_http=warn,qdrant_edge=error"),
    };
    let filter = EnvFilter::try_new(&filter)
        .with_context(|| format!("log.level = \"{filter}\" is not a level or filter: use info, debug, or \"info,chat=debug\""))?;
    let registry = tracing_subscriber::registry().with(filter);
    match log.format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).init(),
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init(),
    }
    Ok(())
}
