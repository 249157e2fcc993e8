//! The ticket table.

use chat::{ConversationId, Store, TicketId, Tx, WorkspaceId, row};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Priority, Reason, Routed, Status, Ticket};
use crate::{Error, Result};

const SELECT: &str = "SELECT id, workspace_id, number, conversation_id, subject, reason, priority, team_id, agent_id, status, packet, routed,
    created_at, updated_at, queued_at, assigned_at, replied_at, first_reply_at, snoozed_until, resolved_at, waited_ms, touched_at, labels FROM ticket";

/// One ticket of the workspace.
///
/// # Errors
/// [`Error::NotFound`] when it is not one of this workspace.
pub async fn find(store: &Store, workspace: WorkspaceId, id: TicketId) -> Result<Ticket> {
    let sql = format!("{SELECT} WHERE workspace_id = $1 AND id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_optional(store.read()).await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// The ticket of a conversation that is not resolved.
pub async fn live(store: &Store, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Ticket>> {
    Ok(latest(store, workspace, conversation).await?.filter(Ticket::is_live))
}

/// The newest ticket of a conversation.
pub async fn latest(store: &Store, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Ticket>> {
    Ok(of_conversation(store, workspace, conversation, 1).await?.pop())
}

/// The tickets of a conversation, newest first.
pub async fn of_conversation(store: &Store, workspace: WorkspaceId, conversation: ConversationId, limit: i64) -> Result<Vec<Ticket>> {
    let rows = newest(workspace, conversation, limit).fetch_all(store.read()).await?;
    rows.iter().map(from_row).collect()
}

/// The newest ticket of a conversation that this transaction has locked.
pub(crate) async fn in_tx(tx: &mut Tx, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Ticket>> {
    let row = newest(workspace, conversation, 1).fetch_optional(&mut **tx).await?;
    row.as_ref().map(from_row).transpose()
}

/// The tickets of a conversation that this transaction has locked, newest first.
pub(crate) async fn all_in_tx(tx: &mut Tx, workspace: WorkspaceId, conversation: ConversationId, limit: i64) -> Result<Vec<Ticket>> {
    newest(workspace, conversation, limit).fetch_all(&mut **tx).await?.iter().map(from_row).collect()
}

/// Writes what a ticket of a locked conversation tells of it.
pub(crate) async fn retell(tx: &mut Tx, workspace: WorkspaceId, ticket: &Ticket) -> Result<()> {
    sqlx::query("UPDATE ticket SET subject = $3, packet = $4 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(ticket.id.text())
        .bind(ticket.subject.as_str())
        .bind(serde_json::to_string(&ticket.packet)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn newest<'q>(workspace: WorkspaceId, conversation: ConversationId, limit: i64) -> Query<'q> {
    let sql = format!("{SELECT} WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY number DESC LIMIT $3");
    sqlx::query(AssertSqlSafe(sql)).bind(workspace.text()).bind(conversation.text()).bind(limit)
}

/// Writes a new ticket under the workspace's next number and returns it with that number.
pub(crate) async fn insert(tx: &mut Tx, workspace: WorkspaceId, mut ticket: Ticket) -> Result<Ticket> {
    ticket.number = next_number(tx, workspace).await?;
    let sql = "INSERT INTO ticket (workspace_id, id, number, conversation_id, subject, reason, packet, created_at, priority, team_id,
            agent_id, status, routed, updated_at, queued_at, assigned_at, replied_at, first_reply_at, snoozed_until, resolved_at, waited_ms, touched_at, labels)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    let query = sqlx::query(sql)
        .bind(workspace.text())
        .bind(ticket.id.text())
        .bind(ticket.number)
        .bind(ticket.conversation.text())
        .bind(ticket.subject.clone())
        .bind(ticket.reason.text())
        .bind(serde_json::to_string(&ticket.packet)?)
        .bind(ticket.created_at);
    bind_changing(query, &ticket)?.execute(&mut **tx).await?;
    Ok(ticket)
}

async fn next_number(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO ticket_counter (workspace_id, last_number) VALUES ($1, 1)
         ON CONFLICT (workspace_id) DO UPDATE SET last_number = ticket_counter.last_number + 1 RETURNING last_number",
    )
    .bind(workspace.text())
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.try_get("last_number")?)
}

/// Writes what has changed, if the ticket is still with the same agent and in the same state as `before`.
///
/// # Errors
/// [`Error::Changed`] when somebody was faster.
pub(crate) async fn save(tx: &mut Tx, workspace: WorkspaceId, before: &Ticket, after: &Ticket) -> Result<()> {
    let sql = "UPDATE ticket SET subject = $5, reason = $6, packet = $7, created_at = $8, priority = $9, team_id = $10, agent_id = $11,
            status = $12, routed = $13, updated_at = $14, queued_at = $15, assigned_at = $16, replied_at = $17, first_reply_at = $18,
            snoozed_until = $19, resolved_at = $20, waited_ms = $21, touched_at = $22, labels = $23
      WHERE workspace_id = $1 AND id = $2 AND status = $3 AND COALESCE(agent_id, '') = $4";
    let query = sqlx::query(sql)
        .bind(workspace.text())
        .bind(after.id.text())
        .bind(before.status.text())
        .bind(before.agent.map(|agent| agent.text()).unwrap_or_default())
        .bind(after.subject.clone())
        .bind(after.reason.text())
        .bind(serde_json::to_string(&after.packet)?)
        .bind(after.created_at);
    let done = bind_changing(query, after)?.execute(&mut **tx).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Changed) }
}

fn bind_changing<'q>(query: Query<'q>, ticket: &Ticket) -> Result<Query<'q>> {
    Ok(query
        .bind(ticket.priority.rank())
        .bind(ticket.team.map(|team| team.text()))
        .bind(ticket.agent.map(|agent| agent.text()))
        .bind(ticket.status.text())
        .bind(serde_json::to_string(&ticket.routed)?)
        .bind(ticket.updated_at)
        .bind(ticket.queued_at)
        .bind(ticket.assigned_at)
        .bind(ticket.replied_at)
        .bind(ticket.first_reply_at)
        .bind(ticket.snoozed_until)
        .bind(ticket.resolved_at)
        .bind(ticket.waited_ms)
        .bind(ticket.touched_at)
        .bind(serde_json::to_string(&ticket.labels)?))
}

/// Notes why a ticket still waits, unless somebody has taken it meanwhile.
pub(crate) async fn reason_of_waiting(store: &Store, workspace: WorkspaceId, id: TicketId, routed: &Routed) -> Result<()> {
    sqlx::query("UPDATE ticket SET routed = $3 WHERE workspace_id = $1 AND id = $2 AND agent_id IS NULL AND queued_at IS NOT NULL")
        .bind(workspace.text())
        .bind(id.text())
        .bind(serde_json::to_string(routed)?)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Reads a row that holds every column of the table.
pub(crate) fn from_row(row: &AnyRow) -> Result<Ticket> {
    let unknown = |what: &str| Error::Record(chat::Error::Refused(format!("the record holds a ticket with an unknown {what}")));
    Ok(Ticket {
        id: row::id(row, "id")?,
        workspace: row::id(row, "workspace_id")?,
        number: row.try_get("number")?,
        conversation: row::id(row, "conversation_id")?,
        subject: row.try_get("subject")?,
        reason: Reason::parse(row.try_get("reason")?).ok_or_else(|| unknown("reason"))?,
        priority: Priority::of_rank(row.try_get("priority")?),
        team: row::optional_id(row, "team_id")?,
        agent: row::optional_id(row, "agent_id")?,
        status: Status::parse(row.try_get("status")?).ok_or_else(|| unknown("status"))?,
        packet: row::json(row, "packet")?,
        routed: row::json(row, "routed")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        queued_at: row.try_get("queued_at")?,
        assigned_at: row.try_get("assigned_at")?,
        replied_at: row.try_get("replied_at")?,
        first_reply_at: row.try_get("first_reply_at")?,
        snoozed_until: row.try_get("snoozed_until")?,
        resolved_at: row.try_get("resolved_at")?,
        waited_ms: row.try_get("waited_ms")?,
        touched_at: row.try_get("touched_at")?,
        labels: row::json(row, "labels")?,
    })
}
