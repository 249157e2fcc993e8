//! How far each device of each reader has come. Marks only move forward.

use sqlx::Row;

use crate::{AgentId, ConversationId, DeviceId, Result, Store, VisitorId, WorkspaceId};

/// Somebody with cursors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The conversation's visitor.
    Visitor(VisitorId),
    /// A member of the staff.
    Agent(AgentId),
}

impl Reader {
    fn text(self) -> String {
        match self {
            Self::Visitor(id) => format!("visitor:{id}"),
            Self::Agent(id) => format!("agent:{id}"),
        }
    }
}

/// A device has everything up to the first mark, `delivered`, and its reader has read up to the second, `read`.
/// Marks beyond the conversation's end are cut to it. True when a mark moved.
pub async fn mark(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    reader: Reader,
    device: DeviceId,
    (delivered, read): (i64, i64),
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO cursor (conversation_id, reader, device, delivered_seq, read_seq, updated_at)
         SELECT id, $3, $4, CASE WHEN $5 < last_seq THEN $5 ELSE last_seq END, CASE WHEN $6 < last_seq THEN $6 ELSE last_seq END, $7
           FROM conversation WHERE workspace_id = $1 AND id = $2
         ON CONFLICT (conversation_id, reader, device) DO UPDATE SET
                delivered_seq = CASE WHEN excluded.delivered_seq > cursor.delivered_seq THEN excluded.delivered_seq ELSE cursor.delivered_seq END,
                read_seq = CASE WHEN excluded.read_seq > cursor.read_seq THEN excluded.read_seq ELSE cursor.read_seq END,
                updated_at = excluded.updated_at
          WHERE excluded.delivered_seq > cursor.delivered_seq OR excluded.read_seq > cursor.read_seq",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(reader.text())
    .bind(device.text())
    .bind(delivered)
    .bind(read)
    .bind(now)
    .execute(store.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How far this reader has read, on whichever device; 0: nothing.
pub async fn read_seq(store: &Store, workspace: WorkspaceId, conversation: ConversationId, reader: Reader) -> Result<i64> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(MAX(k.read_seq), 0) AS BIGINT) AS seq FROM cursor k JOIN conversation c ON c.id = k.conversation_id
          WHERE c.workspace_id = $1 AND k.conversation_id = $2 AND k.reader = $3",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(reader.text())
    .fetch_one(store.read())
    .await?;
    Ok(row.try_get("seq")?)
}

/// How far one device has come: (delivered, read).
pub async fn of_device(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    reader: Reader,
    device: DeviceId,
) -> Result<(i64, i64)> {
    let row = sqlx::query(
        "SELECT k.delivered_seq, k.read_seq FROM cursor k JOIN conversation c ON c.id = k.conversation_id
          WHERE c.workspace_id = $1 AND k.conversation_id = $2 AND k.reader = $3 AND k.device = $4",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(reader.text())
    .bind(device.text())
    .fetch_optional(store.read())
    .await?;
    Ok(match row {
        Some(row) => (row.try_get("delivered_seq")?, row.try_get("read_seq")?),
        None => (0, 0),
    })
}
