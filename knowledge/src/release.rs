//! Releases: knowledge, settings and models frozen together under a number, tested, staged, published, and taken back.
//!
//! Freezing costs one row: every passage carries the first release it is in, and one that goes after it was frozen is kept in
//! `retired` with the last. An older release searches exactly the passages it was frozen with, filtered before anything is ranked.

mod diff;
mod gate;
mod retire;
mod step;

use chat::{AgentId, Chat, ReleaseId, Store, WorkspaceId, audit, row};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Row, any::AnyRow};

use crate::{Error, Result, revision};

pub use diff::{Change, changes};
pub use gate::{Gate, gate};
pub use retire::Frozen;
pub(crate) use retire::{Which, forget_at, let_go, retire, take_over};
pub use step::{Decision, Signature, publish, roll_back, run_again, stage, switch_off, withdraw};

/// Whose knowledge is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// Everything as it is now.
    #[default]
    Today,
    /// What the release of this number was frozen with.
    Release(i64),
}

/// The releases a passage is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first one; it may be one that is not frozen yet.
    pub since: i64,
    /// The last one; `None`: it is knowledge of today.
    pub last: Option<i64>,
}

impl Span {
    /// Whether it is searched at that point.
    pub(crate) fn holds(self, at: At) -> bool {
        match at {
            At::Today => self.last.is_none(),
            At::Release(number) => self.since <= number && self.last.is_none_or(|last| number <= last),
        }
    }
}

/// What a release is to visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It answers nobody yet.
    Candidate,
    /// It answers some of the visitors.
    Staged,
    /// It answers all others.
    Published,
    /// It was published before.
    Past,
    /// It was taken back.
    Withdrawn,
}

impl State {
    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Staged => "staged",
            Self::Published => "published",
            Self::Past => "past",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "candidate" => Self::Candidate,
            "staged" => Self::Staged,
            "published" => Self::Published,
            "past" => Self::Past,
            _ => Self::Withdrawn,
        }
    }
}

/// A release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// From 1 in the workspace.
    pub number: i64,
    /// What it is to visitors.
    pub state: State,
    /// Staged: it answers so many of 100 visitors.
    pub share: i64,
    /// What is new, in the words of who froze it.
    pub note: String,
    /// The bot's settings as they were frozen, without keys.
    pub settings: Value,
    /// Who froze it.
    pub by: Option<AgentId>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub published_at: Option<i64>,
    /// Why it was let through although it was worse.
    pub reason: Option<String>,
    /// Who let it through.
    pub signed_by: Option<AgentId>,
    /// When its passages were given up, unix milliseconds: it cannot answer again.
    pub dropped_at: Option<i64>,
    /// Since when its test set runs, or waits to, unix milliseconds.
    pub run_at: Option<i64>,
    /// Runs of cases that are done, and all of them.
    pub run: (i64, i64),
}

/// Longest note, in characters.
const LONGEST: usize = 300;

/// Freezes knowledge and settings. The first release of a workspace is published at once: it is what is live. Every other one is
/// a candidate whose test set begins to run.
///
/// # Errors
/// The record's.
pub async fn freeze(chat: &Chat, workspace: WorkspaceId, note: &str, settings: &Value, by: AgentId) -> Result<Release> {
    let note: String = crate::parse::one_line(note).chars().take(LONGEST).collect();
    let (id, now): (ReleaseId, i64) = (chat.id(), chat.now());
    let mut tx = chat.begin().await?;
    revision::hold(&mut tx, workspace).await?;
    let row = sqlx::query("UPDATE index_state SET frozen = frozen + 1 WHERE workspace_id = $1 RETURNING frozen")
        .bind(workspace.text())
        .fetch_one(&mut *tx)
        .await?;
    let number: i64 = row.try_get("frozen")?;
    let first = sqlx::query("SELECT id FROM release WHERE workspace_id = $1 AND state = 'published'")
        .bind(workspace.text())
        .fetch_optional(&mut *tx)
        .await?
        .is_none();
    let state = if first { State::Published } else { State::Candidate };
    sqlx::query(
        "INSERT INTO release (id, workspace_id, number, state, share, note, settings, created_by, created_at, published_at, run_at, run_until, run_done, run_total)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0)",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(number)
    .bind(state.text())
    .bind(if first { 100 } else { 0_i64 })
    .bind(note)
    .bind(settings.to_string())
    .bind(by.text())
    .bind(now)
    .bind(first.then_some(now))
    .bind((!first).then_some(now))
    .execute(&mut *tx)
    .await?;
    let detail = json!({ "number": number, "state": state.text() });
    let entry =
        audit::Entry { id: chat.id(), actor: audit::Actor::Agent(by), action: "release.freeze", object: id.text(), detail, at: now };
    audit::note_in(&mut tx, workspace, entry).await?;
    tx.commit().await?;
    find(chat.store(), workspace, id).await
}

/// Releases, the newest first.
pub async fn list(store: &Store, workspace: WorkspaceId, limit: i64) -> Result<Vec<Release>> {
    let rows = sqlx::query("SELECT * FROM release WHERE workspace_id = $1 ORDER BY number DESC LIMIT $2")
        .bind(workspace.text())
        .bind(limit)
        .fetch_all(store.read())
        .await?;
    rows.iter().map(release).collect()
}

/// One release.
pub async fn find(store: &Store, workspace: WorkspaceId, id: ReleaseId) -> Result<Release> {
    let row = sqlx::query("SELECT * FROM release WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    release(&row.ok_or(Error::NotFound)?)
}

/// One release by its number.
pub async fn numbered(store: &Store, workspace: WorkspaceId, number: i64) -> Result<Release> {
    let row = sqlx::query("SELECT * FROM release WHERE workspace_id = $1 AND number = $2")
        .bind(workspace.text())
        .bind(number)
        .fetch_optional(store.read())
        .await?;
    release(&row.ok_or(Error::NotFound)?)
}

/// The releases that answer visitors.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Live {
    /// All but the staged one's visitors; `None`: tested releases are off.
    pub published: Option<Release>,
    /// A share of the visitors.
    pub staged: Option<Release>,
}

/// The releases that answer visitors now.
pub async fn live(store: &Store, workspace: WorkspaceId) -> Result<Live> {
    let rows = sqlx::query("SELECT * FROM release WHERE workspace_id = $1 AND state IN ('published', 'staged')")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    let mut live = Live::default();
    for release in rows.iter().map(release) {
        let release = release?;
        match release.state {
            State::Staged => live.staged = Some(release),
            _ => live.published = Some(release),
        }
    }
    Ok(live)
}

fn release(row: &AnyRow) -> Result<Release> {
    Ok(Release {
        id: row::id(row, "id")?,
        number: row.try_get("number")?,
        state: State::parse(row.try_get("state")?),
        share: row.try_get("share")?,
        note: row.try_get("note")?,
        settings: row::json(row, "settings")?,
        by: row::optional_id(row, "created_by")?,
        created_at: row.try_get("created_at")?,
        published_at: row.try_get("published_at")?,
        reason: row.try_get("reason")?,
        signed_by: row::optional_id(row, "signed_by")?,
        dropped_at: row.try_get("dropped_at")?,
        run_at: row.try_get("run_at")?,
        run: (row.try_get("run_done")?, row.try_get("run_total")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_in_the_releases_between_its_first_and_its_last() {
        let (today, gone) = (Span { since: 2, last: None }, Span { since: 2, last: Some(3) });
        for (at, live, retired) in [
            (At::Today, true, false),
            (At::Release(1), false, false),
            (At::Release(2), true, true),
            (At::Release(3), true, true),
            (At::Release(4), true, false),
        ] {
            assert_eq!((today.holds(at), gone.holds(at)), (live, retired), "{at:?}");
        }
    }
}
