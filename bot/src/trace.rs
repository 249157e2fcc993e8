//! What a turn saw, what it decided, and why: one row a turn that was claimed.

use chat::{ConversationId, Store, TurnId, WorkspaceId, change::Ended, row};
use knowledge::{Found, Hit};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{
    Error, Result,
    model::{Failure, Ledger},
    verdict::{self, Cause, Signals, Verdict},
};

/// What was measured in a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// What the visitor asked, a burst of messages as one; empty: it was edited or taken back since.
    pub question: String,
    /// What was searched for; empty: nothing was, or it is not told any more.
    pub query: String,
    /// The language of the answer.
    pub locale: String,
    /// What was found, kept and rejected, best first.
    pub passages: Vec<Seen>,
    /// Failed answers in a row before it.
    pub failed: u32,
    /// What the turn decided to come to, as it was about to be said.
    pub outcome: String,
    /// Each decision in order: the last one counts.
    pub rules: Vec<String>,
    /// What the admins call their rule, if one of theirs decided.
    pub named: Option<String>,
    /// Why it was handed over.
    pub cause: Option<Cause>,
    /// How the model failed.
    pub model: Option<String>,
    /// Every request to a model, in the order in which they ended.
    pub calls: Vec<ModelCall>,
    /// Everything that was asked of tools, in order.
    pub tools: Vec<ToolUse>,
    /// The answer was remembered: no model was asked.
    pub cached: bool,
    /// Values that were hidden from models.
    pub redacted: usize,
    /// Little or nothing was left of the budget: `cheaper`, `spent`.
    pub budget: Option<String>,
    /// What was measured when the first decision was made; `None` in traces of older versions.
    pub signals: Option<Signals>,
    /// What the model did in the end, if it was asked.
    pub model_said: Option<verdict::Model>,
    /// The release that answered; `None`: tested releases were off, and knowledge and settings were those of the moment.
    pub release: Option<i64>,
    /// The revision of the knowledge that was searched.
    pub revision: i64,
    /// What was offered, when the visitor was asked which is meant.
    pub alternatives: Vec<Alternative>,
    /// How long it took.
    pub times: Times,
}

/// A request to a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelCall {
    /// What for: `answer`, `condense`, `summary`, `copilot`.
    pub task: String,
    /// Which model.
    pub model: String,
    /// `ok`, `cancelled`, or how it failed.
    pub outcome: String,
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Millionths of the currency.
    pub cost_micro: i64,
    /// Milliseconds to the first word.
    pub first_ms: Option<u64>,
    /// Milliseconds to its end.
    pub total_ms: u64,
}

impl ModelCall {
    /// Whether the model is to blame.
    pub fn failed(&self) -> bool {
        !matches!(self.outcome.as_str(), "ok" | "cancelled" | "busy" | "open" | "left")
    }
}

/// A call of a tool that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolUse {
    /// As the model called it.
    pub tool: String,
    /// Its title.
    pub title: String,
    /// `GET`, `POST` …
    pub method: String,
    /// JSON, the values of the identity hidden.
    pub arguments: String,
    /// `done`, `reused` (an earlier attempt had done it), `failed`, `unknown` (it was broken off), `invalid`, `refused`,
    /// `visitor`, `agent` (who must agree).
    pub status: String,
    /// Why it failed or was refused.
    pub problem: String,
    /// The server's answer.
    pub http: Option<u16>,
    /// Milliseconds.
    pub ms: Option<u64>,
}

/// A passage as a turn saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The passage's id.
    pub passage: String,
    /// Its document's title.
    pub title: String,
    /// Its heading path.
    pub heading: String,
    /// Where it can be read.
    pub url: String,
    /// Score by words.
    pub lexical: f64,
    /// Similarity by meaning.
    pub vector: Option<f64>,
    /// How likely it answers, 0 to 1.
    pub confidence: f64,
    /// Whether an answer might rest on it.
    pub kept: bool,
    /// Why; the name of a translation.
    pub why: String,
    /// The answer cites it.
    pub cited: bool,
}

/// What a question may have been about, where passages contradict one another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alternative {
    /// As it was offered.
    pub label: String,
    /// The document's id.
    pub document: String,
}

/// Times of a turn, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Times {
    /// Waiting for the end of a burst.
    pub burst_ms: u64,
    /// Making a question of its own of one that leans on what was said; beside a first search.
    pub condense_ms: Option<u64>,
    /// Searching, a condensed question included.
    pub search_ms: u64,
    /// The model's answer, from asking to its last word or its failure.
    pub model_ms: Option<u64>,
    /// Writing the message, or the ticket, into the record.
    pub keep_ms: Option<u64>,
    /// From the search to the first word that was shown.
    pub first_word_ms: Option<u64>,
    /// Everything.
    pub total_ms: u64,
}

impl Times {
    /// Milliseconds since then.
    pub(crate) fn since(then: tokio::time::Instant) -> u64 {
        u64::try_from(then.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Trace {
    /// Notes what a search found.
    pub(crate) fn found(&mut self, found: &Found) {
        self.revision = found.revision;
        self.passages = found.hits.iter().map(Seen::of).collect();
    }

    /// Notes a decision.
    pub(crate) fn decided(&mut self, verdict: Verdict) {
        self.rules.push(verdict.rule.to_owned());
        if let crate::verdict::Action::HandOver(cause) = verdict.action {
            self.cause = Some(cause);
        }
    }

    /// Takes in what the models did.
    pub(crate) fn account(&mut self, ledger: &Ledger) {
        self.calls = ledger.calls();
        self.tools = ledger.tools();
        self.redacted = ledger.veil.count();
    }

    /// Without words that are not said any more; `None`: it has none. What was measured of them goes with them, and so does what was
    /// searched for in their place, which may lean on anything that was said.
    pub(crate) fn without(&self, ended: &Ended) -> Option<Self> {
        let leant = !self.query.is_empty() && self.query != self.question;
        if ended.stands_in(&self.question) {
            let bare = Self { question: String::new(), query: String::new(), signals: None, ..self.clone() };
            return (bare != *self).then_some(bare);
        }
        leant.then(|| Self { query: String::new(), ..self.clone() })
    }

    /// Notes how the model failed.
    pub(crate) fn failed(&mut self, failure: Failure) {
        self.model = Some(failure.to_string());
    }
}

impl Seen {
    fn of(hit: &Hit) -> Self {
        let passage = &hit.passage;
        Self {
            passage: passage.id.text(),
            title: passage.title.clone(),
            heading: passage.heading.clone(),
            url: passage.url.clone(),
            lexical: hit.lexical,
            vector: hit.vector,
            confidence: hit.confidence,
            kept: hit.kept,
            why: hit.why.clone(),
            cited: false,
        }
    }
}

/// A turn of the bot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// Which one.
    pub id: TurnId,
    /// Up to this message of the visitor.
    pub asked_seq: i64,
    /// The bot's message, if there was one.
    pub answer_seq: Option<i64>,
    /// `answer`, `clarify`, `handover`, `small_talk`, `cancelled` or `failed`; `None` while it runs.
    pub outcome: Option<String>,
    /// The rule that decided.
    pub rule: String,
    /// What it saw.
    pub trace: Trace,
    /// The visitor's thumb on its answer: 1 or -1.
    pub rating: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub finished_at: Option<i64>,
}

const SELECT: &str =
    "SELECT t.id, t.conversation_id, t.asked_seq, t.answer_seq, t.outcome, t.rule, t.trace, t.created_at, t.finished_at, r.score
    FROM turn t LEFT JOIN rating r ON r.conversation_id = t.conversation_id AND r.seq = t.answer_seq AND r.workspace_id = t.workspace_id
    WHERE t.workspace_id = $1";

/// The client id of a message: a turn's message has the turn's own.
const SAID: &str = "(SELECT m.client_id FROM message m WHERE m.conversation_id = $2 AND m.seq = $3)";

/// The turns of a conversation, newest first.
pub(crate) async fn of_conversation(store: &Store, workspace: WorkspaceId, conversation: ConversationId, limit: i64) -> Result<Vec<Turn>> {
    let sql = format!("{SELECT} AND t.conversation_id = $2 ORDER BY t.asked_seq DESC, t.created_at DESC, t.id DESC LIMIT $3");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(conversation.text()).bind(limit);
    query.fetch_all(store.read()).await?.iter().map(turn).collect()
}

/// The turn that led to the message `seq`: the one that answered with it, ended or not, or the one before it that handed over.
pub(crate) async fn of_message(store: &Store, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<Turn> {
    let sql = format!(
        "{SELECT} AND t.conversation_id = $2 AND (t.answer_seq = $3 OR t.id = {SAID} OR (t.outcome = 'handover' AND t.asked_seq < $3))
         ORDER BY CASE WHEN t.answer_seq = $3 OR t.id = {SAID} THEN 0 ELSE 1 END, t.asked_seq DESC, t.created_at DESC LIMIT 1"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(conversation.text()).bind(seq);
    turn(&query.fetch_optional(store.read()).await?.ok_or(Error::NotFound)?)
}

/// The turns of a workspace since then that came to something, with their conversations, newest first.
pub(crate) async fn since(store: &Store, workspace: WorkspaceId, since: i64, limit: i64) -> Result<Vec<(ConversationId, Turn)>> {
    let sql = format!(
        "{SELECT} AND t.created_at >= $2 AND t.outcome IN ('answer', 'clarify', 'handover', 'small_talk') ORDER BY t.created_at DESC LIMIT $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(since).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(|found| Ok((row::id(found, "conversation_id")?, turn(found)?))).collect()
}

fn turn(row: &AnyRow) -> Result<Turn> {
    Ok(Turn {
        id: row::id(row, "id")?,
        asked_seq: row.try_get("asked_seq")?,
        answer_seq: row.try_get("answer_seq")?,
        outcome: row.try_get("outcome")?,
        rule: row.try_get("rule")?,
        trace: row::json(row, "trace")?,
        rating: row.try_get("score")?,
        created_at: row.try_get("created_at")?,
        finished_at: row.try_get("finished_at")?,
    })
}
