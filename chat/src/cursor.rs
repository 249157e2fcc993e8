//! How far each device of each reader has come. Marks only move forward.

use serde_json::json;
use sqlx::Row;

use crate::{AgentId, Column, ConversationId, DeviceId, Result, Store, VisitorId, WorkspaceId};

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
    marks: (i64, i64),
    now: i64,
) -> Result<bool> {
    Ok(advance(store, workspace, conversation, reader, device, marks, now).await?.is_some())
}

/// The same; when a mark moved, how far this device's reader has read now.
pub async fn advance(
    store: &Store,
    workspace: WorkspaceId,
    conversation: ConversationId,
    reader: Reader,
    device: DeviceId,
    (delivered, read): (i64, i64),
    now: i64,
) -> Result<Option<i64>> {
    let moved = sqlx::query(
        "INSERT INTO cursor (conversation_id, reader, device, delivered_seq, read_seq, updated_at)
         SELECT id, $3, $4, CASE WHEN $5 < last_seq THEN $5 ELSE last_seq END, CASE WHEN $6 < last_seq THEN $6 ELSE last_seq END, $7
           FROM conversation WHERE workspace_id = $1 AND id = $2
         ON CONFLICT (conversation_id, reader, device) DO UPDATE SET
                delivered_seq = CASE WHEN excluded.delivered_seq > cursor.delivered_seq THEN excluded.delivered_seq ELSE cursor.delivered_seq END,
                read_seq = CASE WHEN excluded.read_seq > cursor.read_seq THEN excluded.read_seq ELSE cursor.read_seq END,
                updated_at = excluded.updated_at
          WHERE excluded.delivered_seq > cursor.delivered_seq OR excluded.read_seq > cursor.read_seq
         RETURNING read_seq",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(reader.text())
    .bind(device.text())
    .bind(delivered)
    .bind(read)
    .bind(now)
    .fetch_all(store.write())
    .await?;
    moved.first().map(|row| Ok(row.try_get("read_seq")?)).transpose()
}

/// How far one device has come.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Whose device.
    pub reader: Reader,
    /// The device.
    pub device: DeviceId,
    /// It has everything up to here.
    pub seq: i64,
    /// Unix milliseconds.
    pub at: i64,
}

/// Notes how far devices have come, each of them once: one statement for all. Marks beyond a conversation's end are cut to it. What a
/// power cut takes back is noted again: devices tell where they are when they come back.
pub async fn delivered(store: &Store, list: &[Delivered]) -> Result<()> {
    let rows: Vec<_> = list
        .iter()
        .map(|mark| {
            json!({
                "workspace": mark.workspace, "conversation": mark.conversation, "reader": mark.reader.text(), "device": mark.device,
                "seq": mark.seq, "at": mark.at,
            })
        })
        .collect();
    let columns = [
        Column::Text("workspace"),
        Column::Text("conversation"),
        Column::Text("reader"),
        Column::Text("device"),
        Column::Int("seq"),
        Column::Int("at"),
    ];
    let sql = format!(
        "INSERT INTO cursor (conversation_id, reader, device, delivered_seq, read_seq, updated_at)
         SELECT c.id, x.reader, x.device, CASE WHEN x.seq < c.last_seq THEN x.seq ELSE c.last_seq END, 0, x.at
           FROM {} JOIN conversation c ON c.id = x.conversation AND c.workspace_id = x.workspace WHERE 1 = 1
         ON CONFLICT (conversation_id, reader, device) DO UPDATE SET delivered_seq = excluded.delivered_seq, updated_at = excluded.updated_at
          WHERE excluded.delivered_seq > cursor.delivered_seq",
        store.dialect().rows(1, &columns)
    );
    store.briefly(&sql, |insert| insert.bind(json!(rows).to_string())).await?;
    Ok(())
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
