//! Which server is loaded: one that runs, or one that is started for it.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;

use super::session::{Door, Tls};
use super::wire::Wire;
use crate::server::{Plan, Server, inbox_of};

/// Flags that name the server.
#[derive(Args, Clone, Debug, Default)]
pub struct Aim {
    /// A server that runs already, such as http://127.0.0.1:8080; without it one is started
    #[arg(long)]
    pub url: Option<String>,
    /// The process of that server, for its memory
    #[arg(long, requires = "url")]
    pub pid: Option<u32>,
    /// Where a started server keeps its record, such as postgres://user@host/database
    #[arg(long, conflicts_with = "url")]
    pub record: Option<String>,
    /// Speak TLS with the server that is started, or with --url https://…
    #[arg(long)]
    pub tls: bool,
}

/// A server that is ready.
#[derive(Debug)]
pub struct Target {
    /// Its door.
    pub door: Door,
    /// Its process, if it is known.
    pub pid: Option<u32>,
    /// Its process ends with this.
    pub server: Option<Server>,
}

impl Aim {
    /// Finds the server, or starts one whose limits do not stand in the way.
    pub async fn target(&self, warbler: Option<&std::path::Path>) -> Result<Target> {
        let server = match &self.url {
            Some(_) => None,
            None => Some(self.start(warbler).await?),
        };
        let base = server.as_ref().map_or_else(|| self.url.clone().unwrap_or_default(), Server::base);
        let base = base.trim_end_matches('/');
        let inbox: Arc<str> = inbox_of(base).await?.into();
        let (scheme, address) = base.split_once("://").context("the address must be like http://127.0.0.1:8080")?;
        let address: SocketAddr = address.parse().context("the address must be like http://127.0.0.1:8080")?;
        let tls = if scheme == "https" { Some(Tls(crate::tls::connector()?)) } else { None };
        let pid = server.as_ref().map_or(self.pid, Server::pid);
        Ok(Target { door: Door { address, wire: Wire::Warbler(inbox), tls }, pid, server })
    }

    async fn start(&self, warbler: Option<&std::path::Path>) -> Result<Server> {
        let mut plan = Plan::new().unlimited();
        if let Some(path) = warbler {
            plan = plan.binary(path);
        }
        if let Some(record) = &self.record {
            plan = plan.env("WARBLER_RECORD__ADDRESS", record);
        }
        if self.tls {
            plan = plan.tls();
        }
        plan.start().await
    }
}

impl Target {
    /// The process whose memory is read.
    pub fn process(&self) -> Result<u32> {
        self.pid.context("--pid must name the process of --url")
    }
}
