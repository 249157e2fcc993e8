//! Certificate and key as files.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use anyhow::{Context, bail};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::{Config, validity};

/// Where they are.
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// By what a change is noticed.
pub(super) type State = [Option<(u64, SystemTime)>; 2];

/// What was in them.
pub(super) struct Read {
    pub(super) config: Arc<ServerConfig>,
    /// When the certificate ends, unix ms, if it says so.
    pub(super) until: Option<i64>,
}

impl Files {
    pub(super) fn new(config: &Config) -> Self {
        Self { cert: config.cert.clone(), key: config.key.clone() }
    }

    pub(super) fn state(&self) -> State {
        let of = |path: &Path| {
            let found = fs::metadata(path).ok()?;
            Some((found.len(), found.modified().ok()?))
        };
        [of(&self.cert), of(&self.key)]
    }

    /// # Errors
    /// Names the file and what is wrong with it.
    pub(super) fn read(&self) -> anyhow::Result<Read> {
        let chain = certificates(&self.cert)?;
        let key = key(&self.key)?;
        let until = chain.first().and_then(|certificate| validity::until(certificate));
        let ring = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions()?.with_no_client_auth();
        let mut config = builder.with_single_cert(chain, key).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => anyhow::anyhow!(
                "{} is not the key of the certificate in {}: set tls.cert and tls.key to files that belong together",
                self.key.display(),
                self.cert.display()
            ),
            error => anyhow::anyhow!("The certificate in {} cannot be used: {error}", self.cert.display()),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Whoever comes back saves a handshake, and no session is kept in memory for that.
        config.ticketer = ring::Ticketer::new()?;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        Ok(Read { config: Arc::new(config), until })
    }
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(path, "tls.cert")?).collect();
    let found = found.with_context(|| format!("{} is not a PEM file of certificates: check tls.cert", path.display()))?;
    if found.is_empty() {
        bail!("There is no certificate in {}: check tls.cert", path.display());
    }
    Ok(found)
}

fn key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(&bytes(path, "tls.key")?)
        .with_context(|| format!("There is no private key in {} that can be read: check tls.key", path.display()))
}

fn bytes(path: &Path, setting: &str) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read: check {setting}, and that this process may read it", path.display()))
}
