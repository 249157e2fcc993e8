//! Connections that have shaken hands.

use std::{io, net::SocketAddr, time::Duration};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::Tls;
use crate::connection::tune;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at the same time; more wait in the kernel.
const AT_ONCE: usize = 1_024;
/// After an error of the kernel, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

type Ready = (TlsStream<TcpStream>, SocketAddr);

/// Gives each connection when its handshake is done, however long others take for theirs.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<Ready>,
    local: SocketAddr,
}

impl TlsListener {
    /// Listens until it is dropped.
    ///
    /// # Errors
    /// The socket's.
    pub(crate) fn new(listener: TcpListener, tls: Tls) -> io::Result<Self> {
        let local = listener.local_addr()?;
        let (done, ready) = mpsc::channel(AT_ONCE);
        tokio::spawn(async move {
            tokio::select! {
                () = accept(&listener, &tls, &done) => {}
                () = done.closed() => {}
            }
        });
        Ok(Self { ready, local })
    }
}

async fn accept(listener: &TcpListener, tls: &Tls, done: &mpsc::Sender<Ready>) {
    let slots = std::sync::Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_the_client_s(&error) {
                    tracing::error!(%error, "no connection can be accepted; it is tried again");
                    sleep(PAUSE).await;
                }
                continue;
            }
        };
        tune(&stream);
        let (acceptor, done) = (TlsAcceptor::from(tls.current()), done.clone());
        tokio::spawn(async move {
            match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(done.send((stream, peer)).await),
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            }
            drop(slot);
        });
    }
}

fn is_the_client_s(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
}
