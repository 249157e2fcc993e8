//! What is compared, and by which figures.

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::rival::{Rival, Running};
use crate::load::crowd::{Crowd, Pace};
use crate::load::session::Session;
use crate::load::wire::{Heard, Who, Wire};
use crate::load::{ceiling, echo, fanout, idle, storm};

/// A case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// Memory of an idle session
    Idle,
    /// From a message to its acknowledgement, at a rate
    Echo,
    /// Acknowledged messages a second, in time
    Ceiling,
    /// One message to many readers
    Fanout,
    /// Everybody loses the connection and comes back
    Storm,
}

/// How large the cases are.
#[derive(Clone, Debug)]
pub struct Size {
    /// Idle sessions, at most.
    pub idle: usize,
    /// Messages at a rate.
    pub echo: echo::Plan,
    /// Messages as fast as they are kept.
    pub ceiling: ceiling::Plan,
    /// Readers and messages.
    pub fanout: fanout::Plan,
    /// Sessions that are lost.
    pub storm: storm::Plan,
    /// How sessions come.
    pub pace: Pace,
}

/// A figure of a case.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its name in the case's result.
    pub name: &'static str,
    /// Decimals in the table.
    pub decimals: usize,
}

impl Case {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Case::Idle => "idle",
            Case::Echo => "echo",
            Case::Ceiling => "ceiling",
            Case::Fanout => "fanout",
            Case::Storm => "storm",
        }
    }

    /// Who takes part, ours first.
    pub fn rivals(self) -> &'static [Rival] {
        match self {
            Case::Idle => &[Rival::Warbler, Rival::Ws, Rival::SocketIo],
            Case::Echo | Case::Storm => &[Rival::Warbler, Rival::SocketIo],
            Case::Ceiling => &[Rival::Warbler, Rival::WarblerPostgres, Rival::SocketIoRedis, Rival::SocketIoKept, Rival::Nats],
            Case::Fanout => &[Rival::Warbler, Rival::Ws],
        }
    }

    /// What is compared.
    pub fn figures(self) -> &'static [Figure] {
        const P50: Figure = Figure { name: "p50_ms", decimals: 2 };
        const P99: Figure = Figure { name: "p99_ms", decimals: 2 };
        match self {
            Case::Idle => &[Figure { name: "kb_per_session", decimals: 2 }],
            Case::Echo | Case::Fanout => &[P50, P99],
            Case::Ceiling => &[Figure { name: "messages_per_s", decimals: 0 }, P99, Figure { name: "most_per_s", decimals: 0 }],
            Case::Storm => &[Figure { name: "sessions_per_s", decimals: 0 }, Figure { name: "lost", decimals: 0 }],
        }
    }

    /// Runs it once against a rival that has just been started.
    pub async fn run(self, running: &Running, size: &Size) -> Result<Value> {
        let (door, quiet) = (&running.door, |_| {});
        match self {
            Case::Idle => {
                let steps = [size.idle / 18, size.idle / 9, size.idle * 2 / 9, size.idle * 4 / 9, size.idle * 2 / 3, size.idle];
                let plan = idle::Plan { steps: steps.to_vec(), pace: size.pace, settle: Duration::from_secs(1), hold: Duration::ZERO };
                idle::run(door, running.pid, &plan, quiet).await
            }
            Case::Echo => echo::run(door, &size.echo, quiet).await,
            Case::Ceiling => ceiling::run(door, &size.ceiling, quiet).await,
            Case::Fanout => fanout::run(door, &size.fanout, quiet).await,
            Case::Storm if matches!(door.wire, Wire::SocketIo) => recovery(running, &size.storm).await,
            Case::Storm => storm::run(door, &size.storm, quiet).await,
        }
    }
}

/// The storm of socket.io: what is missed is sent by the server while everybody is away.
async fn recovery(running: &Running, plan: &storm::Plan) -> Result<Value> {
    let (door, address) = (&running.door, running.door.address);
    let crowd = Crowd::open(door, plan.pace, (0..plan.sessions).map(Who::new).collect(), |_| {}).await?;
    // A client has a place in the stream only after a first event. Others answer pings meanwhile, or they would be dropped.
    emit(address, 1).await?;
    let heard = crowd.sessions.into_iter().map(|mut session: Session| async move {
        if session.who.cursor == 0 {
            session.until(|heard| matches!(heard, Heard::Message { .. })).await?;
        }
        anyhow::Ok(session)
    });
    let mut sessions: Vec<Session> = futures_util::stream::iter(heard).buffer_unordered(plan.sessions).try_collect().await?;
    sessions.sort_by_key(|session| session.who.n);
    let last = vec![1 + plan.missed; sessions.len()];
    let away = emit(address, plan.missed);
    storm::drop_and_resume(door, plan, storm::Eve { sessions, last }, |_| {}, away, |_| {}).await
}

async fn emit(address: std::net::SocketAddr, count: i64) -> Result<()> {
    let asked = crate::http().post(format!("http://{address}/emit?count={count}")).send().await.context("the peer does not answer")?;
    asked.error_for_status()?;
    Ok(())
}
