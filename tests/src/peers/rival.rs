//! Who takes part: Warbler and the others, each started anew for each round.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::{process::Process, pypi};
use crate::load::aim::{Aim, Target};
use crate::load::session::Door;
use crate::load::wire::Wire;
use crate::private::Postgres;

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rival {
    /// This product.
    Warbler,
    /// The same with its record on a PostgreSQL of its own, made for the round.
    WarblerPostgres,
    /// A loop written by hand on `ws`.
    Ws,
    /// socket.io in one process.
    SocketIo,
    /// socket.io with its Redis-streams adapter.
    SocketIoRedis,
    /// The same, and a message is acknowledged when Redis has it on disk.
    SocketIoKept,
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
    own: Option<Target>,
    postgres: Option<Postgres>,
    processes: Vec<Process>,
}

impl Rival {
    /// It is this product.
    pub fn is_ours(self) -> bool {
        matches!(self, Rival::Warbler | Rival::WarblerPostgres)
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Rival::Warbler => "warbler",
            Rival::WarblerPostgres => "warbler+postgres",
            Rival::Ws => "ws",
            Rival::SocketIo => "socket.io",
            Rival::SocketIoRedis => "socket.io+redis",
            Rival::SocketIoKept => "socket.io kept",
            Rival::Nats => "nats",
        }
    }

    /// Starts it; `folder` holds the packages.
    pub async fn start(self, aim: &Aim, warbler: Option<&Path>, folder: &Path) -> Result<Running> {
        match self {
            Rival::Warbler => Running::ours(aim.target(warbler).await?, None),
            Rival::WarblerPostgres => {
                let postgres = Postgres::start().await?;
                let aim = Aim { record: Some(postgres.address()), ..aim.clone() };
                Running::ours(aim.target(warbler).await?, Some(postgres))
            }
            Rival::Ws => Running::of(vec![Process::node(folder, "ws.mjs", &[]).await?], Wire::Ws),
            Rival::SocketIo => Running::of(vec![Process::node(folder, "socketio.mjs", &[]).await?], Wire::SocketIo),
            Rival::SocketIoRedis => socketio_redis(folder, false).await,
            Rival::SocketIoKept => socketio_redis(folder, true).await,
            Rival::Nats => Running::of(vec![Process::nats(&pypi::nats(folder).await?).await?], Wire::Nats),
        }
    }
}

/// `kept`: a message is acknowledged when it is on disk.
async fn socketio_redis(folder: &Path, kept: bool) -> Result<Running> {
    let redis = Process::redis(kept).await.context("redis")?;
    let mut arguments = vec![format!("redis://{}", redis.address)];
    arguments.extend(kept.then(|| "kept".to_owned()));
    Running::of(vec![Process::node(folder, "socketio.mjs", &arguments).await?, redis], Wire::SocketIo)
}

impl Running {
    fn ours(target: Target, postgres: Option<Postgres>) -> Result<Running> {
        Ok(Running { door: target.door.clone(), pid: target.process()?, own: Some(target), postgres, processes: Vec::new() })
    }

    fn of(processes: Vec<Process>, wire: Wire) -> Result<Running> {
        let first = processes.first().context("no process")?;
        Ok(Running { door: Door { address: first.address, wire, tls: None }, pid: first.pid()?, own: None, postgres: None, processes })
    }

    /// Ends it.
    pub async fn stop(self) -> Result<()> {
        for process in self.processes {
            process.stop().await?;
        }
        if let Some(Target { server: Some(mut server), .. }) = self.own {
            server.kill()?;
        }
        self.postgres.map_or(Ok(()), |mut postgres| postgres.kill())
    }
}
