//! Messages that are edited or recalled: who may, and what is written beside the message that says so.

use std::collections::HashMap;

use serde_json::json;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Append, Appended};
use crate::{
    Audience, Author, Change, ConversationId, Error, Extra, Result, WorkspaceId,
    change::kept_extra,
    row,
    store::{Column, Dialect},
};

/// A message that is to be changed, as it stands.
pub(super) struct Target {
    author: Author,
    audience: Audience,
    extra: Extra,
    at: i64,
    recalled: bool,
    /// It is itself a change.
    changes: bool,
    /// Other messages of the visitor that wait for an answer.
    others: i64,
}

pub(super) type Targets = HashMap<(ConversationId, i64), Target>;

/// A change that has its place.
pub(super) struct Amend {
    workspace: WorkspaceId,
    conversation: ConversationId,
    of: i64,
    seq: i64,
    by: String,
    body: String,
    extra: Extra,
    recall: bool,
    /// The conversation's new one, which ends the running turn.
    epoch: Option<i64>,
}

/// What the group wants to change. Nearly always nothing, and then nothing is asked.
pub(super) async fn targets(tx: &mut AnyConnection, dialect: Dialect, group: &[&Append]) -> Result<Targets> {
    let wanted = |append: &&Append| append.change.as_ref().map(|change| json!({ "conversation": append.conversation, "seq": change.of }));
    let list: Vec<_> = group.iter().filter_map(wanted).collect();
    if list.is_empty() {
        return Ok(Targets::new());
    }
    let sql = format!(
        "SELECT m.conversation_id, m.seq, m.author, m.author_id, m.audience, m.extra, m.created_at, m.recalled_at, m.of_seq,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM message o WHERE o.conversation_id = c.id AND o.seq > c.answered_seq AND o.seq <> m.seq
                    AND o.recalled_at IS NULL AND o.of_seq IS NULL
                    AND (o.author = 'visitor' OR o.author = 'system' AND o.seq = c.asked_seq)) AS others
           FROM {} JOIN conversation c ON c.id = x.conversation
           JOIN message m ON m.conversation_id = x.conversation AND m.seq = x.seq",
        dialect.rows(1, &[Column::Text("conversation"), Column::Int("seq")]),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(list).to_string()).fetch_all(tx).await?;
    rows.iter().map(|row| Ok(((row::id(row, "conversation_id")?, row.try_get("seq")?), target(row)?))).collect()
}

fn target(r: &AnyRow) -> Result<Target> {
    let author_id: Option<String> = r.try_get("author_id")?;
    let audience: &str = r.try_get("audience")?;
    Ok(Target {
        author: Author::of(r.try_get("author")?, author_id.as_deref()).unwrap_or(Author::System),
        audience: if audience == "staff" { Audience::Staff } else { Audience::All },
        extra: row::json(r, "extra")?,
        at: r.try_get("created_at")?,
        recalled: r.try_get::<Option<i64>, _>("recalled_at")?.is_some(),
        changes: r.try_get::<Option<i64>, _>("of_seq")?.is_some(),
        others: r.try_get("others")?,
    })
}

/// Who sees the change, if the author may make it.
pub(super) fn admit(targets: &Targets, append: &Append, change: &Change, now: i64) -> Result<Audience> {
    let target = targets.get(&(append.conversation, change.of)).filter(|target| !target.changes).ok_or(Error::NotFound)?;
    let own = append.author == target.author && append.author != Author::System;
    let of_the_bot = change.recall && target.author == Author::Bot && target.audience == Audience::All;
    if !(own || of_the_bot && matches!(append.author, Author::Agent(_))) {
        return Err(Error::NotFound);
    }
    // A code that was written is no words.
    let fixed = own && target.extra.call.is_some();
    if target.recalled || fixed || now - target.at > change.within_ms {
        return Err(Error::TooLate);
    }
    Ok(target.audience)
}

/// What a change that has its place writes; afterwards `targets` says what is there.
pub(super) fn amend(targets: &mut Targets, append: &Append, change: &Change, done: &Appended) -> Option<Amend> {
    let target = targets.get_mut(&(append.conversation, change.of))?;
    target.extra = kept_extra(&target.author, &target.extra, change.recall, append.extra.subject.clone());
    target.recalled = change.recall;
    Some(Amend {
        workspace: append.workspace,
        conversation: append.conversation,
        of: change.of,
        seq: done.message.seq,
        by: format!("{}:{}", append.author.kind(), append.author.id_text().unwrap_or_default()),
        body: done.message.body.clone(),
        extra: target.extra.clone(),
        recall: change.recall,
        epoch: done.epoch,
    })
}

/// Whether anything that the visitor asks waits when this is changed; `None`: it is not the visitor's.
pub(super) fn waits(targets: &Targets, append: &Append, change: &Change) -> Option<bool> {
    let target = targets.get(&(append.conversation, change.of))?;
    matches!(target.author, Author::Visitor(_)).then_some(!change.recall || target.others > 0)
}

impl Amend {
    /// Keeps the wording that ends, and lets the message say what it says now.
    pub(super) async fn write(&self, tx: &mut AnyConnection, now: i64) -> Result<()> {
        let (workspace, conversation) = (self.workspace.text(), self.conversation.text());
        sqlx::query(
            "INSERT INTO message_wording (conversation_id, seq, changed_seq, workspace_id, body, changed_by, changed_at)
             SELECT conversation_id, seq, $4, workspace_id, body, $5, $6 FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3",
        )
        .bind(&workspace)
        .bind(&conversation)
        .bind(self.of)
        .bind(self.seq)
        .bind(&self.by)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        // Words that another message still said may be gone with this one: copies of all are looked for.
        sqlx::query("UPDATE message_wording SET copies_at = $3 WHERE workspace_id = $1 AND conversation_id = $2")
            .bind(&workspace)
            .bind(&conversation)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE message SET body = $4, extra = $5, changed_seq = $6, changed_at = $7, recalled_at = $8
              WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3",
        )
        .bind(&workspace)
        .bind(&conversation)
        .bind(self.of)
        .bind(&self.body)
        .bind(json!(self.extra).to_string())
        .bind(self.seq)
        .bind(now)
        .bind(self.recall.then_some(now))
        .execute(&mut *tx)
        .await?;
        // An earlier change said what is not said any more.
        sqlx::query(
            "UPDATE message SET body = '', changed_seq = $4, changed_at = $5
              WHERE workspace_id = $1 AND conversation_id = $2 AND of_seq = $3 AND seq > $3 AND seq < $4",
        )
        .bind(&workspace)
        .bind(&conversation)
        .bind(self.of)
        .bind(self.seq)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if let Some(epoch) = self.epoch {
            sqlx::query("UPDATE conversation SET epoch = $3, turn_id = NULL, turn_until = 0 WHERE workspace_id = $1 AND id = $2")
                .bind(&workspace)
                .bind(&conversation)
                .bind(epoch)
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}
