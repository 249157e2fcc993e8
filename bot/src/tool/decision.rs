//! What agents decide about calls that wait for them. The decision is a message of the house, which the bot goes on with.

use chat::{
    AgentId, Append, Author, Chat, ClientId, ConversationId, Event, Extra, ToolCallId, ToolId, WorkspaceId,
    audit::{self, Actor, Entry},
    conversation, row,
};
use serde_json::json;

use super::{
    call::{self, Past, Status, Waiting},
    code, record,
};
use crate::{Bot, Error, Result, words::say};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The call is made.
    Approve,
    /// It is not.
    Deny,
    /// Nobody decided in time.
    Late,
}

impl Bot {
    /// Calls an agent must agree to, of a workspace or of one conversation, the oldest first.
    ///
    /// # Errors
    /// The record's.
    pub async fn waiting_calls(&self, workspace: WorkspaceId, conversation: Option<ConversationId>) -> Result<Vec<Waiting>> {
        let rows = call::waiting(self.chat(), workspace, conversation).await?;
        let tools = if rows.is_empty() { Vec::new() } else { record::list(self.chat(), workspace).await? };
        let spec = |id: ToolId| tools.iter().find(|tool| tool.id == id).map(|tool| &tool.spec);
        Ok(rows
            .into_iter()
            .map(|row| {
                let of = spec(row.tool);
                row.waiting(of)
            })
            .collect())
    }

    /// The last calls of a tool, the newest first.
    ///
    /// # Errors
    /// The record's.
    pub async fn past_calls(&self, workspace: WorkspaceId, tool: ToolId) -> Result<Vec<Past>> {
        call::past(self.chat(), workspace, tool).await
    }

    /// Decides a call that waits for an agent; the bot goes on with it.
    ///
    /// # Errors
    /// [`Error::Stale`] when it was decided before, or when the bot has the word no more.
    pub async fn decide_call(&self, workspace: WorkspaceId, id: ToolCallId, choice: Choice, by: Option<AgentId>) -> Result<()> {
        let chat = self.chat();
        let (status, event) = match choice {
            Choice::Approve => (Status::Approved, "tool_approved"),
            Choice::Deny => (Status::Denied, "tool_denied"),
            Choice::Late => (Status::Expired, "tool_expired"),
        };
        let now = chat.now();
        let mut tx = chat.begin().await?;
        let decided = sqlx::query(
            "UPDATE tool_call SET status = $3, decided_by = $4, decided_at = $5
              WHERE workspace_id = $1 AND id = $2 AND status = 'agent' AND (until > $5 OR $3 = 'expired') RETURNING conversation_id",
        )
        .bind(workspace.text())
        .bind(id.text())
        .bind(status.text())
        .bind(by.map(|agent| format!("agent:{agent}")))
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(decided) = decided else { return Err(Error::Stale) };
        let of: ConversationId = row::id(&decided, "conversation_id")?;
        if let Some(agent) = by {
            let entry = Entry {
                id: chat.id(),
                actor: Actor::Agent(agent),
                action: if choice == Choice::Approve { "tool.approve" } else { "tool.deny" },
                object: id.text(),
                detail: json!({ "conversation": of }),
                at: now,
            };
            audit::note_in(&mut tx, workspace, entry).await?;
        }
        let talk = conversation::find(chat.store(), workspace, of).await?;
        let told = Append {
            extra: Extra { call: Some(id), event: Some(Event { name: event.into(), ..Event::default() }), ..Extra::default() },
            epoch: Some(talk.epoch),
            ..Append::new(workspace, of, ClientId(id.0), Author::System, say(&talk.locale, &format!("event.{event}"), &[]))
        };
        let appended = match chat.append_in(&mut tx, told).await {
            Ok(appended) if talk.speaker == chat::Speaker::Bot => Some(appended),
            // Somebody took over: what was asked for is not done any more, and nobody is told that it was.
            Ok(_) | Err(chat::Error::Stale) => None,
            Err(error) => return Err(error.into()),
        };
        match appended {
            Some(appended) => {
                let changed = move |chat: &Chat| chat.conversation_changed(workspace, talk.visitor, of);
                Ok(chat.commit(tx, vec![appended], changed).await?)
            }
            None => {
                drop(tx);
                self.void(workspace, id).await?;
                Err(Error::Stale)
            }
        }
    }

    /// A call nobody needs any more.
    async fn void(&self, workspace: WorkspaceId, id: ToolCallId) -> Result<()> {
        sqlx::query("UPDATE tool_call SET status = 'expired', decided_at = $3 WHERE workspace_id = $1 AND id = $2 AND status = 'agent'")
            .bind(workspace.text())
            .bind(id.text())
            .bind(self.chat().now())
            .execute(self.chat().store().write())
            .await?;
        Ok(())
    }

    /// Calls nobody has decided in time: the bot hands over. One whose code did not come in time is over, and its form says so.
    pub(crate) async fn expire_calls(&self) {
        match code::expire(self.chat()).await {
            Ok(late) => {
                for (workspace, visitor, conversation) in late {
                    self.chat().conversation_changed(workspace, visitor, conversation);
                }
            }
            Err(error) => tracing::warn!(%error, "calls that wait for a code could not be ended; the next sweep tries again"),
        }
        let late = match call::late(self.chat()).await {
            Ok(late) => late,
            Err(error) => return tracing::warn!(%error, "calls nobody has decided could not be found; the next sweep looks again"),
        };
        for (workspace, id) in late {
            match self.decide_call(workspace, id, Choice::Late, None).await {
                Ok(()) | Err(Error::Stale) => {}
                Err(error) => {
                    tracing::warn!(call.id = %id, %error, "a call nobody has decided could not be ended; the next sweep tries again")
                }
            }
        }
    }
}
