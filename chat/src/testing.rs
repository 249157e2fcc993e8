//! A fresh record for tests of every crate.

use crate::{
    Append, Author, Chat, Clock, Config, ConversationId, InboxId, Random, Result, VisitorId, WorkspaceId,
    conversation::{self, Conversation, Opening},
    inbox, visitor, workspace,
};

/// A record in a folder of its own, with a workspace and an inbox.
pub struct Fresh {
    /// The record.
    pub chat: Chat,
    /// Its clock.
    pub clock: Clock,
    /// A workspace.
    pub workspace: WorkspaceId,
    /// An inbox of the workspace.
    pub inbox: InboxId,
    /// Where it stands; removed when this is dropped.
    pub folder: std::path::PathBuf,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A fresh SQLite record with a manual clock.
pub async fn fresh() -> Result<Fresh> {
    let folder = std::env::temp_dir().join(format!("warbler-{}", uuid::Uuid::new_v4()));
    let address = format!("sqlite:{}", folder.join("record.db").display());
    at(Config { address, readers: 4, ..Config::default() }, folder).await
}

/// A record at any address, with a new workspace and inbox.
pub async fn at(config: Config, folder: std::path::PathBuf) -> Result<Fresh> {
    let clock = Clock::manual(1_760_000_000_000);
    let chat = Chat::open(&config, clock.clone(), Random::system()).await?;
    let (workspace, inbox): (WorkspaceId, InboxId) = (chat.id(), chat.id());
    workspace::create(chat.store(), workspace, "Test", clock.now()).await?;
    inbox::create(chat.store(), workspace, inbox, "Website", &inbox::Look::default(), clock.now()).await?;
    Ok(Fresh { chat, clock, workspace, inbox, folder })
}

/// The record of [`fresh`] alone, for tests that need nothing else; its folder stays until the system clears it.
pub async fn chat() -> Result<Chat> {
    let fresh = fresh().await?;
    let chat = fresh.chat.clone();
    std::mem::forget(fresh);
    Ok(chat)
}

impl Fresh {
    /// A new visitor with a new, empty conversation.
    pub async fn conversation(&self, locale: &str) -> Result<Conversation> {
        let (visitor, id): (VisitorId, ConversationId) = (self.chat.id(), self.chat.id());
        visitor::create(self.chat.store(), self.workspace, visitor, locale, self.clock.now()).await?;
        let opening = Opening {
            id,
            workspace: self.workspace,
            inbox: self.inbox,
            visitor,
            locale: locale.into(),
            page_url: String::new(),
            page_title: String::new(),
        };
        conversation::open(self.chat.store(), self.clock.now(), &opening).await
    }

    /// The visitor writes.
    pub async fn say(&self, conversation: &Conversation, body: &str) -> Result<i64> {
        let append = Append::new(self.workspace, conversation.id, self.chat.id(), Author::Visitor(conversation.visitor), body);
        Ok(self.chat.append(append).await?.message.seq)
    }

    /// A new agent with the password "correct horse battery".
    pub async fn agent(&self, name: &str, role: crate::agent::Role) -> Result<crate::agent::Agent> {
        let new = crate::agent::NewAgent {
            email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
            name: name.into(),
            role,
            locale: "en".into(),
            capacity: 4,
            password_hash: crate::agent::hash_password("correct horse battery", self.chat.random())?,
        };
        crate::agent::create(self.chat.store(), self.workspace, self.chat.id(), &new, self.clock.now()).await
    }
}
