//! The gate: whether a release is worse than the published one on any case of the test set.

use chat::{CaseId, ReleaseId, Store, Tx, WorkspaceId, row};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::Result;

/// What the test set says of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Cases that were accepted.
    pub cases: i64,
    /// Those it passes.
    pub passed: i64,
    /// Those that were not run yet as they are now, with it or with the published release.
    pub unrun: i64,
    /// Those the published release passes and it does not.
    pub worse: Vec<CaseId>,
    /// Those it passes and the published release does not.
    pub better: Vec<CaseId>,
}

const RESULTS: &str = "SELECT test_case.id AS id, mine.passed AS mine, theirs.passed AS theirs FROM test_case
    LEFT JOIN case_result mine ON mine.case_id = test_case.id AND mine.case_at = test_case.updated_at AND mine.release_id = $2
    LEFT JOIN case_result theirs ON theirs.case_id = test_case.id AND theirs.case_at = test_case.updated_at
         AND theirs.release_id = (SELECT release.id FROM release WHERE release.workspace_id = $1 AND release.state = 'published')
    WHERE test_case.workspace_id = $1 AND test_case.state = 'accepted' ORDER BY test_case.created_at, test_case.id";

/// What the test set says of a release, compared with the published one.
pub async fn gate(store: &Store, workspace: WorkspaceId, release: ReleaseId) -> Result<Gate> {
    weigh(&sqlx::query(RESULTS).bind(workspace.text()).bind(release.text()).fetch_all(store.read()).await?)
}

/// The same inside the transaction that lets the release through.
pub(super) async fn gate_in(tx: &mut Tx, workspace: WorkspaceId, release: ReleaseId) -> Result<Gate> {
    weigh(&sqlx::query(RESULTS).bind(workspace.text()).bind(release.text()).fetch_all(&mut **tx).await?)
}

fn weigh(rows: &[AnyRow]) -> Result<Gate> {
    let mut gate = Gate::default();
    for found in rows {
        let (mine, theirs): (Option<i64>, Option<i64>) = (found.try_get("mine")?, found.try_get("theirs")?);
        gate.cases += 1;
        gate.passed += i64::from(mine == Some(1));
        match (mine, theirs) {
            (Some(0), Some(1)) => gate.worse.push(row::id(found, "id")?),
            (Some(1), Some(0)) => gate.better.push(row::id(found, "id")?),
            (Some(_), Some(_)) => {}
            _ => gate.unrun += 1,
        }
    }
    Ok(gate)
}
