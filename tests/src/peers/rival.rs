//! Who takes part: Warbler and the others, each started anew for each round.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::process::Process;
use crate::load::aim::{Aim, Target};
use crate::load::session::Door;
use crate::load::wire::Wire;

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rival {
    /// This product.
    Warbler,
    /// A loop written by hand on `ws`.
    Ws,
    /// socket.io in one process.
    SocketIo,
    /// socket.io with its Redis-streams adapter.
    SocketIoRedis,
    /// NATS with JetStream on disk.
    Nats,
}

/// A rival that runs.
#[derive(Debug)]
pub struct Running {
    /// Where clients go.
    pub door: Door,
    /// The process whose memory is read.
    pub pid: u32,
    /// What must be said about this rival beside its figures.
    pub note: Option<&'static str>,
    own: Option<Target>,
    processes: Vec<Process>,
}

impl Rival {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Rival::Warbler => "warbler",
            Rival::Ws => "ws",
            Rival::SocketIo => "socket.io",
            Rival::SocketIoRedis => "socket.io+redis",
            Rival::Nats => "nats",
        }
    }

    /// Starts it; `folder` holds the npm packages.
    pub async fn start(self, aim: &Aim, warbler: Option<&Path>, folder: &Path) -> Result<Running> {
        match self {
            Rival::Warbler => {
                let target = aim.target(warbler).await?;
                Ok(Running { door: target.door.clone(), pid: target.process()?, note: None, own: Some(target), processes: Vec::new() })
            }
            Rival::Ws => Running::of(vec![Process::node(folder, "ws.mjs", &[]).await?], Wire::Ws),
            Rival::SocketIo => Running::of(vec![Process::node(folder, "socketio.mjs", &[]).await?], Wire::SocketIo),
            Rival::SocketIoRedis => {
                let redis = Process::redis().await.context("redis")?;
                let address = format!("redis://{}", redis.address);
                Running::of(vec![Process::node(folder, "socketio.mjs", &[address]).await?, redis], Wire::SocketIo)
            }
            Rival::Nats => {
                let (nats, syncs) = Process::nats().await?;
                let mut running = Running::of(vec![nats], Wire::Nats)?;
                running.note = (!syncs).then_some("this nats-server has no sync_interval: it acknowledges before its messages are on disk");
                Ok(running)
            }
        }
    }
}

impl Running {
    fn of(processes: Vec<Process>, wire: Wire) -> Result<Running> {
        let first = processes.first().context("no process")?;
        Ok(Running { door: Door { address: first.address, wire, tls: None }, pid: first.pid()?, note: None, own: None, processes })
    }

    /// Ends it.
    pub async fn stop(self) -> Result<()> {
        for process in self.processes {
            process.stop().await?;
        }
        if let Some(Target { server: Some(mut server), .. }) = self.own {
            server.kill()?;
        }
        Ok(())
    }
}
