//! A visitor's own key: an id signed by this server. It is all a browser keeps, and all it needs.

use std::path::Path;

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{Random, VisitorId, WorkspaceId};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Signs and checks visitor keys.
#[derive(Clone)]
pub(crate) struct Keys {
    secret: [u8; 32],
}

impl Keys {
    /// Reads the secret of the data folder, or makes it on the first start.
    pub(crate) fn open(folder: &Path, random: &Random) -> anyhow::Result<Self> {
        let path = folder.join("visitor.key");
        if !path.exists() {
            write_secret(&path, &random.bytes())
                .with_context(|| format!("{} cannot be written: give the process the right to", path.display()))?;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        match bytes.try_into() {
            Ok(secret) => Ok(Self { secret }),
            Err(_) => bail!("{} is damaged: restore it from the backup; without it every visitor becomes a new one", path.display()),
        }
    }

    /// `v1.<visitor>.<signature>`
    pub(crate) fn sign(&self, workspace: WorkspaceId, visitor: VisitorId) -> String {
        let signature = self.mac(workspace, visitor).finalize().into_bytes();
        format!("v1.{visitor}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The visitor, if this server signed the key for this workspace.
    pub(crate) fn check(&self, workspace: WorkspaceId, key: &str) -> Option<VisitorId> {
        let (id, signature) = key.strip_prefix("v1.")?.split_once('.')?;
        let visitor = VisitorId::parse(id)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(workspace, visitor).verify_slice(&signature).ok()?;
        Some(visitor)
    }

    fn mac(&self, workspace: WorkspaceId, visitor: VisitorId) -> Hmac<Sha256> {
        // A key of 32 bytes is always accepted; the default can never sign anything anybody holds.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(b"visitor.v1.");
        mac.update(workspace.0.as_bytes());
        mac.update(visitor.0.as_bytes());
        mac
    }
}

#[cfg(unix)]
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

#[cfg(not(unix))]
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_keys_count() {
        let folder = std::env::temp_dir().join(format!("warbler-keys-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let random = Random::seeded(1);
        let keys = Keys::open(&folder, &random).unwrap();
        let (workspace, other, visitor): (WorkspaceId, WorkspaceId, VisitorId) = (random.id(1), random.id(2), random.id(3));
        let key = keys.sign(workspace, visitor);
        assert_eq!(keys.check(workspace, &key), Some(visitor));
        assert_eq!(Keys::open(&folder, &random).unwrap().check(workspace, &key), Some(visitor));
        assert_eq!(keys.check(other, &key), None);
        for broken in ["", "v1.", "v1..", "v1.x.y", &key[..key.len() - 2], &key.replace("v1", "v2"), &format!("v1.{visitor}.AAAA")] {
            assert_eq!(keys.check(workspace, broken), None, "{broken}");
        }
        std::fs::write(folder.join("visitor.key"), b"short").unwrap();
        assert!(Keys::open(&folder, &random).is_err());
        drop(std::fs::remove_dir_all(folder));
    }
}
