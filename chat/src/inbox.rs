//! Entries of visitors: a website today, an API or e-mail later.

use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{Error, Fault, InboxId, LibraryId, Result, Secret, Store, WorkspaceId, conversation::cut, row};

/// What an admin chooses for the widget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Accent colour `#rrggbb`; empty: the house's own.
    pub color: String,
    /// First words by locale (`en`, `zh`); missing: the house's own.
    pub greeting: std::collections::BTreeMap<String, String>,
    /// Questions offered at the start, by locale.
    pub starters: std::collections::BTreeMap<String, Vec<String>>,
    /// Origins that may embed it, such as `https://shop.example`; empty: every one.
    pub origins: Vec<String>,
    /// For how long people may edit and recall what they wrote.
    pub change: ChangeWindow,
    /// When newcomers prove work before they write.
    pub challenge: Challenge,
}

/// When a newcomer's browser must do a calculation before the first message, so that floods of made-up visitors cost those who make them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Challenge {
    /// Never.
    Off,
    /// While more newcomers come than usual.
    #[default]
    Busy,
    /// Each newcomer.
    Always,
}

impl Challenge {
    /// All, as an admin is offered them.
    pub const ALL: [Challenge; 3] = [Challenge::Off, Challenge::Busy, Challenge::Always];

    /// `off`, `busy` or `always`.
    pub fn name(self) -> &'static str {
        match self {
            Challenge::Off => "off",
            Challenge::Busy => "busy",
            Challenge::Always => "always",
        }
    }
}

/// For how long people may edit and recall what they wrote, in minutes; 0: not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeWindow {
    /// Agents, their own messages.
    pub agent_min: u32,
    /// Visitors, their own messages.
    pub visitor_min: u32,
}

impl Default for ChangeWindow {
    fn default() -> Self {
        Self { agent_min: 15, visitor_min: 15 }
    }
}

impl ChangeWindow {
    /// The longest time an admin may set: a week.
    pub const LONGEST_MIN: u32 = 7 * 24 * 60;

    /// In ms; less than nothing when nobody may.
    pub fn agent_ms(self) -> i64 {
        ms(self.agent_min)
    }

    /// In ms; less than nothing when nobody may.
    pub fn visitor_ms(self) -> i64 {
        ms(self.visitor_min)
    }
}

fn ms(minutes: u32) -> i64 {
    if minutes == 0 { -1 } else { i64::from(minutes) * 60_000 }
}

/// A row of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbox {
    /// Its id; it stands in the embed snippet and authorises nothing.
    pub id: InboxId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// What visitors and staff call it.
    pub name: String,
    /// Colour, greeting, starters, origins.
    pub look: Look,
    /// The libraries its visitors are answered from; `None`: all, each for those it is for.
    pub libraries: Option<Vec<LibraryId>>,
    /// What the customer's own server signs identities of visitors with.
    pub identity_key: Secret,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl Inbox {
    /// Whether a page of this `Origin` may talk to the inbox. A page without one is no browser page.
    pub fn allows(&self, origin: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        self.look.origins.is_empty() || self.look.origins.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
    }
}

/// Makes an inbox.
pub async fn create(store: &Store, workspace: WorkspaceId, id: InboxId, name: &str, look: &Look, now: i64) -> Result<()> {
    check(name, look)?;
    sqlx::query("INSERT INTO inbox (id, workspace_id, name, look, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id.text())
        .bind(workspace.text())
        .bind(cut(name, 100))
        .bind(serde_json::to_string(look).unwrap_or_default())
        .bind(now)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Changes name and look.
pub async fn save(store: &Store, workspace: WorkspaceId, id: InboxId, name: &str, look: &Look) -> Result<()> {
    check(name, look)?;
    let done = sqlx::query("UPDATE inbox SET name = $3, look = $4 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(cut(name, 100))
        .bind(serde_json::to_string(look).unwrap_or_default())
        .execute(store.write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Chooses the libraries its visitors are answered from; `None`: all. False when they were these.
pub async fn set_libraries(store: &Store, workspace: WorkspaceId, id: InboxId, chosen: Option<&[LibraryId]>) -> Result<bool> {
    let known = find(store, workspace, id).await?.libraries;
    if known.as_deref() == chosen {
        return Ok(false);
    }
    let done = sqlx::query("UPDATE inbox SET libraries = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(chosen.map(|chosen| serde_json::to_string(chosen).unwrap_or_else(|_| "[]".into())))
        .execute(store.write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(true) }
}

/// The libraries the visitors of an inbox are answered from; `None`: all.
pub async fn libraries_of(store: &Store, workspace: WorkspaceId, id: InboxId) -> Result<Option<Vec<LibraryId>>> {
    let row = sqlx::query("SELECT libraries FROM inbox WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    libraries(&row.ok_or(Error::NotFound)?)
}

/// Changes the key of identities; an empty one believes none.
pub async fn set_identity_key(store: &Store, workspace: WorkspaceId, id: InboxId, key: &Secret) -> Result<()> {
    let done = sqlx::query("UPDATE inbox SET identity_key = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(key.expose())
        .execute(store.write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The inbox a visitor names: the only look-up without a workspace, for it is how a visitor finds one.
pub async fn of_visitor(store: &Store, id: InboxId) -> Result<Inbox> {
    let row = sqlx::query("SELECT id, workspace_id, name, look, libraries, identity_key, created_at FROM inbox WHERE id = $1")
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// One inbox of the workspace.
pub async fn find(store: &Store, workspace: WorkspaceId, id: InboxId) -> Result<Inbox> {
    of_visitor(store, id).await.and_then(|inbox| if inbox.workspace == workspace { Ok(inbox) } else { Err(Error::NotFound) })
}

/// The workspace's inboxes, oldest first.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Inbox>> {
    let rows = sqlx::query(
        "SELECT id, workspace_id, name, look, libraries, identity_key, created_at FROM inbox WHERE workspace_id = $1 ORDER BY created_at, id",
    )
    .bind(workspace.text())
    .fetch_all(store.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// A list that cannot be read any more names no library.
fn libraries(r: &AnyRow) -> Result<Option<Vec<LibraryId>>> {
    let text: Option<&str> = r.try_get("libraries")?;
    Ok(text.map(|text| serde_json::from_str(text).unwrap_or_default()))
}

fn check(name: &str, look: &Look) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid(Fault::of("fault-name").saying("The name is empty: give the inbox one.")));
    }
    let hex = |color: &str| color.len() == 7 && color.starts_with('#') && color[1..].chars().all(|c| c.is_ascii_hexdigit());
    if !look.color.is_empty() && !hex(&look.color) {
        return Err(Error::invalid(Fault::of("fault-color").saying("The colour must look like #2f6f5e.")));
    }
    let bad = look.origins.iter().find(|origin| !(origin.starts_with("https://") || origin.starts_with("http://")));
    bad.map_or(Ok(()), |origin| {
        Err(Error::invalid(Fault::of("fault-origin").saying(format!("The origin {origin} must begin with https:// or http://."))))
    })
}

fn from_row(r: &AnyRow) -> Result<Inbox> {
    Ok(Inbox {
        id: row::id(r, "id")?,
        workspace: row::id(r, "workspace_id")?,
        name: r.try_get("name")?,
        look: row::json(r, "look")?,
        libraries: libraries(r)?,
        identity_key: Secret::new(r.try_get::<String, _>("identity_key")?),
        created_at: r.try_get("created_at")?,
    })
}
