//! What one group of appends changes, and the four statements that change it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;
use sqlx::{Row, any::AnyRow};

use super::{Append, Appended};
use crate::{
    Audience, Author, ClientId, ConversationId, Error, Message, Result, VisitorId, WorkspaceId, row,
    store::{Column, Dialect, Store, Tx},
};

/// A conversation under change.
struct Head {
    workspace: WorkspaceId,
    visitor: VisitorId,
    speaker_is_bot: bool,
    epoch: i64,
    last_seq: i64,
    last_visible_seq: i64,
    asked_seq: i64,
    answered_seq: i64,
    /// The running bot turn's id, as the record has it.
    turn: Option<String>,
    closed: Option<i64>,
    changed: bool,
}

type Heads = BTreeMap<ConversationId, Head>;
type Known = HashMap<(ConversationId, ClientId), (i64, i64, i64)>;

pub(super) async fn write(tx: &mut Tx, dialect: Dialect, now: i64, group: &[&Append]) -> Result<Vec<Result<Appended>>> {
    if group.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads = lock(tx, dialect, group).await?;
    let mut known = known(tx, dialect, group).await?;
    let mut fresh = Vec::new();
    let done: Vec<Result<Appended>> = group
        .iter()
        .map(|append| {
            let appended = place(append, now, &mut heads, &mut known)?;
            if !appended.duplicate {
                fresh.push(appended.message.clone());
            }
            Ok(appended)
        })
        .collect();
    if !fresh.is_empty() {
        update(tx, dialect, now, &heads).await?;
        insert(tx, dialect, &fresh).await?;
    }
    Ok(done)
}

/// Gives `append` its seq, or says why not.
fn place(append: &Append, now: i64, heads: &mut Heads, known: &mut Known) -> Result<Appended> {
    let head = heads.get_mut(&append.conversation).filter(|head| head.workspace == append.workspace).ok_or(Error::NotFound)?;
    if let Author::Visitor(visitor) = append.author
        && visitor != head.visitor
    {
        return Err(Error::NotFound);
    }
    let key = (append.conversation, append.client_id);
    if let Some(&(seq, prev_visible, at)) = known.get(&key) {
        return Ok(Appended { message: message(append, head, seq, prev_visible, at), duplicate: true, due: false });
    }
    if append.epoch.is_some_and(|epoch| epoch != head.epoch) || late(append, head) {
        return Err(Error::Stale);
    }
    head.last_seq += 1;
    let (seq, prev_visible) = (head.last_seq, head.last_visible_seq);
    head.changed = true;
    if append.audience == Audience::All {
        head.last_visible_seq = seq;
    }
    if matches!(append.author, Author::Visitor(_)) {
        head.asked_seq = seq;
        head.closed = None;
    }
    if let Some(considered) = append.considered {
        head.answered_seq = head.answered_seq.max(considered.min(head.asked_seq));
    }
    known.insert(key, (seq, prev_visible, now));
    let due = head.speaker_is_bot && head.asked_seq == seq;
    Ok(Appended { message: message(append, head, seq, prev_visible, now), duplicate: false, due })
}

/// A bot that was away for so long that another has its turn, or has answered what it answers now.
fn late(append: &Append, head: &Head) -> bool {
    let taken = append.extra.turn.is_some_and(|turn| head.turn.as_ref().is_some_and(|running| *running != turn.text()));
    append.author == Author::Bot && (taken || append.considered.is_some_and(|seq| seq <= head.answered_seq))
}

fn message(append: &Append, head: &Head, seq: i64, prev_visible: i64, at: i64) -> Message {
    Message {
        workspace: append.workspace,
        conversation: append.conversation,
        visitor: head.visitor,
        seq,
        prev_visible,
        client_id: append.client_id,
        author: append.author,
        audience: append.audience,
        body: append.body.clone(),
        extra: append.extra.clone(),
        at,
    }
}

/// Reads and locks the conversations, sorted, so that two nodes cannot deadlock.
async fn lock(tx: &mut Tx, dialect: Dialect, group: &[&Append]) -> Result<Heads> {
    let mut ids: Vec<ConversationId> = group.iter().map(|append| append.conversation).collect();
    ids.sort_unstable();
    ids.dedup();
    let list: Vec<_> = ids.iter().map(|id| json!({ "key": id })).collect();
    let sql = format!(
        "SELECT id, workspace_id, visitor_id, speaker, epoch, last_seq, last_visible_seq, asked_seq, answered_seq, turn_id, closed_at
           FROM conversation WHERE id IN (SELECT x.key FROM {}) ORDER BY id{}",
        dialect.rows(1, &[Column::Text("key")]),
        dialect.for_update(),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row::id(row, "id")?, head(row)?))).collect()
}

fn head(row: &AnyRow) -> Result<Head> {
    let speaker: &str = row.try_get("speaker")?;
    Ok(Head {
        workspace: row::id(row, "workspace_id")?,
        visitor: row::id(row, "visitor_id")?,
        speaker_is_bot: speaker == "bot",
        epoch: row.try_get("epoch")?,
        last_seq: row.try_get("last_seq")?,
        last_visible_seq: row.try_get("last_visible_seq")?,
        asked_seq: row.try_get("asked_seq")?,
        answered_seq: row.try_get("answered_seq")?,
        turn: row.try_get("turn_id")?,
        closed: row.try_get("closed_at")?,
        changed: false,
    })
}

/// Which of the client ids are in the record already. Comes after the lock, or it would not see a rival's.
async fn known(tx: &mut Tx, dialect: Dialect, group: &[&Append]) -> Result<Known> {
    let list: Vec<_> = group.iter().map(|append| json!({ "conversation": append.conversation, "client": append.client_id })).collect();
    let sql = format!(
        "SELECT m.conversation_id, m.client_id, m.seq, m.prev_visible, m.created_at
           FROM {} JOIN message m ON m.conversation_id = x.conversation AND m.client_id = x.client",
        dialect.rows(1, &[Column::Text("conversation"), Column::Text("client")]),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            let key = (row::id(row, "conversation_id")?, row::id(row, "client_id")?);
            Ok((key, (row.try_get("seq")?, row.try_get("prev_visible")?, row.try_get("created_at")?)))
        })
        .collect()
}

/// Those of `appended` that are in the record under the seq they were given.
pub(super) async fn kept(store: &Store, appended: &[Appended]) -> Result<Vec<Appended>> {
    let list: Vec<_> = appended
        .iter()
        .map(|done| json!({ "conversation": done.message.conversation, "client": done.message.client_id, "seq": done.message.seq }))
        .collect();
    let sql = format!(
        "SELECT m.conversation_id, m.client_id FROM {} JOIN message m ON m.conversation_id = x.conversation AND m.client_id = x.client AND m.seq = x.seq",
        store.dialect().rows(1, &[Column::Text("conversation"), Column::Text("client"), Column::Int("seq")]),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).fetch_all(store.read()).await?;
    let there = rows
        .iter()
        .map(|row| Ok((row::id(row, "conversation_id")?, row::id(row, "client_id")?)))
        .collect::<Result<HashSet<(ConversationId, ClientId)>>>()?;
    Ok(appended.iter().filter(|done| there.contains(&(done.message.conversation, done.message.client_id))).cloned().collect())
}

async fn update(tx: &mut Tx, dialect: Dialect, now: i64, heads: &Heads) -> Result<()> {
    let list: Vec<_> = heads
        .iter()
        .filter(|(_, head)| head.changed)
        .map(|(id, head)| {
            json!({ "key": id, "seq": head.last_seq, "visible": head.last_visible_seq, "asked": head.asked_seq, "answered": head.answered_seq, "closed": head.closed })
        })
        .collect();
    let columns = [
        Column::Text("key"),
        Column::Int("seq"),
        Column::Int("visible"),
        Column::Int("asked"),
        Column::Int("answered"),
        Column::Int("closed"),
    ];
    let sql = format!(
        "UPDATE conversation SET last_seq = x.seq, last_visible_seq = x.visible, asked_seq = x.asked, answered_seq = x.answered,
                closed_at = x.closed, last_at = $2
           FROM {} WHERE conversation.id = x.key",
        dialect.rows(1, &columns),
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).bind(now).execute(&mut **tx).await?;
    Ok(())
}

async fn insert(tx: &mut Tx, dialect: Dialect, fresh: &[Message]) -> Result<()> {
    let list: Vec<_> = fresh
        .iter()
        .map(|m| {
            json!({
                "conversation": m.conversation, "seq": m.seq, "workspace": m.workspace, "client": m.client_id,
                "author": m.author.kind(), "author_key": m.author.id_text(), "audience": m.audience.text(),
                "body": m.body, "extra": json!(m.extra).to_string(), "prev": m.prev_visible, "at": m.at,
            })
        })
        .collect();
    let columns = [
        Column::Text("conversation"),
        Column::Int("seq"),
        Column::Text("workspace"),
        Column::Text("client"),
        Column::Text("author"),
        Column::Text("author_key"),
        Column::Text("audience"),
        Column::Text("body"),
        Column::Text("extra"),
        Column::Int("prev"),
        Column::Int("at"),
    ];
    let sql = format!(
        "INSERT INTO message (conversation_id, seq, workspace_id, client_id, author, author_id, audience, body, extra, prev_visible, created_at)
         SELECT x.conversation, x.seq, x.workspace, x.client, x.author, x.author_key, x.audience, x.body, x.extra, x.prev, x.at FROM {}",
        dialect.rows(1, &columns),
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).execute(&mut **tx).await?;
    Ok(())
}
