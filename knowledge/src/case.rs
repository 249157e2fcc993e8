//! Cases: the test set. Each is a question with what must come of it; only accepted ones count.

mod import;
mod proposed;
mod result;

use chat::{CaseId, Chat, ConversationId, Store, WorkspaceId, row};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{Error, Fault, Result, words};

pub use import::{Imported, import};
pub use proposed::forget;
pub use result::{Claim, Compared, Ran, claim, finish, keep, results, unrun};

/// What must come of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The answer cites this document.
    Cite,
    /// The answer says this.
    Fact,
    /// There is no answer: the bot asks back or hands over.
    Refuse,
    /// A person takes over.
    HandOver,
}

impl Expect {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Cite => "cite",
            Self::Fact => "fact",
            Self::Refuse => "refuse",
            Self::HandOver => "hand_over",
        }
    }

    /// From the record or a form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "cite" => Some(Self::Cite),
            "fact" => Some(Self::Fact),
            "refuse" => Some(Self::Refuse),
            "hand_over" => Some(Self::HandOver),
            _ => None,
        }
    }

    fn needs_target(self) -> bool {
        matches!(self, Self::Cite | Self::Fact)
    }
}

/// Whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody must look at it.
    Proposed,
    /// It counts.
    Accepted,
    /// It does not, and is not proposed again.
    Declined,
}

impl State {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    /// From the record or an address.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "accepted" => Self::Accepted,
            "declined" => Self::Declined,
            _ => Self::Proposed,
        }
    }
}

/// Where a case came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody wrote it.
    Written,
    /// From a file.
    Imported,
    /// A visitor called an answer unhelpful.
    Thumb,
    /// An agent answered after the bot.
    Correction,
    /// A visitor was handed over.
    Handover,
}

impl Origin {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Imported => "imported",
            Self::Thumb => "thumb",
            Self::Correction => "correction",
            Self::Handover => "handover",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "imported" => Self::Imported,
            "thumb" => Self::Thumb,
            "correction" => Self::Correction,
            "handover" => Self::Handover,
            _ => Self::Written,
        }
    }
}

/// A line of what was said before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// `visitor`, `bot` or `agent`.
    pub who: String,
    /// What.
    pub text: String,
}

/// One item of the test set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What is asked.
    pub question: String,
    /// What was said before, oldest first.
    pub history: Vec<Said>,
    /// The language of the conversation.
    pub locale: String,
    /// What must come of it.
    pub expect: Expect,
    /// The document's id, or the fact; else empty.
    pub target: String,
    /// Whether it counts.
    pub state: State,
    /// Where it came from.
    pub origin: Origin,
    /// The conversation it came from.
    pub conversation: Option<ConversationId>,
    /// The message there.
    pub seq: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

/// A case to be written.
#[derive(Clone, Debug)]
pub struct New {
    /// What is asked.
    pub question: String,
    /// What was said before, oldest first.
    pub history: Vec<Said>,
    /// The language of the conversation.
    pub locale: String,
    /// What must come of it.
    pub expect: Expect,
    /// The document's id, or the fact.
    pub target: String,
    /// Whether it counts.
    pub state: State,
    /// Where it came from.
    pub origin: Origin,
    /// The conversation and message it came from.
    pub place: Option<(ConversationId, i64)>,
}

/// Longest question or fact, in characters.
const LONGEST: usize = 1_000;
/// Lines of history that are kept.
const LINES: usize = 12;
/// Cases of a workspace.
pub const MOST: i64 = 2_000;

impl New {
    /// In order, or a sentence for the admin.
    fn checked(mut self) -> Result<Self> {
        let short = |text: &str| -> String { text.trim().chars().take(LONGEST).collect() };
        self.question = short(&self.question);
        self.target = if self.expect.needs_target() { short(&self.target) } else { String::new() };
        if words::fold(&self.question).is_empty() {
            return Err(Error::Invalid(Fault::of("fault-question-empty")));
        }
        let unsure = self.state == State::Proposed;
        if self.expect.needs_target() && self.target.is_empty() && !unsure {
            let key = if self.expect == Expect::Cite { "fault-case-document" } else { "fault-case-fact" };
            return Err(Error::Invalid(Fault::of(key)));
        }
        let from = self.history.len().saturating_sub(LINES);
        self.history.drain(..from);
        Ok(self)
    }
}

/// Writes a case; `None` when there is the same one already, whatever was decided about it.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin.
pub async fn add(chat: &Chat, workspace: WorkspaceId, new: New) -> Result<Option<CaseId>> {
    let new = new.checked()?;
    let (id, now): (CaseId, i64) = (chat.id(), chat.now());
    if count(chat.store(), workspace, None).await? >= MOST {
        return Err(Error::Invalid(Fault::of("fault-cases-most").with("n", MOST)));
    }
    let done = sqlx::query(
        "INSERT INTO test_case (id, workspace_id, question, folded, history, locale, expect, target, state, origin, conversation_id, seq, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) ON CONFLICT (workspace_id, folded, expect, target) DO NOTHING",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(&new.question)
    .bind(words::fold(&new.question))
    .bind(serde_json::to_string(&new.history).unwrap_or_else(|_| "[]".into()))
    .bind(chat::locale_of(&new.locale))
    .bind(new.expect.text())
    .bind(&new.target)
    .bind(new.state.text())
    .bind(new.origin.text())
    .bind(new.place.map(|(conversation, _)| conversation.text()))
    .bind(new.place.map(|(_, seq)| seq))
    .bind(now)
    .execute(chat.store().write())
    .await?;
    Ok((done.rows_affected() > 0).then_some(id))
}

/// Changes what is asked and what must come of it; results of the case as it was do not count any more.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin, [`Error::Taken`] when there is the same one already.
pub async fn change(
    chat: &Chat,
    workspace: WorkspaceId,
    id: CaseId,
    question: &str,
    expect: Expect,
    target: &str,
    state: State,
) -> Result<()> {
    let old = find(chat.store(), workspace, id).await?;
    let new = New {
        question: question.to_owned(),
        target: target.to_owned(),
        expect,
        state,
        history: old.history,
        locale: old.locale,
        origin: old.origin,
        place: None,
    };
    let new = new.checked()?;
    sqlx::query(
        "UPDATE test_case SET question = $3, folded = $4, expect = $5, target = $6, state = $7, updated_at = $8 WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(&new.question)
    .bind(words::fold(&new.question))
    .bind(new.expect.text())
    .bind(&new.target)
    .bind(new.state.text())
    .bind(chat.now().max(old.updated_at + 1))
    .execute(chat.store().write())
    .await?;
    Ok(())
}

/// Declines a proposal, or takes a case out of the test set: it is not proposed again.
pub async fn decline(chat: &Chat, workspace: WorkspaceId, id: CaseId) -> Result<()> {
    let done = sqlx::query("UPDATE test_case SET state = 'declined', updated_at = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(chat.now())
        .execute(chat.store().write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Cases of a state, the newest first.
pub async fn list(store: &Store, workspace: WorkspaceId, state: State, limit: i64) -> Result<Vec<Case>> {
    let rows = sqlx::query("SELECT * FROM test_case WHERE workspace_id = $1 AND state = $2 ORDER BY created_at DESC, id DESC LIMIT $3")
        .bind(workspace.text())
        .bind(state.text())
        .bind(limit)
        .fetch_all(store.read())
        .await?;
    rows.iter().map(case).collect()
}

/// One case.
pub async fn find(store: &Store, workspace: WorkspaceId, id: CaseId) -> Result<Case> {
    let row = sqlx::query("SELECT * FROM test_case WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    case(&row.ok_or(Error::NotFound)?)
}

/// How many there are, of a state or altogether.
pub async fn count(store: &Store, workspace: WorkspaceId, state: Option<State>) -> Result<i64> {
    let row = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM test_case WHERE workspace_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2)",
    )
    .bind(workspace.text())
    .bind(state.map(State::text))
    .fetch_one(store.read())
    .await?;
    Ok(row.try_get("n")?)
}

fn case(row: &AnyRow) -> Result<Case> {
    Ok(Case {
        id: row::id(row, "id")?,
        question: row.try_get("question")?,
        history: row::json(row, "history")?,
        locale: row.try_get("locale")?,
        expect: Expect::parse(row.try_get("expect")?).unwrap_or(Expect::Refuse),
        target: row.try_get("target")?,
        state: State::parse(row.try_get("state")?),
        origin: Origin::parse(row.try_get("origin")?),
        conversation: row::optional_id(row, "conversation_id")?,
        seq: row.try_get("seq")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
