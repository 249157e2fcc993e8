//! Sources that are read again: by themselves, or because somebody asked. One node looks for what is due; a lease on the row
//! keeps a second from reading the same source, and is taken over when its holder falls silent.

use std::{sync::Arc, time::Duration};

use chat::{Chat, SourceId, WorkspaceId, row};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Fault, Knowledge, Reason, Result, Upload,
    crawl::Way,
    import::{Progress, Watch},
    source::{self, Kind, Source},
};

/// The job of looking for what is due.
const JOB: &str = "source.sync";
/// Sources that are read at once.
const AT_ONCE: usize = 2;
/// How long the word of a reader counts.
const LEASE_MS: i64 = 180_000;
/// How often a reader says how far it is.
const SAY: Duration = Duration::from_secs(2);

/// How often a source is read by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Only when somebody asks.
    #[default]
    Off,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
}

impl Schedule {
    /// In the order of a choice.
    pub const ALL: [Self; 4] = [Self::Off, Self::Hourly, Self::Daily, Self::Weekly];

    /// As the record keeps it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// By that name; what is unknown is off.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|schedule| schedule.text() == text).unwrap_or_default()
    }

    /// Milliseconds from one reading to the next; `None`: never.
    #[must_use]
    pub fn period_ms(self) -> Option<i64> {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Off => None,
            Self::Hourly => Some(HOUR),
            Self::Daily => Some(24 * HOUR),
            Self::Weekly => Some(7 * 24 * HOUR),
        }
    }
}

/// Asks for a source to be read as soon as a worker is free.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a source that is no place.
pub async fn ask(chat: &Chat, workspace: WorkspaceId, id: SourceId) -> Result<()> {
    let source = source::find(chat.store(), workspace, id).await?;
    if upload(&source).is_none() {
        return Err(Error::Invalid(Fault::of("fault-source-sent")));
    }
    let now = chat.now();
    sqlx::query("UPDATE source SET due_at = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(now)
        .execute(chat.store().write())
        .await?;
    Ok(())
}

/// What there is to read of a source; `None` when it was sent, and is nowhere else.
#[must_use]
pub fn upload(source: &Source) -> Option<Upload> {
    let upload = match source.kind {
        Kind::Shared => Upload::shared(&source.address, &source.patterns),
        Kind::Url => Upload::url(&source.address),
        Kind::Folder => Upload::path(&source.address),
        Kind::Site => Upload::crawl(&source.address, Way::Links, source.reach),
        Kind::Sitemap => Upload::crawl(&source.address, Way::Sitemap, source.reach),
        Kind::File | Kind::Written | Kind::Api | Kind::Articles | Kind::Guides => return None,
    };
    // The address stays that of the record: it is what tells sources apart.
    Some(Upload { name: source.name.clone(), address: source.address.clone(), audience: source.audience.clone(), ..upload })
}

impl Knowledge {
    /// Reads what is due until cancelled.
    pub async fn follow_sources(&self, cancel: CancellationToken) {
        let mut readers = JoinSet::new();
        loop {
            let pause = Duration::from_millis(1_500 + self.chat().random().below(1_000));
            tokio::select! {
                () = cancel.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
            while readers.try_join_next().is_some() {}
            if readers.len() >= AT_ONCE || !self.chat().leads(JOB).await {
                continue;
            }
            match due(self.chat(), AT_ONCE - readers.len()).await {
                Ok(due) => {
                    for (workspace, id) in due {
                        let (knowledge, cancel) = (self.clone(), cancel.clone());
                        readers.spawn(async move { knowledge.read_again(workspace, id, &cancel).await });
                    }
                }
                Err(error) => tracing::warn!(%error, "which sources are due cannot be seen; it is looked at again"),
            }
        }
        readers.shutdown().await;
    }

    async fn read_again(&self, workspace: WorkspaceId, id: SourceId, cancel: &CancellationToken) {
        match self.read_claimed(workspace, id, cancel).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(source.id = %id, %error, "a source could not be read again; it is tried when it is due next"),
        }
    }

    async fn read_claimed(&self, workspace: WorkspaceId, id: SourceId, cancel: &CancellationToken) -> Result<()> {
        let source = source::find(self.chat().store(), workspace, id).await?;
        let latest = Arc::new(Mutex::new(Progress::default()));
        let watch = |progress| *latest.lock() = progress;
        let done = tokio::select! {
            done = self.take_again(workspace, &source, &watch) => done,
            never = self.say(workspace, id, &latest) => match never {},
            // The next start finds the lease run out, and the source still due.
            () = cancel.cancelled() => return Ok(()),
        };
        let failure = match done {
            Ok(()) => None,
            Err(Error::Unusable { reason, .. }) => Some(reason),
            // Somebody removed it meanwhile.
            Err(Error::NotFound) => return Ok(()),
            Err(error) => Some(Reason::Unreadable { detail: error.to_string() }),
        };
        finish(self.chat(), &source, workspace, failure).await
    }

    /// Reads the place again; what is nowhere else is split anew.
    async fn take_again(&self, workspace: WorkspaceId, source: &Source, watch: Watch<'_>) -> Result<()> {
        match upload(source) {
            Some(upload) => self.import(workspace, source.library, upload, watch).await.map(drop),
            None if source.kind == Kind::Articles => self.recut_articles(workspace, source.id, watch).await,
            None => self.recut(workspace, source, watch).await,
        }
    }

    /// Says how far a reader is, which also keeps its lease.
    async fn say(&self, workspace: WorkspaceId, id: SourceId, latest: &Mutex<Progress>) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(SAY).await;
            let progress = serde_json::to_string(&*latest.lock()).unwrap_or_default();
            let until = self.chat().now() + LEASE_MS;
            let said = sqlx::query("UPDATE source SET progress = $3, busy_until = $4 WHERE workspace_id = $1 AND id = $2")
                .bind(workspace.text())
                .bind(id.text())
                .bind(progress)
                .bind(until)
                .execute(self.chat().store().write())
                .await;
            if let Err(error) = said {
                tracing::warn!(source.id = %id, %error, "how far a source is read could not be noted");
            }
        }
    }
}

/// Claims sources that are due, the longest due first.
async fn due(chat: &Chat, most: usize) -> Result<Vec<(WorkspaceId, SourceId)>> {
    let now = chat.now();
    let rows = sqlx::query("SELECT workspace_id, id FROM source WHERE due_at <= $1 AND busy_until < $1 ORDER BY due_at LIMIT $2")
        .bind(now)
        .bind(i64::try_from(most).unwrap_or(1))
        .fetch_all(chat.store().read())
        .await?;
    let mut claimed = Vec::new();
    for row in rows {
        let (workspace, id): (WorkspaceId, SourceId) = (row::id(&row, "workspace_id")?, row::id(&row, "id")?);
        let done =
            sqlx::query("UPDATE source SET busy_until = $3 WHERE workspace_id = $1 AND id = $2 AND due_at <= $4 AND busy_until < $4")
                .bind(workspace.text())
                .bind(id.text())
                .bind(now + LEASE_MS)
                .bind(now)
                .execute(chat.store().write())
                .await?;
        if done.rows_affected() > 0 {
            claimed.push((workspace, id));
        }
    }
    Ok(claimed)
}

/// Notes when it is due next, and why nothing was taken.
async fn finish(chat: &Chat, source: &Source, workspace: WorkspaceId, failure: Option<Reason>) -> Result<()> {
    let now = chat.now();
    let failure = failure.map(|reason| serde_json::to_string(&reason).unwrap_or_default()).unwrap_or_default();
    // By the schedule of now: it may have been changed meanwhile. Asked for once more meanwhile, it is read once more.
    let schedule = source::find(chat.store(), workspace, source.id).await?.schedule;
    sqlx::query(
        "UPDATE source SET due_at = CASE WHEN due_at > $5 THEN due_at ELSE $3 END, busy_until = 0, progress = '', failure = $4
         WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.text())
    .bind(source.id.text())
    .bind(schedule.period_ms().map(|period| now + period))
    .bind(failure)
    .bind(source.due_at.unwrap_or(0))
    .execute(chat.store().write())
    .await?;
    Ok(())
}
