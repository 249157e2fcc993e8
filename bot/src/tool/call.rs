//! Calls in the record: claimed before the request goes out, so that no turn that is repeated makes one twice.

use chat::{Chat, ConversationId, ToolCallId, ToolId, TurnId, Tx, WorkspaceId, row};
use serde_json::{Map, Value};
use sqlx::{Row as _, any::AnyRow};

use super::spec::{Method, Spec};
use crate::Result;

/// What has become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The visitor must agree.
    Visitor,
    /// An agent must agree.
    Agent,
    /// The visitor must enter a one-time code.
    Code,
    /// The code was wrong too often.
    Void,
    Approved,
    Denied,
    /// Nobody has decided in time.
    Expired,
    /// The request goes out, or has gone out, and nothing is known of its end.
    Running,
    Done,
    Failed,
}

impl Status {
    const ALL: [Self; 10] = [
        Self::Visitor,
        Self::Agent,
        Self::Code,
        Self::Void,
        Self::Approved,
        Self::Denied,
        Self::Expired,
        Self::Running,
        Self::Done,
        Self::Failed,
    ];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::Code => "code",
            Self::Void => "void",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.text() == text).unwrap_or(Self::Failed)
    }
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub id: ToolCallId,
    pub conversation: ConversationId,
    pub turn: TurnId,
    pub tool: ToolId,
    pub title: String,
    pub method: Method,
    pub base: i64,
    pub digest: String,
    pub question: String,
    /// What the model chose.
    pub arguments: Map<String, Value>,
    pub subject: Option<String>,
    pub status: Status,
    /// What the model may see of the reply.
    pub reply: Value,
    pub problem: String,
    /// Who decided: `visitor`, `agent:<id>`, `code`.
    pub by: Option<String>,
    pub until: i64,
    pub created_at: i64,
}

/// What somebody must agree to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    pub call: ToolCallId,
    pub title: String,
    /// Labels and values.
    pub values: Vec<(String, String)>,
}

impl Card {
    pub(crate) fn of(row: &Row, spec: &Spec) -> Self {
        Self { call: row.id, title: row.title.clone(), values: values(spec, &row.arguments) }
    }

    /// The value of its buttons.
    pub(crate) fn button(&self, yes: bool) -> String {
        format!("call:{}:{}", self.call, if yes { "yes" } else { "no" })
    }
}

/// The call a button decides, and how.
pub(crate) fn value_of_button(value: &str) -> Option<(ToolCallId, bool)> {
    let (id, how) = value.strip_prefix("call:")?.split_once(':')?;
    Some((ToolCallId::parse(id)?, how == "yes"))
}

fn values(spec: &Spec, arguments: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    arguments.iter().map(|(name, value)| (spec.label(name), text(value))).collect()
}

/// A call an agent must agree to.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Which one.
    pub id: ToolCallId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// The tool's title.
    pub title: String,
    /// What the visitor asked.
    pub question: String,
    /// Labels and values.
    pub values: Vec<(String, String)>,
    /// For whom, if the visitor is verified.
    pub subject: Option<String>,
    /// When a decision comes too late, unix milliseconds.
    pub until: i64,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// In which conversation.
    pub conversation: ConversationId,
    /// What became of it: a name for pages.
    pub status: &'static str,
    /// The server's answer.
    pub http: Option<i64>,
    /// Why it failed.
    pub problem: String,
    /// Milliseconds.
    pub ms: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
}

const SELECT: &str = "SELECT id, conversation_id, turn_id, tool_id, title, method, base_seq, digest, question, arguments, subject, status,
    reply, problem, decided_by, until, created_at FROM tool_call WHERE workspace_id = $1";

/// Writes a call down; false when the question has the same one already.
pub(super) async fn claim(chat: &Chat, workspace: WorkspaceId, new: &Row) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO tool_call (id, workspace_id, conversation_id, turn_id, tool_id, title, method, base_seq, digest, question, arguments,
                subject, status, reply, problem, until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '{}', '', $14, $15)
         ON CONFLICT (conversation_id, base_seq, digest) DO NOTHING",
    )
    .bind(new.id.text())
    .bind(workspace.text())
    .bind(new.conversation.text())
    .bind(new.turn.text())
    .bind(new.tool.text())
    .bind(new.title.as_str())
    .bind(new.method.text())
    .bind(new.base)
    .bind(new.digest.as_str())
    .bind(new.question.as_str())
    .bind(Value::Object(new.arguments.clone()).to_string())
    .bind(new.subject.as_deref())
    .bind(new.status.text())
    .bind(new.until)
    .bind(new.created_at)
    .execute(chat.store().write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The calls of a question, oldest first.
pub(super) async fn of_question(chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, base: i64) -> Result<Vec<Row>> {
    let sql = format!("{SELECT} AND conversation_id = $2 AND base_seq = $3 ORDER BY created_at, id");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(conversation.text()).bind(base);
    query.fetch_all(chat.store().read()).await?.iter().map(from_row).collect()
}

/// One call of a conversation.
pub(crate) async fn find(chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, id: ToolCallId) -> Result<Option<Row>> {
    let sql = format!("{SELECT} AND conversation_id = $2 AND id = $3");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(conversation.text()).bind(id.text());
    query.fetch_optional(chat.store().read()).await?.as_ref().map(from_row).transpose()
}

/// Calls an agent must agree to, of a workspace or of one conversation, the oldest first.
pub(super) async fn waiting(chat: &Chat, workspace: WorkspaceId, conversation: Option<ConversationId>) -> Result<Vec<Row>> {
    let sql = format!(
        "{SELECT} AND status = 'agent' AND until > $2 AND (CAST($3 AS TEXT) IS NULL OR conversation_id = $3) ORDER BY created_at, id LIMIT 200"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(chat.now()).bind(conversation.map(|id| id.text()));
    query.fetch_all(chat.store().read()).await?.iter().map(from_row).collect()
}

/// Those nobody has decided in time, of every workspace.
pub(super) async fn late(chat: &Chat) -> Result<Vec<(WorkspaceId, ToolCallId)>> {
    let rows = sqlx::query("SELECT workspace_id, id FROM tool_call WHERE status = 'agent' AND until <= $1 ORDER BY until LIMIT 100")
        .bind(chat.now())
        .fetch_all(chat.store().read())
        .await?;
    rows.iter().map(|found| Ok((row::id(found, "workspace_id")?, row::id(found, "id")?))).collect()
}

/// The last calls of a tool, the newest first.
pub(super) async fn past(chat: &Chat, workspace: WorkspaceId, tool: ToolId) -> Result<Vec<Past>> {
    let rows = sqlx::query(
        "SELECT conversation_id, status, http_status, problem, ms, created_at FROM tool_call
          WHERE workspace_id = $1 AND tool_id = $2 ORDER BY created_at DESC, id DESC LIMIT 20",
    )
    .bind(workspace.text())
    .bind(tool.text())
    .fetch_all(chat.store().read())
    .await?;
    rows.iter()
        .map(|found| {
            Ok(Past {
                conversation: row::id(found, "conversation_id")?,
                status: Status::parse(found.try_get("status")?).text(),
                http: found.try_get("http_status")?,
                problem: found.try_get("problem")?,
                ms: found.try_get("ms")?,
                created_at: found.try_get("created_at")?,
            })
        })
        .collect()
}

/// The call of a conversation that waits for a code.
pub(super) async fn awaiting_code(chat: &Chat, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<ToolCallId>> {
    let found = sqlx::query(
        "SELECT id FROM tool_call WHERE workspace_id = $1 AND conversation_id = $2 AND status = 'code' AND until > $3
          ORDER BY created_at DESC LIMIT 1",
    )
    .bind(workspace.text())
    .bind(conversation.text())
    .bind(chat.now())
    .fetch_optional(chat.store().read())
    .await?;
    found.as_ref().map(|found| Ok(row::id(found, "id")?)).transpose()
}

/// Where a call stands, and until when it waits.
pub(super) async fn state(tx: &mut Tx, workspace: WorkspaceId, id: ToolCallId) -> Result<(Status, i64)> {
    let found = sqlx::query("SELECT status, until FROM tool_call WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_one(&mut **tx)
        .await?;
    Ok((Status::parse(found.try_get("status")?), found.try_get("until")?))
}

/// Notes that a code could not be sent: the call is not made.
pub(super) async fn unsent(chat: &Chat, workspace: WorkspaceId, id: ToolCallId, problem: &str) -> Result<()> {
    sqlx::query(
        "UPDATE tool_call SET status = 'failed', problem = $3, finished_at = $4 WHERE workspace_id = $1 AND id = $2 AND status = 'code'",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(problem)
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(())
}

/// The visitor's yes or no; false when it comes too late, or a second time.
pub(crate) async fn decided_by_visitor(chat: &Chat, workspace: WorkspaceId, row: &Row, yes: bool) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE tool_call SET status = $4, decided_by = 'visitor', decided_at = $5
          WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3 AND status = 'visitor' AND until > $5",
    )
    .bind(workspace.text())
    .bind(row.conversation.text())
    .bind(row.id.text())
    .bind(if yes { Status::Approved } else { Status::Denied }.text())
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a call over to carry it out; false when another turn was quicker.
pub(super) async fn take(chat: &Chat, workspace: WorkspaceId, row: &Row, turn: TurnId) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE tool_call SET status = 'running', turn_id = $4 WHERE workspace_id = $1 AND id = $2 AND status = $5 AND turn_id = $3",
    )
    .bind(workspace.text())
    .bind(row.id.text())
    .bind(row.turn.text())
    .bind(turn.text())
    .bind(row.status.text())
    .execute(chat.store().write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How a request ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub http: Option<u16>,
    pub shown: Result<Value, String>,
    pub ms: u64,
}

/// Notes how a call ended.
pub(super) async fn finish(chat: &Chat, workspace: WorkspaceId, id: ToolCallId, ended: &Ended) -> Result<()> {
    let (status, reply, problem) = match &ended.shown {
        Ok(shown) => (Status::Done, shown.to_string(), ""),
        Err(problem) => (Status::Failed, "{}".to_owned(), problem.as_str()),
    };
    sqlx::query(
        "UPDATE tool_call SET status = $3, reply = $4, problem = $5, http_status = $6, ms = $7, finished_at = $8
          WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(status.text())
    // PostgreSQL keeps no such character.
    .bind(reply.replace("\\u0000", ""))
    .bind(problem)
    .bind(ended.http.map(i64::from))
    .bind(i64::try_from(ended.ms).unwrap_or(i64::MAX))
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(())
}

impl Row {
    /// As an agent sees it.
    pub(super) fn waiting(self, spec: Option<&Spec>) -> Waiting {
        let values = values(spec.unwrap_or(&Spec::default()), &self.arguments);
        Waiting {
            id: self.id,
            conversation: self.conversation,
            title: self.title,
            question: self.question,
            values,
            subject: self.subject,
            until: self.until,
            created_at: self.created_at,
        }
    }
}

fn from_row(r: &AnyRow) -> Result<Row> {
    Ok(Row {
        id: row::id(r, "id")?,
        conversation: row::id(r, "conversation_id")?,
        turn: row::id(r, "turn_id")?,
        tool: row::id(r, "tool_id")?,
        title: r.try_get("title")?,
        method: Method::parse(r.try_get("method")?),
        base: r.try_get("base_seq")?,
        digest: r.try_get("digest")?,
        question: r.try_get("question")?,
        arguments: row::json(r, "arguments")?,
        subject: r.try_get("subject")?,
        status: Status::parse(r.try_get("status")?),
        reply: row::json(r, "reply")?,
        problem: r.try_get("problem")?,
        by: r.try_get("decided_by")?,
        until: r.try_get("until")?,
        created_at: r.try_get("created_at")?,
    })
}
