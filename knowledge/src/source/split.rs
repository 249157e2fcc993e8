//! How the documents of a source are split, and whether it can be done anew.

use chat::{Chat, LibraryId, SourceId, Store, WorkspaceId};
use sqlx::Row;

use super::{Kind, find};
use crate::{
    Error, Fault, Result,
    split::{Cut, Settings},
};

impl Kind {
    /// Whether its documents are split as an admin decides; answers and Warbler's guides are written to be whole.
    #[must_use]
    pub fn is_split(self) -> bool {
        !matches!(self, Self::Written | Self::Guides)
    }

    /// Whether what was read of its documents is kept: there is no place to read them from again.
    #[must_use]
    pub fn is_kept(self) -> bool {
        matches!(self, Self::File | Self::Api)
    }
}

/// How documents of a source are taken in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// As it was read; it may be changed meanwhile.
    pub settings: Settings,
    pub cut: Cut,
    /// Whether what was read is kept.
    pub keeps: bool,
}

impl Manner {
    /// Of a source, where passages are otherwise so long.
    pub(crate) async fn of(store: &Store, workspace: WorkspaceId, id: SourceId, usual: usize) -> Result<Self> {
        let row = sqlx::query("SELECT kind, split FROM source WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(id.text())
            .fetch_optional(store.read())
            .await?
            .ok_or(Error::NotFound)?;
        let (kind, settings) = (Kind::parse(row.try_get("kind")?), Settings::parse(row.try_get("split")?));
        Ok(Self { settings, cut: settings.under(usual), keeps: kind.is_kept() })
    }
}

/// Decides how the documents of a source are split. A worker splits anew, as soon as it can, those that are there. False when it was
/// so already, and did not fail.
///
/// # Errors
/// [`Error::Invalid`] for what makes no sense and for a source whose documents stay whole; [`Error::NotFound`].
pub async fn set_split(chat: &Chat, workspace: WorkspaceId, id: SourceId, settings: Settings) -> Result<bool> {
    let settings = settings.checked()?;
    if !find(chat.store(), workspace, id).await?.kind.is_split() {
        return Err(Error::Invalid(Fault::of("fault-split-whole")));
    }
    let done =
        sqlx::query("UPDATE source SET split = $3, due_at = $4 WHERE workspace_id = $1 AND id = $2 AND (split <> $3 OR failure <> '')")
            .bind(workspace.text())
            .bind(id.text())
            .bind(settings.text())
            .bind(chat.now())
            .execute(chat.store().write())
            .await?;
    Ok(done.rows_affected() > 0)
}

/// How documents are split that come from an address to a library: as its source's are, or as everywhere when there is none yet.
pub async fn settings_at(store: &Store, workspace: WorkspaceId, library: LibraryId, address: &str) -> Result<Settings> {
    let row = sqlx::query("SELECT split FROM source WHERE workspace_id = $1 AND library_id = $2 AND address = $3")
        .bind(workspace.text())
        .bind(library.text())
        .bind(address)
        .fetch_optional(store.read())
        .await?;
    row.map_or(Ok(Settings::default()), |row| Ok(Settings::parse(row.try_get("split")?)))
}
