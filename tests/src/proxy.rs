//! What lies between two machines: it may hold back answers until they are whole, or hold back everything without a word.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What it does with what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Passes everything on.
    Pass,
    /// Passes an answer on when all of it is there, as some networks do with HTTP.
    Hold,
}

/// A proxy on a free port; it ends when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    stalled: Arc<AtomicBool>,
    _task: AbortOnDropHandle<()>,
}

impl Proxy {
    /// Stands before `upstream`, an address such as `127.0.0.1:5432`.
    pub async fn start(upstream: &str, habit: Habit) -> Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, stalled) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
        let (to, stop) = (upstream.to_owned(), stalled.clone());
        let task = tokio::spawn(async move {
            let mut lines = tokio::task::JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                lines.spawn(line(near, to.clone(), habit, stop.clone()));
            }
        });
        Ok(Proxy { address, stalled, _task: AbortOnDropHandle::new(task) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nothing passes, and nobody is told: connections stay open, new ones are taken.
    pub fn stall(&self, stalled: bool) {
        self.stalled.store(stalled, SeqCst);
    }
}

async fn line(near: TcpStream, to: String, habit: Habit, stalled: Arc<AtomicBool>) {
    let Ok(far) = TcpStream::connect(to).await else { return };
    let ((near_out, near_in), (far_out, far_in)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_out, far_in, Habit::Pass, &stalled) => {}
        () = pass(far_out, near_in, habit, &stalled) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, habit: Habit, stalled: &AtomicBool) {
    let (mut piece, mut held) = (vec![0; 16 * 1024], Vec::new());
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        held.extend_from_slice(&piece[..n]);
        if habit == Habit::Hold && !is_whole(&held) {
            continue;
        }
        while stalled.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&std::mem::take(&mut held)).await.is_err() {
            return;
        }
    }
}

/// Whether an HTTP answer is all here.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    match length {
        Some(length) => answer.len() >= end + 4 + length,
        None => answer.ends_with(b"0\r\n\r\n") || head.starts_with("http/1.1 204"),
    }
}
