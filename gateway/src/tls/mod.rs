//! HTTPS without a proxy in front: certificate and key from files, read again when they change.

mod files;
mod listener;
mod validity;

use std::{path::PathBuf, sync::Arc, time::Duration};

use parking_lot::RwLock;
use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::files::{Files, State};
pub(crate) use self::listener::TlsListener;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// A certificate that ends so soon is worth a warning, in ms.
const SOON_MS: i64 = 14 * 24 * 3_600_000;
/// How often it is said again, in ms.
const AGAIN_MS: i64 = 24 * 3_600_000;

/// Section `[tls]` of the configuration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// A PEM file with the certificate and those between it and its authority; empty: plain HTTP.
    pub cert: PathBuf,
    /// A PEM file with its key.
    pub key: PathBuf,
    /// For how many seconds browsers are told to come by HTTPS only; 0: they are not told.
    pub hsts_s: u32,
}

impl Config {
    /// Errors are sentences for the operator.
    pub(crate) fn validate(&self) -> Result<(), String> {
        match (self.is_on(), self.key.as_os_str().is_empty()) {
            (true, true) => Err("tls.cert is set and tls.key is not: HTTPS needs both".into()),
            (false, false) => Err("tls.key is set and tls.cert is not: HTTPS needs both".into()),
            _ => Ok(()),
        }
    }

    /// Whether this server speaks HTTPS itself.
    pub(crate) fn is_on(&self) -> bool {
        !self.cert.as_os_str().is_empty()
    }
}

/// The certificate in force; cheap to clone.
#[derive(Clone)]
pub(crate) struct Tls(Arc<RwLock<Arc<ServerConfig>>>);

impl Tls {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub(crate) fn open(config: &Config, now: i64) -> anyhow::Result<(Self, Watch)> {
        let files = Files::new(config);
        let state = files.state();
        let read = files.read()?;
        let tls = Self(Arc::new(RwLock::new(read.config)));
        let mut watch = Watch { tls: tls.clone(), files, state, until: read.until, warned_at: None };
        watch.warn(now);
        Ok((tls, watch))
    }

    fn current(&self) -> Arc<ServerConfig> {
        self.0.read().clone()
    }
}

/// Looks after the files.
pub(crate) struct Watch {
    tls: Tls,
    files: Files,
    /// As they were when they were last read.
    state: State,
    /// When the certificate in force ends, unix ms.
    until: Option<i64>,
    warned_at: Option<i64>,
}

impl Watch {
    /// Until cancelled: takes what was changed into force. Connections that are open keep what they began with.
    pub(crate) async fn run(mut self, clock: chat::Clock, cancel: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => self.look(clock.now()),
                () = cancel.cancelled() => return,
            }
        }
    }

    fn look(&mut self, now: i64) {
        let state = self.files.state();
        if state != self.state {
            self.state = state;
            match self.files.read() {
                Ok(read) => {
                    *self.tls.0.write() = read.config;
                    (self.until, self.warned_at) = (read.until, None);
                    tracing::info!("the TLS certificate was renewed from its files");
                }
                // One of two files may have been written and the other not yet: the next change is read again.
                Err(error) => {
                    tracing::warn!(%error, "the TLS files changed and cannot be used; the certificate before them stays in force")
                }
            }
        }
        self.warn(now);
    }

    fn warn(&mut self, now: i64) {
        let Some(until) = self.until.filter(|until| *until - now < SOON_MS) else { return };
        if self.warned_at.is_some_and(|at| now - at < AGAIN_MS) {
            return;
        }
        self.warned_at = Some(now);
        let hours = (until - now) / 3_600_000;
        match until <= now {
            true => tracing::warn!(
                certificate.left_h = hours,
                "the TLS certificate has expired: browsers refuse it; put a new one in its place"
            ),
            false => tracing::warn!(certificate.left_h = hours, "the TLS certificate expires soon: put a new one in its place"),
        }
    }
}

#[cfg(test)]
mod tests;
