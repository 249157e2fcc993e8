//! The steps of a release: staged, published, taken back. Each is one transaction that checks the gate again.

use chat::{AgentId, Chat, News, ReleaseId, Topic, Tx, WorkspaceId, audit};
use serde_json::{Value, json};
use sqlx::Row;

use super::{Gate, State, find, gate::gate_in, retire::give_up};
use crate::{Error, Fault, Result, revision};

/// Former releases whose passages are kept for a way back.
const KEPT: i64 = 5;
/// Longest reason, in characters.
const REASON: usize = 500;

/// Why an admin lets a release through that is worse.
#[derive(Clone, Debug)]
pub struct Signature {
    /// In their words; empty: not signed.
    pub reason: String,
    /// Who.
    pub by: AgentId,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is done.
    Done,
    /// Cases were not run yet, with this release or with the published one: they run now.
    Untested(Gate),
    /// It is worse than the published one, and nobody signed.
    Worse(Gate),
}

/// Lets a candidate answer `share` of 100 visitors.
///
/// # Errors
/// [`Error::Invalid`] for a share that is not 1 to 99, for a release that cannot be staged, or while another one is.
pub async fn stage(chat: &Chat, workspace: WorkspaceId, id: ReleaseId, share: i64, signature: &Signature) -> Result<Decision> {
    if !(1..=99).contains(&share) {
        return Err(Error::Invalid(Fault::of("fault-release-share")));
    }
    let now = chat.now();
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    if let Some(refused) = pass(&mut tx, chat, workspace, id, signature).await? {
        tx.commit().await?;
        return Ok(refused);
    }
    let other = sqlx::query("SELECT number FROM release WHERE workspace_id = $1 AND state = 'staged' AND id <> $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(other) = other {
        let number: i64 = other.try_get("number")?;
        return Err(Error::Invalid(Fault::of("fault-release-staged").with("n", number)));
    }
    sqlx::query("UPDATE release SET state = 'staged', share = $3, staged_at = COALESCE(staged_at, $4) WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(share)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    note(&mut tx, chat, workspace, signature.by, "release.stage", id, json!({ "share": share })).await?;
    done(tx, chat, workspace).await
}

/// Lets a candidate or staged release answer everybody.
///
/// # Errors
/// [`Error::Invalid`] for a release that cannot be published.
pub async fn publish(chat: &Chat, workspace: WorkspaceId, id: ReleaseId, signature: &Signature) -> Result<Decision> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    if let Some(refused) = pass(&mut tx, chat, workspace, id, signature).await? {
        tx.commit().await?;
        return Ok(refused);
    }
    replace(&mut tx, workspace, id, State::Past, chat.now()).await?;
    note(&mut tx, chat, workspace, signature.by, "release.publish", id, Value::Null).await?;
    tidy(&mut tx, chat, workspace).await?;
    done(tx, chat, workspace).await
}

/// One click back: a staged release is taken from its visitors; without one, the release that was published before the
/// present one answers again.
///
/// # Errors
/// [`Error::Invalid`] when there is nothing to go back to.
pub async fn roll_back(chat: &Chat, workspace: WorkspaceId, by: AgentId) -> Result<()> {
    let now = chat.now();
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let staged = sqlx::query(
        "UPDATE release SET state = 'withdrawn', share = 0, ended_at = $2 WHERE workspace_id = $1 AND state = 'staged' RETURNING id",
    )
    .bind(workspace.text())
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let id: ReleaseId = match staged {
        Some(staged) => chat::row::id(&staged, "id")?,
        None => {
            let before = sqlx::query(
                "SELECT id FROM release WHERE workspace_id = $1 AND state = 'past' AND dropped_at IS NULL ORDER BY published_at DESC, number DESC LIMIT 1",
            )
            .bind(workspace.text())
            .fetch_optional(&mut *tx)
            .await?;
            let before = before.ok_or_else(|| Error::Invalid(Fault::of("fault-release-first")))?;
            let id = chat::row::id(&before, "id")?;
            replace(&mut tx, workspace, id, State::Withdrawn, now).await?;
            id
        }
    };
    note(&mut tx, chat, workspace, by, "release.roll_back", id, Value::Null).await?;
    tidy(&mut tx, chat, workspace).await?;
    done(tx, chat, workspace).await.map(drop)
}

/// Gives a candidate up.
///
/// # Errors
/// [`Error::Invalid`] for a release that is no candidate.
pub async fn withdraw(chat: &Chat, workspace: WorkspaceId, id: ReleaseId, by: AgentId) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let changed = sqlx::query(
        "UPDATE release SET state = 'withdrawn', ended_at = $3, run_at = NULL WHERE workspace_id = $1 AND id = $2 AND state = 'candidate'",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(chat.now())
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Invalid(Fault::of("fault-release-candidate")));
    }
    note(&mut tx, chat, workspace, by, "release.withdraw", id, Value::Null).await?;
    tidy(&mut tx, chat, workspace).await?;
    done(tx, chat, workspace).await.map(drop)
}

/// Runs the test set again: with a candidate or staged release, and with the published one it is compared with.
///
/// # Errors
/// [`Error::Invalid`] for another one.
pub async fn run_again(chat: &Chat, workspace: WorkspaceId, id: ReleaseId) -> Result<()> {
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    open(&mut tx, chat, workspace, id).await?;
    let sql = "DELETE FROM case_result WHERE workspace_id = $1
        AND (release_id = $2 OR release_id IN (SELECT id FROM release WHERE workspace_id = $1 AND state = 'published'))";
    sqlx::query(sql).bind(workspace.text()).bind(id.text()).execute(&mut *tx).await?;
    ask_run(&mut tx, chat, workspace, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends tested releases: from now on every change is live at once.
///
/// # Errors
/// The record's.
pub async fn switch_off(chat: &Chat, workspace: WorkspaceId, by: AgentId) -> Result<()> {
    let now = chat.now();
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    sqlx::query(
        "UPDATE release SET state = CASE WHEN state = 'published' THEN 'past' ELSE 'withdrawn' END, share = 0, ended_at = $2, run_at = NULL
          WHERE workspace_id = $1 AND state IN ('candidate', 'staged', 'published')",
    )
    .bind(workspace.text())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE release SET dropped_at = $2 WHERE workspace_id = $1 AND dropped_at IS NULL")
        .bind(workspace.text())
        .bind(now)
        .execute(&mut *tx)
        .await?;
    if give_up(&mut tx, workspace).await? {
        revision::raise(&mut tx, workspace).await?;
    }
    let entry = audit::Entry {
        id: chat.id(),
        actor: audit::Actor::Agent(by),
        action: "release.switch_off",
        object: String::new(),
        detail: Value::Null,
        at: now,
    };
    audit::note_in(&mut tx, workspace, entry).await?;
    done(tx, chat, workspace).await.map(drop)
}

/// `None` when the release may pass: all cases were run, and it is worse on none, or somebody signs.
async fn pass(tx: &mut Tx, chat: &Chat, workspace: WorkspaceId, id: ReleaseId, signature: &Signature) -> Result<Option<Decision>> {
    open(tx, chat, workspace, id).await?;
    let gate = gate_in(tx, workspace, id).await?;
    if gate.unrun > 0 {
        ask_run(tx, chat, workspace, id).await?;
        return Ok(Some(Decision::Untested(gate)));
    }
    if gate.worse.is_empty() {
        return Ok(None);
    }
    let reason: String = crate::parse::one_line(&signature.reason).chars().take(REASON).collect();
    if reason.is_empty() {
        return Ok(Some(Decision::Worse(gate)));
    }
    sqlx::query("UPDATE release SET reason = $3, signed_by = $4 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(&reason)
        .bind(signature.by.text())
        .execute(&mut **tx)
        .await?;
    let worse: Vec<String> = gate.worse.iter().map(|case| case.text()).collect();
    note(tx, chat, workspace, signature.by, "release.sign", id, json!({ "worse": worse, "reason": reason })).await?;
    Ok(None)
}

/// It must be one that is not decided on yet.
async fn open(tx: &mut Tx, chat: &Chat, workspace: WorkspaceId, id: ReleaseId) -> Result<()> {
    let row = sqlx::query("SELECT state FROM release WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return find(chat.store(), workspace, id).await.map(drop) };
    match State::parse(row.try_get("state")?) {
        State::Candidate | State::Staged => Ok(()),
        _ => Err(Error::Invalid(Fault::of("fault-release-decided"))),
    }
}

async fn ask_run(tx: &mut Tx, chat: &Chat, workspace: WorkspaceId, id: ReleaseId) -> Result<()> {
    sqlx::query("UPDATE release SET run_at = COALESCE(run_at, $3) WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(chat.now())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Publishes a release in the place of the published one, which becomes `then`.
async fn replace(tx: &mut Tx, workspace: WorkspaceId, id: ReleaseId, then: State, now: i64) -> Result<()> {
    sqlx::query("UPDATE release SET state = $2, share = 0, ended_at = $3 WHERE workspace_id = $1 AND state = 'published'")
        .bind(workspace.text())
        .bind(then.text())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "UPDATE release SET state = 'published', share = 100, published_at = COALESCE(published_at, $3), ended_at = NULL, run_at = NULL
          WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives up the passages of releases that nobody goes back to: those taken back, and all but the newest former ones.
async fn tidy(tx: &mut Tx, chat: &Chat, workspace: WorkspaceId) -> Result<()> {
    sqlx::query(
        "UPDATE release SET dropped_at = $2 WHERE workspace_id = $1 AND dropped_at IS NULL AND (state = 'withdrawn' OR (state = 'past'
           AND id NOT IN (SELECT id FROM release WHERE workspace_id = $1 AND state = 'past' ORDER BY published_at DESC, number DESC LIMIT $3)))",
    )
    .bind(workspace.text())
    .bind(chat.now())
    .bind(KEPT)
    .execute(&mut **tx)
    .await?;
    if give_up(tx, workspace).await? {
        revision::raise(tx, workspace).await?;
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    chat: &Chat,
    workspace: WorkspaceId,
    by: AgentId,
    action: &'static str,
    release: ReleaseId,
    detail: Value,
) -> Result<()> {
    let entry = audit::Entry { id: chat.id(), actor: audit::Actor::Agent(by), action, object: release.text(), detail, at: chat.now() };
    Ok(audit::note_in(tx, workspace, entry).await?)
}

async fn done(tx: Tx, chat: &Chat, workspace: WorkspaceId) -> Result<Decision> {
    tx.commit().await?;
    for topic in [Topic::Workspace(workspace), Topic::Bot] {
        chat.bus().publish(topic, News::Settings { workspace });
    }
    revision::announce(chat, workspace);
    Ok(Decision::Done)
}
