//! What agents write: replies, internal notes, and signs that they are writing.

use std::sync::Arc;

use chat::{AgentId, Append, Appended, Audience, Author, ClientId, ConversationId, Message, News, Topic, WorkspaceId};

use crate::{Desk, Result, change::Change, ticket::Status};

/// Writing is noted in the record at most this often, ms.
const TOUCH_MS: i64 = 15_000;

impl Desk {
    /// Answers the visitor. Who does not hold the chat takes it over by answering.
    /// The same client id again returns the same message and changes nothing.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for an empty or too long body; [`crate::Error::NotFound`].
    pub async fn reply(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        client_id: ClientId,
        body: &str,
    ) -> Result<Arc<Message>> {
        let writer = self.staff(workspace, agent).await?;
        let mut change = Change::begin(self, workspace, conversation).await?;
        let other = change.holder().filter(|holder| *holder != agent);
        let append = Append::new(workspace, conversation, client_id, Author::Agent(agent), body);
        if change.has(client_id).await? {
            // Perhaps the answer to its commit was lost, and nobody was told.
            let kept = change.append(append).await?;
            self.chat().announce(&[Appended { duplicate: false, ..kept.clone() }]);
            return Ok(kept.message);
        }
        change.take(&writer).await?;
        let considered = Some(change.conversation.asked_seq);
        let message = change.append(Append { considered, ..append }).await?.message;
        change.replied();
        change.finish().await?;
        if other.is_some() {
            self.drain(workspace).await;
        }
        Ok(message)
    }

    /// Writes what only the staff see. Never changes who speaks.
    ///
    /// # Errors
    /// As [`Desk::reply`].
    pub async fn note(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        client_id: ClientId,
        body: &str,
    ) -> Result<Arc<Message>> {
        self.staff(workspace, agent).await?;
        let append = Append::new(workspace, conversation, client_id, Author::Agent(agent), body);
        Ok(self.chat().append(Append { audience: Audience::Staff, ..append }).await?.message)
    }

    /// The agent is writing, or has stopped: the visitor sees it, and the chat is not taken away meanwhile.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn typing(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, on: bool) -> Result<()> {
        let writer = self.staff(workspace, agent).await?;
        let it = chat::conversation::find(self.chat().store(), workspace, conversation).await?;
        let news = News::Typing { workspace, conversation, author: Author::Agent(agent), name: writer.name, on };
        if it.speaker == chat::Speaker::Agent(agent) {
            self.chat().bus().publish(Topic::Visitor(workspace, it.visitor), news.clone());
        }
        self.chat().bus().publish(Topic::Conversation(workspace, conversation), news);
        if on { self.touch(workspace, agent, conversation).await } else { Ok(()) }
    }

    async fn touch(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<()> {
        let now = self.chat().now();
        let lately = self.memory(|memory| {
            memory.touched.retain(|_, at| now - *at < TOUCH_MS);
            memory.touched.contains_key(&(conversation, agent)) || memory.touched.insert((conversation, agent), now).is_some()
        });
        if lately {
            return Ok(());
        }
        sqlx::query(
            "UPDATE ticket SET touched_at = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3 AND status = 'open'",
        )
        .bind(workspace.text())
        .bind(conversation.text())
        .bind(agent.text())
        .bind(now)
        .execute(self.chat().store().write())
        .await?;
        Ok(())
    }
}

impl Change<'_> {
    /// The record has this message already.
    async fn has(&mut self, client_id: ClientId) -> Result<bool> {
        let row = sqlx::query("SELECT seq FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND client_id = $3")
            .bind(self.workspace().text())
            .bind(self.conversation.id.text())
            .bind(client_id.text())
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(row.is_some())
    }

    /// The holder has answered: what was put away for later is work again, what waits for the visitor still does.
    fn replied(&mut self) {
        let now = self.now;
        let Some(ticket) = &mut self.ticket else { return };
        ticket.replied_at = ticket.replied_at.or(Some(now));
        ticket.first_reply_at = ticket.first_reply_at.or(Some(now));
        ticket.touched_at = Some(now);
        ticket.routed.lost = None;
        ticket.routed.passed.clear();
        if ticket.status == Status::Snoozed {
            ticket.status = Status::Open;
            ticket.snoozed_until = None;
        }
    }
}
