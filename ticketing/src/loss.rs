//! Agents who went silent: the chats in which a visitor waits for them go to somebody else.

use chat::{AgentId, ConversationId, WorkspaceId, agent, row};

use crate::{
    Desk, Result,
    change::Change,
    config::ms,
    sweep::warn,
    ticket::{Cause, Lost, Passed, Status},
};

/// Chats that change hands in one sweep, at most.
const AT_ONCE: i64 = 100;

/// A chat whose visitor waits for an agent who does not answer.
#[derive(Clone, Copy, Debug)]
struct Silent {
    workspace: WorkspaceId,
    conversation: ConversationId,
    agent: AgentId,
    cause: Cause,
}

impl Desk {
    /// Takes away what silent agents leave unanswered.
    pub(crate) async fn reclaim(&self) -> Result<()> {
        for silent in self.gone().await?.into_iter().chain(self.late().await?) {
            warn("a silent agent's chat", self.lose(silent).await);
        }
        Ok(())
    }

    /// The agent has left: what waits for them goes to others now.
    pub(crate) async fn release(&self, workspace: WorkspaceId, agent: AgentId) -> Result<()> {
        let rows = sqlx::query(
            "SELECT t.conversation_id FROM ticket t JOIN conversation c ON c.id = t.conversation_id
              WHERE t.workspace_id = $1 AND t.agent_id = $2 AND t.status = 'open' AND (t.replied_at IS NULL OR c.asked_seq > c.answered_seq)",
        )
        .bind(workspace.text())
        .bind(agent.text())
        .fetch_all(self.chat().store().read())
        .await?;
        for row in &rows {
            self.lose(Silent { workspace, conversation: row::id(row, "conversation_id")?, agent, cause: Cause::Offline }).await?;
        }
        Ok(())
    }

    /// Chats of agents whose console is silent or who may not sign in any more.
    async fn gone(&self) -> Result<Vec<Silent>> {
        let rows = sqlx::query(
            "SELECT t.workspace_id, t.conversation_id, t.agent_id
               FROM ticket t JOIN conversation c ON c.id = t.conversation_id JOIN agent a ON a.id = t.agent_id
                    LEFT JOIN presence p ON p.agent_id = t.agent_id
              WHERE t.status = 'open' AND t.agent_id IS NOT NULL AND (t.replied_at IS NULL OR c.asked_seq > c.answered_seq)
                AND t.assigned_at <= $1 AND (t.touched_at IS NULL OR t.touched_at <= $1)
                AND (p.seen_at IS NULL OR p.seen_at <= $1 OR a.disabled_at IS NOT NULL)
              LIMIT $2",
        )
        .bind(self.alive_since())
        .bind(AT_ONCE)
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter().map(|row| silent(row, Cause::Offline)).collect()
    }

    /// Chats whose agent is there but lets the visitor wait for too long.
    async fn late(&self) -> Result<Vec<Silent>> {
        let now = self.chat().now();
        let rows = sqlx::query(
            "SELECT t.workspace_id, t.conversation_id, t.agent_id FROM ticket t JOIN conversation c ON c.id = t.conversation_id
              WHERE t.status = 'open' AND t.agent_id IS NOT NULL AND t.assigned_at <= $1 AND (t.touched_at IS NULL OR t.touched_at <= $1)
                AND (t.replied_at IS NULL
                     OR (c.asked_seq > c.answered_seq AND (t.touched_at IS NULL OR t.touched_at <= $2)
                         AND (SELECT MIN(m.created_at) FROM message m
                               WHERE m.conversation_id = c.id AND m.seq > c.answered_seq AND m.author = 'visitor') <= $2))
              LIMIT $3",
        )
        .bind(now - ms(self.config().unanswered_s))
        .bind(now - ms(self.config().stalled_s))
        .bind(AT_ONCE)
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter().map(|row| silent(row, Cause::Unanswered)).collect()
    }

    async fn lose(&self, silent: Silent) -> Result<()> {
        let Silent { workspace, conversation, agent, cause } = silent;
        let name = agent::find(self.chat().store(), workspace, agent).await?.name;
        let mut change = Change::begin(self, workspace, conversation).await?;
        if change.holder() != Some(agent) || !change.visitor_waits() {
            return Ok(());
        }
        if !change.take_away(&name, cause)? {
            return Ok(());
        }
        let key = if cause == Cause::Offline { "staff.lost_offline" } else { "staff.lost_unanswered" };
        change.tell_staff("lost", &name, key).await?;
        let next = change.route().await?;
        match &next {
            Some(next) => change.tell("transferred", Some(next), "event.transferred", &[("agent", next)]).await?,
            None => change.tell("queued", None, "event.queued", &[]).await?,
        }
        change.finish().await?;
        tracing::info!(workspace.id = %workspace, conversation.id = %conversation, agent.id = %agent, chat.cause = ?cause, chat.routed = next.is_some(), "an agent lost a chat that waited");
        Ok(())
    }
}

impl Change<'_> {
    /// Puts the ticket back into the queue at its old place; false when it is nobody's work now.
    fn take_away(&mut self, agent: &str, cause: Cause) -> Result<bool> {
        let now = self.now;
        let ticket = self.live()?;
        let (Status::Open, Some(holder)) = (ticket.status, ticket.agent) else { return Ok(false) };
        ticket.enqueue(ticket.waiting_since(now));
        ticket.routed.lost = Some(Lost { agent: agent.into(), cause });
        if cause == Cause::Unanswered {
            ticket.routed.passed.push(Passed { agent: holder, at: now });
        }
        Ok(true)
    }
}

fn silent(row: &sqlx::any::AnyRow, cause: Cause) -> Result<Silent> {
    Ok(Silent {
        workspace: row::id(row, "workspace_id")?,
        conversation: row::id(row, "conversation_id")?,
        agent: row::id(row, "agent_id")?,
        cause,
    })
}
