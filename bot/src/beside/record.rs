//! What the bot thought beside people, in the record: claimed by a row with a lease, so that one bot thinks, and another after it dies.

use chat::{Chat, ClientId, ConversationId, Store, TurnId, WorkspaceId, row};
use sqlx::{Row, any::AnyRow};

use crate::{Asked, Error, Result, Settings, Trace, Turn, settings::Mode};

/// How long a question belongs to whoever thinks about it, in ms: longer than any model may take.
const LEASE_MS: i64 = 120_000;
/// Older questions are let be, in ms.
const RECENT_MS: i64 = 3_600_000;
/// Questions of one look.
const LOOK: i64 = 40;

/// A question that belongs to this bot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub asked: i64,
    pub client: ClientId,
}

/// Workspaces in which the bot thinks beside people.
pub(super) async fn modes(chat: &Chat) -> Result<Vec<(WorkspaceId, Mode)>> {
    let rows = sqlx::query("SELECT workspace_id, value FROM setting WHERE name = 'bot'").fetch_all(chat.store().read()).await?;
    let mut found = Vec::new();
    for row in &rows {
        let settings: Settings = row::json(row, "value")?;
        if matches!(settings.mode(), Mode::Draft | Mode::Shadow) {
            found.push((row::id(row, "workspace_id")?, settings.mode()));
        }
    }
    Ok(found)
}

/// Questions people have, which nobody has answered or thought about.
pub(super) async fn due(chat: &Chat, workspace: WorkspaceId, burst_ms: u64) -> Result<Vec<(ConversationId, i64)>> {
    let now = chat.now();
    let rows = sqlx::query(
        "SELECT c.id, c.asked_seq FROM conversation c
          WHERE c.workspace_id = $1 AND c.speaker <> 'bot' AND c.closed_at IS NULL AND c.asked_seq > 0
            AND c.last_period BETWEEN $2 / 300000 AND $3 / 300000 AND c.last_at BETWEEN $2 AND $3
            AND NOT EXISTS (SELECT 1 FROM beside b
                 WHERE b.conversation_id = c.id AND b.asked_seq = c.asked_seq AND (b.until = 0 OR b.until > $4))
            AND NOT EXISTS (SELECT 1 FROM message m
                 WHERE m.conversation_id = c.id AND m.seq > c.asked_seq AND m.author = 'agent' AND m.audience = 'all')
          ORDER BY c.last_at LIMIT $5",
    )
    .bind(workspace.text())
    .bind(now - RECENT_MS)
    .bind(now - i64::try_from(burst_ms).unwrap_or(0))
    .bind(now)
    .bind(LOOK)
    .fetch_all(chat.store().read())
    .await?;
    rows.iter().map(|found| Ok((row::id(found, "id")?, found.try_get("asked_seq")?))).collect()
}

/// Takes a question; `None` when another bot has it, or it is done.
pub(super) async fn claim(
    chat: &Chat,
    workspace: WorkspaceId,
    conversation: ConversationId,
    asked: i64,
    mode: Mode,
) -> Result<Option<Claim>> {
    let now = chat.now();
    let claimed = sqlx::query(
        "INSERT INTO beside (conversation_id, asked_seq, workspace_id, client_id, mode, until, outcome, topic, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, '', '', '', $7)
         ON CONFLICT (conversation_id, asked_seq) DO UPDATE SET until = excluded.until, mode = excluded.mode
            WHERE beside.until <> 0 AND beside.until <= $7
         RETURNING client_id",
    )
    .bind(conversation.text())
    .bind(asked)
    .bind(workspace.text())
    .bind(chat.id::<ClientId>().text())
    .bind(mode.text())
    .bind(now + LEASE_MS)
    .bind(now)
    .fetch_optional(chat.store().write())
    .await?;
    let Some(claimed) = claimed else { return Ok(None) };
    Ok(Some(Claim { workspace, conversation, asked, client: row::id(&claimed, "client_id")? }))
}

/// Notes what the bot would have said.
pub(super) async fn finish(chat: &Chat, claim: &Claim, thought: &Asked, draft: Option<i64>) -> Result<()> {
    let topic = thought.citations.first().map(|citation| citation.title.as_str()).unwrap_or_default();
    sqlx::query(
        "UPDATE beside SET until = 0, outcome = $4, topic = $5, body = $6, draft_seq = $7, finished_at = $8, trace = $9
          WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq = $3",
    )
    .bind(claim.workspace.text())
    .bind(claim.conversation.text())
    .bind(claim.asked)
    .bind(thought.verdict.name())
    .bind(topic)
    .bind(thought.answer.as_str())
    .bind(draft)
    .bind(chat.now())
    .bind(serde_json::to_string(&thought.trace).unwrap_or_else(|_| "{}".into()))
    .execute(chat.store().write())
    .await?;
    Ok(())
}

/// What led to a draft, told as a turn; `None`: the message is no draft.
pub(crate) async fn of_draft(store: &Store, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<Option<Turn>> {
    let row = sqlx::query(
        "SELECT client_id, asked_seq, draft_seq, outcome, body, trace, created_at, finished_at FROM beside
          WHERE workspace_id = $1 AND conversation_id = $2 AND draft_seq = $3",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(seq)
    .fetch_optional(store.read())
    .await?;
    row.as_ref().map(turn).transpose()
}

/// What led to what it thought of a question, told as a turn, and what it would have said; `None`: it thought nothing.
pub(super) async fn of_question(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    asked: i64,
) -> Result<Option<(Turn, String)>> {
    let row = sqlx::query(
        "SELECT client_id, asked_seq, draft_seq, outcome, body, trace, created_at, finished_at FROM beside
          WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq = $3 AND until = 0",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(asked)
    .fetch_optional(store.read())
    .await?;
    row.as_ref().map(|row| Ok((turn(row)?, row.try_get("body")?))).transpose()
}

fn turn(row: &AnyRow) -> Result<Turn> {
    let trace = row.try_get::<Option<&str>, _>("trace")?.ok_or(Error::NotFound)?;
    let trace: Trace = serde_json::from_str(trace).unwrap_or_default();
    Ok(Turn {
        id: turn_of(row::id(row, "client_id")?),
        asked_seq: row.try_get("asked_seq")?,
        answer_seq: row.try_get("draft_seq")?,
        outcome: Some(row.try_get("outcome")?),
        rule: trace.rules.last().cloned().unwrap_or_default(),
        trace,
        rating: None,
        created_at: row.try_get("created_at")?,
        finished_at: row.try_get("finished_at")?,
    })
}

/// A draft names what led to it by its message's own id.
pub(super) fn turn_of(client: ClientId) -> TurnId {
    TurnId(client.0)
}
