//! What releases did with cases, and the lease of a run: one worker at a time runs the test set of a release.

use chat::{Chat, ReleaseId, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{Case, case};
use crate::Result;

/// What a release did with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// Whether it did what it must.
    pub passed: bool,
    /// `answer`, `clarify`, `handover` or `small_talk`.
    pub outcome: String,
    /// The rule that decided.
    pub rule: String,
    /// What the visitor would have read.
    pub answer: String,
    /// Titles of what was cited.
    pub cited: Vec<String>,
}

/// A case with what two releases did with it.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The case.
    pub case: Case,
    /// With the release; `None`: not run yet as it is now.
    pub mine: Option<Ran>,
    /// With the published one.
    pub theirs: Option<Ran>,
}

/// A run that belongs to this worker for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The release.
    pub release: ReleaseId,
}

/// Takes a run that waits, or whose worker has died, until `until`; `None` when there is none.
pub async fn claim(chat: &Chat, until: i64) -> Result<Option<Claim>> {
    let row = sqlx::query(
        "UPDATE release SET run_until = $2 WHERE id = (SELECT id FROM release WHERE run_at IS NOT NULL AND run_until < $1 ORDER BY run_at LIMIT 1)
            AND run_until < $1 RETURNING workspace_id, id",
    )
    .bind(chat.now())
    .bind(until)
    .fetch_optional(chat.store().write())
    .await?;
    row.map(|row| Ok(Claim { workspace: row::id(&row, "workspace_id")?, release: row::id(&row, "id")? })).transpose()
}

/// Cases that a release has not run as they are now, oldest first.
pub async fn unrun(store: &Store, workspace: WorkspaceId, release: ReleaseId) -> Result<Vec<Case>> {
    let rows = sqlx::query(
        "SELECT test_case.* FROM test_case WHERE workspace_id = $1 AND state = 'accepted' AND NOT EXISTS (SELECT 1 FROM case_result
           WHERE case_result.case_id = test_case.id AND case_result.release_id = $2 AND case_result.case_at = test_case.updated_at)
          ORDER BY created_at, id",
    )
    .bind(workspace.text())
    .bind(release.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(case).collect()
}

/// Keeps what a release did with a case.
pub async fn keep(chat: &Chat, workspace: WorkspaceId, release: ReleaseId, case: &Case, ran: &Ran) -> Result<()> {
    sqlx::query(
        "INSERT INTO case_result (release_id, case_id, workspace_id, passed, outcome, rule, answer, cited, case_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (release_id, case_id) DO UPDATE SET passed = excluded.passed,
           outcome = excluded.outcome, rule = excluded.rule, answer = excluded.answer, cited = excluded.cited, case_at = excluded.case_at, created_at = excluded.created_at",
    )
    .bind(release.text())
    .bind(case.id.text())
    .bind(workspace.text())
    .bind(i64::from(ran.passed))
    .bind(&ran.outcome)
    .bind(&ran.rule)
    .bind(&ran.answer)
    .bind(serde_json::to_string(&ran.cited).unwrap_or_else(|_| "[]".into()))
    .bind(case.updated_at)
    .bind(chat.now())
    .execute(chat.store().write())
    .await?;
    Ok(())
}

/// Notes how far a run is and keeps it until `until`; with all done it is over.
pub async fn finish(chat: &Chat, claim: Claim, done: i64, total: i64, until: i64) -> Result<()> {
    sqlx::query(
        "UPDATE release SET run_done = $3, run_total = $4, run_until = CASE WHEN $3 < $4 THEN $5 ELSE 0 END, run_at = CASE WHEN $3 < $4 THEN run_at END
          WHERE workspace_id = $1 AND id = $2",
    )
    .bind(claim.workspace.text())
    .bind(claim.release.text())
    .bind(done)
    .bind(total)
    .bind(until)
    .execute(chat.store().write())
    .await?;
    Ok(())
}

/// Every accepted case with what the release and the published one did with it.
pub async fn results(store: &Store, workspace: WorkspaceId, release: ReleaseId) -> Result<Vec<Compared>> {
    let rows = sqlx::query(
        "SELECT test_case.*, mine.passed AS m_passed, mine.outcome AS m_outcome, mine.rule AS m_rule, mine.answer AS m_answer, mine.cited AS m_cited,
                theirs.passed AS t_passed, theirs.outcome AS t_outcome, theirs.rule AS t_rule, theirs.answer AS t_answer, theirs.cited AS t_cited
           FROM test_case
           LEFT JOIN case_result mine ON mine.case_id = test_case.id AND mine.case_at = test_case.updated_at AND mine.release_id = $2
           LEFT JOIN case_result theirs ON theirs.case_id = test_case.id AND theirs.case_at = test_case.updated_at
                AND theirs.release_id = (SELECT release.id FROM release WHERE release.workspace_id = $1 AND release.state = 'published')
          WHERE test_case.workspace_id = $1 AND test_case.state = 'accepted' ORDER BY test_case.created_at, test_case.id",
    )
    .bind(workspace.text())
    .bind(release.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok(Compared { case: case(row)?, mine: ran(row, "m")?, theirs: ran(row, "t")? })).collect()
}

fn ran(row: &AnyRow, side: &str) -> Result<Option<Ran>> {
    let Some(passed) = row.try_get::<Option<i64>, _>(format!("{side}_passed").as_str())? else { return Ok(None) };
    let text = |name: &str| row.try_get::<String, _>(format!("{side}_{name}").as_str());
    Ok(Some(Ran {
        passed: passed == 1,
        outcome: text("outcome")?,
        rule: text("rule")?,
        answer: text("answer")?,
        cited: serde_json::from_str(&text("cited")?).unwrap_or_default(),
    }))
}
