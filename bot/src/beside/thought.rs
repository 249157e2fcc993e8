//! What the bot thought beside people, for reading: everything, also what nobody has answered yet.

use chat::{ConversationId, WorkspaceId, message, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{
    agreement::{SAME, said},
    record,
};
use crate::{Bot, Error, Result, Trace, Turn};

/// A question that people had, and what the bot would have done.
#[derive(Clone, Debug, Serialize)]
pub struct Silent {
    /// Where.
    pub conversation: ConversationId,
    /// What was asked, up to this message.
    pub asked: i64,
    /// `draft` or `shadow`.
    pub mode: String,
    /// What was asked, a burst of messages as one.
    pub question: String,
    /// What visitors want by that, as the workspace called it then.
    pub intent: Option<String>,
    /// What it would have done.
    pub outcome: String,
    /// What it would have said; Markdown.
    pub body: String,
    /// The message that shows it to the staff as a draft.
    pub draft: Option<i64>,
    /// The first message of the person who answered, and what people said; `None`: nobody has.
    pub people: Option<(i64, String)>,
    /// How alike the words are, 0 to 1.
    pub likeness: Option<f64>,
    /// What somebody found who has read both.
    pub judged: Option<bool>,
    /// Whether it is kept why.
    pub traced: bool,
    /// Unix milliseconds.
    pub at: i64,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those in which bot and people said the same.
    Same,
    /// Those in which they did not.
    Apart,
    /// Those that nobody has answered yet.
    Open,
}

impl Which {
    /// In the order of a choice.
    pub const ALL: [Self; 4] = [Self::All, Self::Same, Self::Apart, Self::Open];

    /// As addresses name it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Same => "same",
            Self::Apart => "apart",
            Self::Open => "open",
        }
    }

    fn condition(self) -> &'static str {
        match self {
            Self::All => "1 = 1",
            Self::Same => {
                "agreement IS NOT NULL AND outcome = 'answer' AND COALESCE(judged, CASE WHEN agreement >= $7 THEN 1 ELSE 0 END) = 1"
            }
            Self::Apart => {
                "agreement IS NOT NULL AND (outcome <> 'answer' OR COALESCE(judged, CASE WHEN agreement >= $7 THEN 1 ELSE 0 END) = 0)"
            }
            Self::Open => "agreement IS NULL",
        }
    }
}

impl Silent {
    /// Whether both said the same: what somebody found counts before the words. `None`: there is nothing to compare.
    #[must_use]
    pub fn is_same(&self) -> Option<bool> {
        let likeness = self.likeness?;
        Some(self.outcome == "answer" && self.judged.unwrap_or(likeness >= SAME))
    }
}

impl Bot {
    /// What it thought beside people, in a conversation or in all, newest first; after `last` of the page before.
    ///
    /// # Errors
    /// The record's.
    pub async fn silent(
        &self,
        workspace: WorkspaceId,
        conversation: Option<ConversationId>,
        which: Which,
        last: Option<(i64, ConversationId, i64)>,
        limit: i64,
    ) -> Result<Vec<Silent>> {
        // $7 is named in every text, so that there is one list of values.
        let sql = format!(
            "SELECT conversation_id, asked_seq, mode, outcome, body, draft_seq, reply_seq, agreement, judged, trace, created_at
               FROM beside WHERE workspace_id = $1 AND until = 0 AND (CAST($2 AS TEXT) IS NULL OR conversation_id = $2)
                AND (created_at < $3 OR (created_at = $3 AND (conversation_id > $4 OR (conversation_id = $4 AND asked_seq < $5))))
                AND $7 > 0 AND {} ORDER BY created_at DESC, conversation_id, asked_seq DESC LIMIT $6",
            which.condition()
        );
        let (at, after, asked) = last.map_or((i64::MAX, String::new(), 0), |(at, id, asked)| (at, id.text(), asked));
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(workspace.text())
            .bind(conversation.map(|id| id.text()))
            .bind(at)
            .bind(after)
            .bind(asked)
            .bind(limit)
            .bind(SAME)
            .fetch_all(self.chat().store().read())
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(self.of_row(workspace, row).await?);
        }
        Ok(found)
    }

    async fn of_row(&self, workspace: WorkspaceId, row: &AnyRow) -> Result<Silent> {
        let (conversation, asked): (ConversationId, i64) = (row::id(row, "conversation_id")?, row.try_get("asked_seq")?);
        let trace: Option<Trace> = row.try_get::<Option<&str>, _>("trace")?.and_then(|trace| serde_json::from_str(trace).ok());
        let reply: Option<i64> = row.try_get("reply_seq")?;
        let question = match &trace {
            Some(trace) => trace.question.clone(),
            None => message::get(self.chat().store(), workspace, conversation, chat::Audience::All, asked).await?.body,
        };
        Ok(Silent {
            conversation,
            asked,
            mode: row.try_get("mode")?,
            question,
            intent: trace.as_ref().and_then(|trace| trace.signals.as_ref()?.intent.clone()),
            outcome: row.try_get("outcome")?,
            body: row.try_get("body")?,
            draft: row.try_get("draft_seq")?,
            people: match reply {
                Some(reply) => Some((reply, said(self.chat(), workspace, conversation, reply).await?)),
                None => None,
            },
            likeness: row.try_get("agreement")?,
            judged: row.try_get::<Option<i64>, _>("judged")?.map(|judged| judged > 0),
            traced: trace.is_some(),
            at: row.try_get("created_at")?,
        })
    }

    /// How many questions of a conversation it thought about beside people.
    ///
    /// # Errors
    /// The record's.
    pub async fn silent_in(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<i64> {
        let row =
            sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM beside WHERE workspace_id = $1 AND conversation_id = $2 AND until = 0")
                .bind(workspace.text())
                .bind(conversation.text())
                .fetch_one(self.chat().store().read())
                .await?;
        Ok(row.try_get("n")?)
    }

    /// What led to one of them, told as a turn, and what it would have said.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nothing was thought, or it was not kept why.
    pub async fn silent_turn(&self, workspace: WorkspaceId, conversation: ConversationId, asked: i64) -> Result<(Turn, String)> {
        record::of_question(self.chat().store(), workspace, conversation, asked).await?.ok_or(Error::NotFound)
    }
}
