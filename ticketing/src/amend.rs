//! A message that is edited or taken back by an agent.

use std::sync::Arc;

use chat::{AgentId, Append, Audience, Author, ClientId, ConversationId, Message, WorkspaceId, inbox, message};

use crate::{Desk, Result};

impl Desk {
    /// The agent's own message, a note among them, says something else from now on. Never changes who speaks.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for an empty or too long body; [`crate::Error::TooLate`]; [`crate::Error::NotFound`], also for
    /// what somebody else wrote.
    pub async fn edit(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        of: (ConversationId, i64),
        client_id: ClientId,
        body: &str,
    ) -> Result<Arc<Message>> {
        self.staff(workspace, agent).await?;
        let within = self.change_ms(workspace, of.0).await?;
        let append = Append::edit(workspace, of, client_id, Author::Agent(agent), body, within);
        Ok(self.chat().append(append).await?.message)
    }

    /// Takes back the agent's own message, or one of the bot, however old that is. Never changes who speaks.
    ///
    /// # Errors
    /// As [`Desk::edit`].
    pub async fn recall(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        of: (ConversationId, i64),
        client_id: ClientId,
    ) -> Result<Arc<Message>> {
        self.staff(workspace, agent).await?;
        let store = self.chat().store();
        let within = match message::get(store, workspace, of.0, Audience::Staff, of.1).await?.author {
            Author::Bot => i64::MAX,
            _ => self.change_ms(workspace, of.0).await?,
        };
        let append = Append::recall(workspace, of, client_id, Author::Agent(agent), within);
        Ok(self.chat().append(append).await?.message)
    }

    /// For how long agents may change what they wrote in this conversation, ms; less than nothing: not at all.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn change_ms(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<i64> {
        let store = self.chat().store();
        let it = chat::conversation::find(store, workspace, conversation).await?;
        Ok(inbox::find(store, workspace, it.inbox).await?.look.change.agent_ms())
    }
}
