//! A TCP connection between two others that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// Passes everything on to a port until it is closed.
#[derive(Debug)]
pub struct Valve {
    port: u16,
    open: Arc<AtomicBool>,
    cut: watch::Sender<()>,
    _listening: AbortOnDropHandle<()>,
}

impl Valve {
    /// An open valve before a local port.
    pub async fn before(target: u16) -> Result<Valve> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (open, cut) = (Arc::new(AtomicBool::new(true)), watch::Sender::new(()));
        let (passing, cuts) = (open.clone(), cut.clone());
        let listening = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if !passing.load(Ordering::SeqCst) {
                    continue;
                }
                let mut cut = cuts.subscribe();
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Ok(Valve { port, open, cut, _listening: AbortOnDropHandle::new(listening) })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection, and each new one at once.
    pub fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.cut.send_replace(());
    }

    /// Lets connections through again.
    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}
