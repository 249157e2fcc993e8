//! A visitor writes where people have the word: what was put away becomes work again.

use chat::{ConversationId, News, Speaker, Topic, WorkspaceId, conversation};

use crate::{
    Desk, Result,
    change::Change,
    ticket::{self, Status},
};

impl Desk {
    /// Looks at a conversation in which the visitor has written. Does nothing when nothing is to be done.
    pub(crate) async fn hear(&self, workspace: WorkspaceId, id: ConversationId) -> Result<()> {
        let store = self.chat().store();
        let it = conversation::find(store, workspace, id).await?;
        if !matches!(it.speaker, Speaker::Agent(_)) || it.asked_seq <= it.answered_seq {
            return Ok(());
        }
        match ticket::latest(store, workspace, id).await?.map(|ticket| ticket.status) {
            Some(Status::Pending | Status::Snoozed) => self.wake(workspace, id).await,
            Some(Status::Resolved) | None => self.revive(workspace, id).await,
            Some(Status::Open) => Ok(()),
        }
    }

    /// Opens the resolved ticket again, or lets the bot answer when that was long ago.
    async fn revive(&self, workspace: WorkspaceId, id: ConversationId) -> Result<()> {
        let mut change = Change::begin(self, workspace, id).await?;
        let (asked, answered) = (change.conversation.asked_seq, change.conversation.answered_seq);
        if change.live().is_ok() || asked <= answered || change.conversation.speaker == Speaker::Bot {
            return Ok(());
        }
        let Some(ticket) = change.reopened() else { return self.let_bot_answer(change, answered).await };
        change.ticket = Some(ticket);
        match change.return_or_route().await? {
            Some(agent) => change.tell("reopened", Some(&agent), "event.assigned", &[("agent", &agent)]).await?,
            None => change.tell("queued", None, "event.queued", &[]).await?,
        }
        change.finish().await.map(drop)
    }

    async fn let_bot_answer(&self, mut change: Change<'_>, answered: i64) -> Result<()> {
        change.speaker(Speaker::Bot).await?;
        change.answered_only(answered).await?;
        let (workspace, conversation) = (change.workspace(), change.conversation.id);
        change.finish().await?;
        self.chat().bus().publish(Topic::Bot, News::Due { workspace, conversation });
        Ok(())
    }
}

impl Change<'_> {
    /// What the visitor has said after `seq` still waits for an answer.
    async fn answered_only(&mut self, seq: i64) -> Result<()> {
        sqlx::query("UPDATE conversation SET answered_seq = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(self.workspace().text())
            .bind(self.conversation.id.text())
            .bind(seq)
            .execute(&mut *self.tx)
            .await?;
        self.conversation.answered_seq = seq;
        Ok(())
    }
}
