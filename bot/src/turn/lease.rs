//! The lease of a turn: claimed, renewed and released by guarded updates, so that one bot at most answers.

use chat::{
    Append, Author, Chat, ClientId, Conversation, ConversationId, Extra, News, Topic, TurnId, WorkspaceId, conversation, row,
    store::Statement,
};
use sqlx::Row;

use super::Done;
use crate::{Bot, Result, Trace};

/// Turns that one sweep starts.
const SWEEP: i64 = 100;
/// After so many turns that failed, people must look at the question.
const TRIES: i64 = 2;

/// A turn that belongs to this bot.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub id: TurnId,
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub epoch: i64,
    pub asked: i64,
    /// When the last message was written, unix milliseconds.
    pub last_at: i64,
    /// Turns for this question have failed before.
    pub broken: bool,
}

impl Claim {
    /// The bot's message; the turn's id as the client's, so that it can be there once only.
    pub(super) fn message(&self, asked: i64, body: String, extra: Extra) -> Append {
        Append {
            extra: Extra { turn: Some(self.id), ..extra },
            epoch: Some(self.epoch),
            considered: Some(asked),
            ..Append::new(self.workspace, self.conversation, ClientId(self.id.0), Author::Bot, body)
        }
    }
}

/// Nobody has the turn: it was never claimed, its lease has ended, or its answer is there and only its end was not noted.
const FREE: &str = "(turn_id IS NULL OR turn_until < $1 OR EXISTS (SELECT 1 FROM turn
    WHERE turn.id = conversation.turn_id AND turn.workspace_id = conversation.workspace_id AND turn.asked_seq <= conversation.answered_seq))";

/// Conversations whose turn is due and free, of every workspace.
pub(crate) async fn due(chat: &Chat) -> Result<Vec<(WorkspaceId, ConversationId)>> {
    let sql = format!("SELECT workspace_id, id FROM conversation WHERE speaker = 'bot' AND waits = 1 AND {FREE} ORDER BY last_at LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(chat.now()).bind(SWEEP).fetch_all(chat.store().read()).await?;
    rows.iter().map(|found| Ok((row::id(found, "workspace_id")?, row::id(found, "id")?))).collect()
}

/// Turns of this epoch that never answered what is asked.
const FAILED: &str = "(SELECT CAST(COUNT(*) AS BIGINT) FROM turn
    WHERE turn.workspace_id = conversation.workspace_id AND turn.conversation_id = conversation.id
      AND turn.asked_seq > conversation.answered_seq AND turn.epoch = conversation.epoch
      AND (turn.outcome IS NULL OR turn.outcome = 'failed'))";

/// Claims the conversation's turn, and gives the conversation as it is then; `None` when it is not due or another bot has it.
pub(super) async fn claim(
    bot: &Bot,
    workspace: WorkspaceId,
    conversation: ConversationId,
    id: TurnId,
) -> Result<Option<(Claim, Conversation)>> {
    let sql = format!(
        "UPDATE conversation SET turn_id = $4, turn_until = $5
          WHERE workspace_id = $2 AND id = $3 AND speaker = 'bot' AND asked_seq > answered_seq AND {FREE}
         RETURNING *, {FAILED} AS failed"
    );
    let (now, until) = (bot.chat().now(), until(bot));
    let bind = |update: Statement<'static>| update.bind(now).bind(workspace.text()).bind(conversation.text()).bind(id.text()).bind(until);
    let claimed = bot.chat().store().briefly(&sql, bind).await?;
    let Some(claimed) = claimed.first() else { return Ok(None) };
    let (found, broken) = (conversation::from_row(claimed)?, claimed.try_get::<i64, _>("failed")? >= TRIES);
    let (epoch, asked, last_at) = (found.epoch, found.asked_seq, found.last_at);
    Ok(Some((Claim { id, workspace, conversation, epoch, asked, last_at, broken }, found)))
}

/// Notes that the turn runs.
pub(super) async fn begin(bot: &Bot, claim: &Claim) -> Result<()> {
    note(bot, claim, claim.asked, "", "{}".to_owned(), "DO NOTHING").await
}

/// Writes what the turn is about to say by, so that it is there whenever the words are, even if this process dies between them.
pub(super) async fn keep(bot: &Bot, claim: &Claim, asked: i64, rule: &str, trace: &Trace) -> Result<()> {
    let anew = "DO UPDATE SET asked_seq = excluded.asked_seq, rule = excluded.rule, trace = excluded.trace";
    note(bot, claim, asked, rule, text(trace), anew).await
}

/// `known`: what happens to a turn that is noted already.
async fn note(bot: &Bot, claim: &Claim, asked: i64, rule: &str, trace: String, known: &str) -> Result<()> {
    let sql = format!(
        "INSERT INTO turn (id, workspace_id, conversation_id, epoch, asked_seq, rule, trace, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) {known}"
    );
    let bind = |insert: Statement<'static>| {
        let insert = insert.bind(claim.id.text()).bind(claim.workspace.text()).bind(claim.conversation.text()).bind(claim.epoch);
        insert.bind(asked).bind(rule.to_owned()).bind(trace).bind(bot.chat().now())
    };
    bot.chat().store().briefly(&sql, bind).await?;
    Ok(())
}

/// Makes the lease longer; false when it is lost.
pub(super) async fn renew(bot: &Bot, claim: &Claim) -> Result<bool> {
    let sql = "UPDATE conversation SET turn_until = $4 WHERE workspace_id = $1 AND id = $2 AND turn_id = $3 AND epoch = $5 RETURNING id";
    let (workspace, conversation, id) = (claim.workspace.text(), claim.conversation.text(), claim.id.text());
    let bind = |update: Statement<'static>| update.bind(workspace).bind(conversation).bind(id).bind(until(bot)).bind(claim.epoch);
    Ok(!bot.chat().store().briefly(sql, bind).await?.is_empty())
}

/// What the turn came to.
const FINISH: &str = "UPDATE turn SET asked_seq = $3, answer_seq = $4, outcome = $5, rule = $6, trace = $7, finished_at = $8
    WHERE workspace_id = $1 AND id = $2";

/// The lease is nobody's.
const RELEASE: &str = "UPDATE conversation SET turn_id = NULL, turn_until = 0 WHERE workspace_id = $1 AND turn_id = $2 AND id = $9
    RETURNING speaker, asked_seq, answered_seq";

/// Writes what the turn came to. The lease stays until its time.
pub(super) async fn finish(bot: &Bot, claim: &Claim, done: Done, trace: &Trace) -> Result<()> {
    bot.chat().store().briefly(FINISH, |update| ended(update, bot, claim, done, trace)).await?;
    Ok(())
}

/// Writes what the turn came to, and gives the lease back; a turn that is due already is announced.
pub(super) async fn end(bot: &Bot, claim: &Claim, done: Done, trace: &Trace) -> Result<()> {
    let store = bot.chat().store();
    let sql = store.dialect().together(FINISH, RELEASE);
    let bind = |update| ended(update, bot, claim, done, trace).bind(claim.conversation.text());
    let left = store.briefly(&sql, bind).await?;
    let Some(left) = left.first() else { return Ok(()) };
    let (speaker, asked, answered): (&str, i64, i64) =
        (left.try_get("speaker")?, left.try_get("asked_seq")?, left.try_get("answered_seq")?);
    if speaker == "bot" && asked > answered {
        bot.chat().bus().publish(Topic::Bot, News::Due { workspace: claim.workspace, conversation: claim.conversation });
    }
    Ok(())
}

fn ended<'q>(update: Statement<'q>, bot: &Bot, claim: &Claim, done: Done, trace: &Trace) -> Statement<'q> {
    let update = update.bind(claim.workspace.text()).bind(claim.id.text()).bind(done.asked).bind(done.answer);
    update.bind(done.outcome).bind(done.rule).bind(text(trace)).bind(bot.chat().now())
}

fn text(trace: &Trace) -> String {
    serde_json::to_string(trace).unwrap_or_else(|_| "{}".into())
}

fn until(bot: &Bot) -> i64 {
    bot.chat().now() + i64::try_from(bot.inner.config.lease_s * 1_000).unwrap_or(i64::MAX / 2)
}
