//! A visitor's own key: an id signed by this server. It is all a browser keeps, and all it needs.

use std::path::Path;

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{Chat, VisitorId, WorkspaceId};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The secret's name in the record.
const NAME: &str = "visitor";
const OLD_FILE: &str = "keys/visitor.key";

/// Signs and checks visitor keys.
#[derive(Clone)]
pub(crate) struct Keys {
    secret: [u8; 32],
}

impl Keys {
    /// The secret of the record, which all nodes share. One that an older version kept in the data folder moves there.
    ///
    /// # Errors
    /// Sentences for the operator.
    pub(crate) async fn open(folder: &Path, chat: &Chat) -> anyhow::Result<Self> {
        let path = folder.join(OLD_FILE);
        let fresh = match std::fs::read(&path) {
            Ok(bytes) if bytes.len() == 32 => bytes,
            Ok(_) => bail!("{} is damaged: restore it from the backup; without it every visitor becomes a new one", path.display()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => chat.random().bytes().to_vec(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        let shared = chat::secret::shared(chat.store(), NAME, &URL_SAFE_NO_PAD.encode(fresh), chat.now()).await?;
        let secret = URL_SAFE_NO_PAD.decode(shared).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self { secret: secret.context("the secret \"visitor\" of the record is damaged: restore the backup")? })
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
        let mut mac = self.begin(b"visitor.v1.");
        mac.update(workspace.0.as_bytes());
        mac.update(visitor.0.as_bytes());
        mac
    }

    /// A signature for one purpose: none of another one is ever equal.
    pub(super) fn begin(&self, purpose: &'static [u8]) -> Hmac<Sha256> {
        // A key of 32 bytes is always accepted; the default can never sign anything anybody holds.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(purpose);
        mac
    }
}

#[cfg(test)]
impl Keys {
    /// Those of a server that is nowhere.
    pub(super) fn of(secret: [u8; 32]) -> Self {
        Self { secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_our_own_keys_count() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = chat::testing::fresh().await.unwrap();
        let random = fresh.chat.random();
        let keys = Keys::open(folder.path(), &fresh.chat).await.unwrap();
        let (workspace, other, visitor): (WorkspaceId, WorkspaceId, VisitorId) = (random.id(1), random.id(2), random.id(3));
        let key = keys.sign(workspace, visitor);
        assert_eq!(keys.check(workspace, &key), Some(visitor));
        assert_eq!(Keys::open(folder.path(), &fresh.chat).await.unwrap().check(workspace, &key), Some(visitor), "another node");
        assert_eq!(keys.check(other, &key), None);
        for broken in ["", "v1.", "v1..", "v1.x.y", &key[..key.len() - 2], &key.replace("v1", "v2"), &format!("v1.{visitor}.AAAA")] {
            assert_eq!(keys.check(workspace, broken), None, "{broken}");
        }
    }

    #[tokio::test]
    async fn a_secret_of_an_older_version_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        std::fs::write(folder.path().join(OLD_FILE), [7; 32]).unwrap();
        let fresh = chat::testing::fresh().await.unwrap();
        assert_eq!(Keys::open(folder.path(), &fresh.chat).await.unwrap().secret, [7; 32]);
        std::fs::remove_file(folder.path().join(OLD_FILE)).unwrap();
        assert_eq!(Keys::open(folder.path(), &fresh.chat).await.unwrap().secret, [7; 32], "it is in the record now");
        std::fs::write(folder.path().join(OLD_FILE), b"short").unwrap();
        assert!(Keys::open(folder.path(), &fresh.chat).await.is_err());
    }
}
