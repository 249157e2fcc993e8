//! Our own stand-in for a Qdrant server: the protocol's calls that Warbler makes, over qdrant-edge. It proves that what is sent over
//! the wire is understood as it was meant; what a real server does beside that is for `WARBLER_TEST_QDRANT`.

mod rpc;
mod state;
mod wire;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{sync::oneshot, task::JoinHandle};

pub use state::Mood;
use state::State;

/// The server; what it holds goes with it.
pub struct Qdrant {
    state: Arc<State>,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Qdrant {
    /// On a free port; with a key, only who knows it is answered.
    ///
    /// # Errors
    /// The folder's, or the port's.
    pub async fn start(key: Option<&str>) -> Result<Self> {
        let mut server = Self { state: Arc::new(State::new(key)?), address: ([127, 0, 0, 1], 0).into(), running: None };
        server.up().await?;
        Ok(server)
    }

    /// As the configuration names it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("qdrant:http://{}", self.address)
    }

    /// Serves, with everything it held before.
    ///
    /// # Errors
    /// The port's.
    pub async fn up(&mut self) -> Result<()> {
        let listener = tokio::net::TcpListener::bind(self.address).await?;
        self.address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let routes = rpc::routes(&self.state);
        let incoming = tonic::transport::server::TcpIncoming::from(listener);
        let running = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            // Connections that stay open must not keep it up.
            tokio::select! {
                served = routes.serve_with_incoming(incoming) => drop(served),
                () = stopped => {}
            }
        });
        self.running = Some((stop, running));
        self.state.back();
        Ok(())
    }

    /// Answers nobody any more; connections break.
    pub async fn down(&mut self) {
        self.state.cut();
        if let Some((stop, running)) = self.running.take() {
            stop.send(()).ok();
            drop(running.await);
        }
        // What was accepted before ends by itself.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    /// How it behaves from now on.
    pub fn behave(&self, mood: Mood) {
        self.state.behave(mood);
    }

    /// Loses everything.
    pub fn lose_all(&self) {
        self.state.lose_all();
    }

    /// Names of the collections it holds.
    #[must_use]
    pub fn collections(&self) -> Vec<String> {
        self.state.names()
    }

    /// How many points it was given since its start.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.state.written()
    }
}
