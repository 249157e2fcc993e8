//! The staff: agents, admins, owners.

use std::{fmt, str::FromStr};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{AgentId, Error, Fault, Random, Result, Store, WorkspaceId, conversation::cut, row};

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// The longest, in bytes: hashing is work for the server.
pub const MAX_PASSWORD: usize = 512;

/// What somebody may do; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works with conversations.
    Agent,
    /// Also knowledge, bot, inboxes, reports, people.
    Admin,
    /// Also other admins and owners.
    Owner,
}

impl Role {
    /// `agent`, `admin` or `owner`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl FromStr for Role {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Agent, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.text() == text)
            .ok_or_else(|| Error::invalid(Fault::of("fault-choose").saying("The role must be agent, admin or owner.")))
    }
}

/// A row of the record, without the password.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Their id.
    pub id: AgentId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Lower case; what they sign in with.
    pub email: String,
    /// What visitors and colleagues read.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// `en` or `zh`.
    pub locale: String,
    /// Live chats at once.
    pub capacity: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Since when they may not sign in.
    pub disabled_at: Option<i64>,
}

/// What is needed to make one.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Any case.
    pub email: String,
    /// Not empty.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// `en` or `zh`.
    pub locale: String,
    /// Live chats at once.
    pub capacity: i64,
    /// From [`hash_password`].
    pub password_hash: String,
}

const COLUMNS: &str = "id, workspace_id, email, name, role, locale, capacity, created_at, disabled_at";

/// Hashes with argon2id. Takes tens of milliseconds of CPU: call it off the async threads.
///
/// # Errors
/// [`Error::Invalid`] when the password is too short or too long.
pub fn hash_password(password: &str, random: &Random) -> Result<String> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(Error::invalid(
            Fault::of("fault-password-short").saying(format!("The password needs at least {MIN_PASSWORD} characters.")),
        ));
    }
    if password.len() > MAX_PASSWORD {
        return Err(Error::invalid(Fault::of("fault-long").saying(format!("The password may have at most {MAX_PASSWORD} bytes."))));
    }
    let salt = SaltString::encode_b64(&random.bytes()[..16]).map_err(|error| Error::Refused(error.to_string()))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|error| Error::Refused(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. Takes as long as hashing.
pub fn verify_password(password: &str, hash: &str) -> bool {
    password.len() <= MAX_PASSWORD
        && PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Makes an agent.
///
/// # Errors
/// [`Error::Taken`] when the address has an account already.
pub async fn create(store: &Store, workspace: WorkspaceId, id: AgentId, new: &NewAgent, now: i64) -> Result<Agent> {
    check(&new.name, new.capacity)?;
    if !crate::visitor::plausible(&new.email) {
        return Err(Error::invalid(Fault::of("fault-email").saying("This does not look like an e-mail address.")));
    }
    sqlx::query(
        "INSERT INTO agent (id, workspace_id, email, name, role, password_hash, locale, capacity, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(new.email.trim().to_lowercase())
    .bind(cut(new.name.trim(), 100))
    .bind(new.role.text())
    .bind(&new.password_hash)
    .bind(&new.locale)
    .bind(new.capacity)
    .bind(now)
    .execute(store.write())
    .await?;
    find(store, workspace, id).await
}

/// One member of the workspace's staff.
pub async fn find(store: &Store, workspace: WorkspaceId, id: AgentId) -> Result<Agent> {
    let sql = format!("SELECT {COLUMNS} FROM agent WHERE workspace_id = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).bind(id.text()).fetch_optional(store.read()).await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// The account and password hash of an address: for signing in, before a workspace is known.
pub async fn by_email(store: &Store, email: &str) -> Result<Option<(Agent, String)>> {
    let sql = format!("SELECT {COLUMNS}, password_hash FROM agent WHERE email = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email.trim().to_lowercase()).fetch_optional(store.read()).await?;
    row.map(|row| Ok((from_row(&row)?, row.try_get("password_hash")?))).transpose()
}

/// Everybody of the workspace, disabled ones too, by name.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Agent>> {
    let sql = format!("SELECT {COLUMNS} FROM agent WHERE workspace_id = $1 ORDER BY name, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.text()).fetch_all(store.read()).await?;
    rows.iter().map(from_row).collect()
}

/// Changes name, role, language and capacity.
pub async fn save(store: &Store, agent: &Agent) -> Result<()> {
    check(&agent.name, agent.capacity)?;
    sqlx::query("UPDATE agent SET name = $3, role = $4, locale = $5, capacity = $6, disabled_at = $7 WHERE workspace_id = $1 AND id = $2")
        .bind(agent.workspace.text())
        .bind(agent.id.text())
        .bind(cut(agent.name.trim(), 100))
        .bind(agent.role.text())
        .bind(&agent.locale)
        .bind(agent.capacity)
        .bind(agent.disabled_at)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Sets another password. Close the agent's sessions afterwards: [`crate::session::close_all`].
pub async fn set_password(store: &Store, workspace: WorkspaceId, id: AgentId, hash: &str) -> Result<()> {
    sqlx::query("UPDATE agent SET password_hash = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(hash)
        .execute(store.write())
        .await?;
    Ok(())
}

fn check(name: &str, capacity: i64) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid(Fault::of("fault-name").saying("The name is empty: visitors read it, so give one.")));
    }
    if !(0..=100).contains(&capacity) {
        return Err(Error::invalid(Fault::of("fault-capacity").saying("The capacity must be between 0 and 100 chats.")));
    }
    Ok(())
}

fn from_row(r: &AnyRow) -> Result<Agent> {
    Ok(Agent {
        id: row::id(r, "id")?,
        workspace: row::id(r, "workspace_id")?,
        email: r.try_get("email")?,
        name: r.try_get("name")?,
        role: r.try_get::<&str, _>("role")?.parse()?,
        locale: r.try_get("locale")?,
        capacity: r.try_get("capacity")?,
        created_at: r.try_get("created_at")?,
        disabled_at: r.try_get("disabled_at")?,
    })
}
