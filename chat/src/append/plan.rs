//! What one group of appends changes, and the two statements that change it: one looks, one writes. Where the heads are at hand the
//! second is enough, for it asks whether they are as they were.

use std::{collections::HashSet, sync::Arc};

use futures_util::TryStreamExt as _;
use serde_json::json;
use sqlx::{AnyConnection, Executor};

use super::{
    Append, Appended,
    amend::{self, Amend, Targets},
    cache::HeadCache,
    head::{Head, Heads},
    look::{Known, look},
    open::open_in,
    rows::{HEAD, HeadRow, MESSAGE, MessageRow, text},
};
use crate::{
    Audience, Author, ClientId, ConversationId, Error, Made, Message, Result,
    conversation::Opening,
    row,
    store::{Column, Dialect, Store},
};

/// Who begins and ends the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// The caller, around more than this.
    Caller,
    /// The first statement and the last one: each way to SQLite's thread and back costs as much as a statement.
    /// When anything fails the connection is not used again.
    Statements,
    /// The statement that writes is all of it.
    Alone,
}

impl Span {
    pub(super) fn first(self, dialect: Dialect, sql: &str) -> String {
        if self == Self::Caller { sql.to_owned() } else { format!("{};\n{sql}", dialect.begin()) }
    }

    fn last(self, dialect: Dialect, sql: String) -> String {
        match self {
            Self::Caller => sql,
            Self::Statements => format!("{sql};\nCOMMIT"),
            Self::Alone => dialect.alone(&sql),
        }
    }
}

/// What a group comes to, before it is written.
pub(super) struct Plan {
    /// For each of the group: its place, or why it has none.
    pub done: Vec<Result<Appended>>,
    pub heads: Heads,
    fresh: Vec<Arc<Message>>,
    amends: Vec<Amend>,
    now: i64,
    span: Span,
}

/// Looks what is there and gives each message its place.
pub(super) async fn plan(tx: &mut AnyConnection, dialect: Dialect, now: i64, group: &mut [Append], span: Span) -> Result<Plan> {
    let (checked, good) = check(group);
    let (heads, known) = found(tx, dialect, now, &good, span).await?;
    let targets = amend::targets(tx, dialect, &good).await?;
    Ok(arrange(now, (checked, &good), (heads, known, targets), span))
}

/// Gives each message its place by what is at hand; nothing where that may not be enough.
pub(super) fn plan_by(heads: &HeadCache, now: i64, group: &mut [Append]) -> Option<Plan> {
    let heads = heads.of(group)?;
    let (checked, good) = check(group);
    let plan = arrange(now, (checked, &good), (heads, Known::new(), Targets::new()), Span::Alone);
    plan.done.iter().all(Result::is_ok).then_some(plan)
}

/// What the input of each tells, and those that may go on.
fn check(group: &mut [Append]) -> (Vec<Result<()>>, Vec<&Append>) {
    let checked: Vec<Result<()>> = group.iter_mut().map(Append::check).collect();
    let good = group.iter().zip(&checked).filter(|(_, check)| check.is_ok()).map(|(append, _)| append).collect();
    (checked, good)
}

fn arrange(now: i64, (checked, good): (Vec<Result<()>>, &[&Append]), found: (Heads, Known, Targets), span: Span) -> Plan {
    let (mut heads, mut known, mut targets) = found;
    let (mut fresh, mut amends) = (Vec::new(), Vec::new());
    let mut placed = good.iter().map(|append| {
        let appended = place(append, now, &mut heads, &mut known, &targets)?;
        if !appended.duplicate {
            fresh.push(appended.message.clone());
            amends.extend(append.change.as_ref().and_then(|change| amend::amend(&mut targets, append, change, &appended)));
        }
        Ok(appended)
    });
    let done = checked.into_iter().map(|check| check.and_then(|()| placed.next().unwrap_or(Err(Error::NotFound)))).collect();
    drop(placed);
    Plan { done, heads, fresh, amends, now, span }
}

/// Opens what begins, then looks.
async fn found(tx: &mut AnyConnection, dialect: Dialect, now: i64, group: &[&Append], span: Span) -> Result<(Heads, Known)> {
    let openings: Vec<&Opening> = group.iter().filter_map(|append| append.opening.as_deref()).collect();
    if openings.is_empty() {
        return look(tx, dialect, group, span).await;
    }
    open_in(tx, dialect, now, openings, span).await?;
    look(tx, dialect, group, Span::Caller).await
}

impl Plan {
    /// The heads move and the messages come in, in one go. What was locked when it was looked at is as it was.
    pub(super) async fn write(&self, tx: &mut AnyConnection, dialect: Dialect) -> Result<()> {
        if self.write_unmoved(tx, dialect).await? { Ok(()) } else { Err(sqlx::Error::RowNotFound.into()) }
    }

    /// The same of those conversations that are as they were. Whether these were all.
    pub(super) async fn write_unmoved(&self, tx: &mut AnyConnection, dialect: Dialect) -> Result<bool> {
        if self.fresh.is_empty() {
            if self.span == Span::Statements {
                tx.execute("COMMIT").await?;
            }
            return Ok(true);
        }
        for amend in &self.amends {
            amend.write(tx, self.now).await?;
        }
        let update = format!(
            "UPDATE conversation SET last_seq = x.seq, last_visible_seq = x.visible, asked_seq = x.asked,
                    answered_seq = COALESCE(x.answered, conversation.answered_seq),
                    closed_at = CASE x.reopened WHEN 0 THEN conversation.closed_at END, last_at = $2
               FROM {} WHERE conversation.id = x.key AND conversation.last_seq = x.was AND conversation.epoch = x.epoch",
            dialect.rows(1, &HEAD),
        );
        let insert = format!(
            "INSERT INTO message (conversation_id, seq, workspace_id, client_id, author, author_id, audience, body, extra, prev_visible, of_seq, created_at)
             SELECT x.conversation, x.seq, x.workspace, x.client, x.author, x.author_key, x.audience, x.body, x.extra, x.prev, x.of_seq, $2 FROM {}",
            dialect.rows(3, &MESSAGE),
        );
        let moved: Vec<HeadRow> = self.heads.iter().filter(|(_, head)| head.moved()).map(|(id, head)| HeadRow::of(*id, head)).collect();
        let came: Vec<MessageRow<'_>> = self.fresh.iter().map(|message| MessageRow::from(&**message)).collect();
        let sql = self.span.last(dialect, dialect.moving(&update, &insert));
        let write = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(text(&moved)).bind(self.now).bind(text(&came));
        // One result for each of the statements: the end of a transaction repeats what the insert before it has said.
        let mut results = tx.fetch_many(write);
        let mut inserted = 0;
        while let Some(result) = results.try_next().await? {
            inserted = result.left().map_or(inserted, |done| done.rows_affected());
        }
        Ok(inserted == self.fresh.len() as u64)
    }
}

/// Gives `append` its seq, or says why not.
fn place(append: &Append, now: i64, heads: &mut Heads, known: &mut Known, targets: &Targets) -> Result<Appended> {
    let head = heads.get_mut(&append.conversation).filter(|head| head.workspace == append.workspace).ok_or(Error::NotFound)?;
    if let Author::Visitor(visitor) = append.author
        && visitor != head.visitor
    {
        return Err(Error::NotFound);
    }
    let (key, before) = ((append.conversation, append.client_id), head.last_visible_seq);
    if let Some(&(seq, prev_visible, at)) = known.get(&key) {
        let message = message(append, append.audience, head, (seq, prev_visible, at));
        return Ok(Appended { message, duplicate: true, due: false, desk: false, before, epoch: None });
    }
    if append.epoch.is_some_and(|epoch| epoch != head.epoch) || late(append, head) {
        return Err(Error::Stale);
    }
    let audience = match &append.change {
        Some(change) => amend::admit(targets, append, change, now)?,
        None => append.audience,
    };
    head.last_seq += 1;
    let (seq, prev_visible) = (head.last_seq, head.last_visible_seq);
    if audience == Audience::All {
        head.last_visible_seq = seq;
    }
    let epoch = match &append.change {
        Some(change) => head.asked_otherwise(change, seq, amend::waits(targets, append, change)),
        None => {
            head.asked(append, seq);
            None
        }
    };
    known.insert(key, (seq, prev_visible, now));
    let asked = head.asked_seq == seq;
    let (due, desk) = (asked && head.speaker_is_bot, asked && head.speaker_is_agent);
    Ok(Appended { message: message(append, audience, head, (seq, prev_visible, now)), duplicate: false, due, desk, before, epoch })
}

/// A bot that was away for so long that another has its turn, or has answered what it answers now.
fn late(append: &Append, head: &Head) -> bool {
    let taken = append.extra.turn.is_some_and(|turn| head.turn.as_ref().is_some_and(|running| *running != turn.text()));
    append.author == Author::Bot && (taken || append.considered.is_some_and(|seq| seq <= head.answered_seq))
}

fn message(append: &Append, audience: Audience, head: &Head, (seq, prev_visible, at): (i64, i64, i64)) -> Arc<Message> {
    let (author, extra) = match &append.change {
        Some(change) => (Author::System, change.extra(append)),
        None => (append.author, append.extra.clone()),
    };
    Arc::new(Message {
        workspace: append.workspace,
        conversation: append.conversation,
        visitor: head.visitor,
        seq,
        prev_visible,
        client_id: append.client_id,
        author,
        audience,
        body: append.body.clone(),
        extra,
        at,
        changed: None,
        made: Made::default(),
    })
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
