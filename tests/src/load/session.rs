//! One authenticated session.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};

use super::link::{Closed, Link};
use super::wire::{Heard, Who, Wire};

/// How long a server may take to greet.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where clients go, and what is spoken there.
#[derive(Clone, Debug)]
pub struct Door {
    /// A loopback address.
    pub address: SocketAddr,
    /// The language.
    pub wire: Wire,
    /// Whether it is spoken over TLS.
    pub tls: Option<Tls>,
}

/// The client side of TLS.
#[derive(Clone)]
pub struct Tls(pub tokio_rustls::TlsConnector);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// A client that was greeted.
#[derive(Debug)]
pub struct Session {
    /// Its connection.
    pub link: Link,
    /// What it keeps.
    pub who: Who,
    wire: Wire,
}

impl Session {
    /// Connects and waits until the server has recognised the client.
    pub async fn open(door: &Door, who: Who) -> Result<Session> {
        Session::open_hearing(door, who, |_| {}).await
    }

    /// The same, telling what came with the greeting.
    pub async fn open_hearing(door: &Door, who: Who, mut each: impl FnMut(&Heard)) -> Result<Session> {
        let wire = door.wire.clone();
        let link = Link::open(door.address, door.tls.as_ref().map(|tls| &tls.0), wire.framing(), wire.path(), who.n).await?;
        let mut session = Session { link, who, wire };
        if let Some(hello) = session.wire.hello(&session.who) {
            session.link.writer.send(hello.as_bytes()).await?;
        }
        let greeting = async {
            let (mut greeted, mut refused) = (false, None);
            while !greeted {
                let heard = session.hear(|heard| match heard {
                    Heard::Greeted => greeted = true,
                    Heard::Refused(reason) => refused = Some(reason.clone()),
                    heard => each(heard),
                });
                if let Err(closed) = heard.await {
                    bail!("closed before the greeting, code {:?}, {}", closed.0, refused.unwrap_or_default());
                }
                if let Some(reason) = refused {
                    bail!("refused: {reason}");
                }
            }
            Ok(session)
        };
        match tokio::time::timeout(PATIENCE, greeting).await {
            Ok(session) => session,
            Err(_) => bail!("no greeting within {PATIENCE:?}"),
        }
    }

    /// Waits for bytes and tells of every frame in them; answers what must be answered.
    pub async fn hear(&mut self, mut each: impl FnMut(&Heard)) -> Result<(), Closed> {
        let (wire, who) = (&self.wire, &mut self.who);
        let mut answer = None;
        let taken = self.link.take(|frame| match wire.read(who, frame) {
            Heard::Answer(text) => answer = Some(text),
            heard => each(&heard),
        });
        let taken = taken.await;
        if let Some(answer) = answer {
            self.link.writer.send(answer.as_bytes()).await.map_err(|_| Closed(None))?;
        }
        taken
    }

    /// Sends under an index and waits for the acknowledgement.
    pub async fn say(&mut self, index: u64, body: &str) -> Result<()> {
        let message = self.wire.send(&self.who, index, body);
        self.link.writer.send(message.as_bytes()).await?;
        self.until(|heard| *heard == Heard::Ack(index)).await
    }

    /// Gives its conversation to people, where there is a bot.
    pub async fn hand_over(&mut self) -> Result<()> {
        match self.wire.hand_over(&self.who) {
            Some(message) => {
                self.link.writer.send(message.as_bytes()).await?;
                self.until(|heard| *heard == Heard::HandedOver).await
            }
            None => Ok(()),
        }
    }

    /// Begins its conversation with a greeting, and waits for the answer to it.
    pub async fn greet_and_be_answered(&mut self) -> Result<()> {
        let message = self.wire.send(&self.who, 1, "Hello");
        self.link.writer.send(message.as_bytes()).await?;
        self.until(|heard| matches!(heard, Heard::Message { index: None, .. })).await
    }

    /// Hears until something has come.
    pub async fn until(&mut self, wanted: impl Fn(&Heard) -> bool) -> Result<()> {
        let (mut there, mut refused) = (false, None);
        let wait = async {
            while !there {
                let heard = self.hear(|heard| match heard {
                    Heard::Refused(reason) => refused = Some(reason.clone()),
                    heard => there |= wanted(heard),
                });
                if let Err(closed) = heard.await {
                    bail!("closed, code {:?}", closed.0);
                }
                if let Some(reason) = &refused {
                    bail!("refused: {reason}");
                }
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(done) => done,
            Err(_) => bail!("what was waited for did not come within {PATIENCE:?}"),
        }
    }

    /// What is spoken.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }
}
