//! Who may change an index that nodes share: one at a time, for as long as it says that it lives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use chat::{Chat, WorkspaceId};
use tokio::task::AbortHandle;

use crate::{Error, Result};

/// So long a writer is believed to live, in ms.
const LIVES: i64 = 20_000;
/// How often it says so.
const BEAT: Duration = Duration::from_secs(5);

/// The right to change a workspace's index; given back when dropped.
pub(super) struct Writer {
    claim: Claim,
    lost: Arc<AtomicBool>,
    beating: AbortHandle,
}

#[derive(Clone)]
struct Claim {
    chat: Chat,
    workspace: WorkspaceId,
    recipe: String,
    holder: String,
}

impl Writer {
    /// `None` when somebody else has it.
    pub(super) async fn take(chat: &Chat, workspace: WorkspaceId, recipe: String) -> Result<Option<Self>> {
        // Another one each time: what a task of this process left behind is not taken for its own.
        let holder = chat.random().token();
        let claim = Claim { chat: chat.clone(), workspace, recipe, holder };
        if !claim.take().await? {
            return Ok(None);
        }
        let lost = Arc::new(AtomicBool::new(false));
        let (beating, told) = (claim.clone(), lost.clone());
        let beating = tokio::spawn(async move {
            loop {
                tokio::time::sleep(BEAT).await;
                // A record that does not answer for a while is no loss; somebody else's claim is.
                if let Ok(false) = beating.take().await {
                    told.store(true, SeqCst);
                    return;
                }
            }
        });
        Ok(Some(Self { claim, lost, beating: beating.abort_handle() }))
    }

    /// # Errors
    /// [`Error::Index`]: somebody else has taken over.
    pub(super) fn check(&self) -> Result<()> {
        match self.lost.load(SeqCst) {
            true => Err(Error::Index("another node has taken over; it goes on there".into())),
            false => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.beating.abort();
        let claim = self.claim.clone();
        // Without a runtime it ends by itself.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = claim.give_back().await {
                    tracing::debug!(%error, "the right to write the index was not given back; it ends by itself");
                }
            });
        }
    }
}

impl Claim {
    async fn take(&self) -> Result<bool> {
        let now = self.chat.now();
        let done = sqlx::query(
            "INSERT INTO index_writer (workspace_id, recipe, holder, until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (workspace_id, recipe) DO UPDATE SET holder = excluded.holder, until = excluded.until
              WHERE index_writer.holder = excluded.holder OR index_writer.until < $5",
        )
        .bind(self.workspace.text())
        .bind(&self.recipe)
        .bind(&self.holder)
        .bind(now + LIVES)
        .bind(now)
        .execute(self.chat.store().write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn give_back(&self) -> Result<()> {
        sqlx::query("DELETE FROM index_writer WHERE workspace_id = $1 AND recipe = $2 AND holder = $3")
            .bind(self.workspace.text())
            .bind(&self.recipe)
            .bind(&self.holder)
            .execute(self.chat.store().write())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_writes_at_a_time_and_the_dead_are_followed() {
        let fresh = chat::testing::fresh().await.unwrap();
        let take = |recipe: &str| Writer::take(&fresh.chat, fresh.workspace, recipe.to_owned());
        let first = take("a").await.unwrap().unwrap();
        assert!(take("a").await.unwrap().is_none() && take("b").await.unwrap().is_some(), "other recipes are other indexes");
        first.check().unwrap();
        fresh.clock.advance(LIVES + 1);
        let second = take("a").await.unwrap().unwrap();
        assert!(!first.claim.take().await.unwrap(), "it is not taken back");
        drop(first);
        drop(second);
        for _ in 0..50 {
            if take("a").await.unwrap().is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it was not given back");
    }
}
