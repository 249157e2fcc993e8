//! Tools in the record.

use chat::{Chat, Secret, ToolId, WorkspaceId, row};
use knowledge::Fault;
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use super::spec::Spec;
use crate::{Error, Result};

/// Tools of a workspace, at most: each is told to the model with every question.
const MOST: usize = 40;
/// Headers of a tool, at most.
const HEADERS: usize = 20;
/// Headers that belong to the request itself.
const OURS: [&str; 9] =
    ["host", "content-length", "content-type", "connection", "transfer-encoding", "upgrade", "te", "trailer", "idempotency-key"];

/// A tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its id.
    pub id: ToolId,
    /// What an admin says of it.
    pub spec: Spec,
    /// What is sent along, secret.
    pub headers: Vec<Header>,
    /// Signs what is sent to the code address, secret.
    pub code_secret: Secret,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// Switched off since.
    pub disabled_at: Option<i64>,
}

/// A header: its name may be read, its value only by the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Such as `Authorization`.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// The workspace's tools, by name.
pub async fn list(chat: &Chat, workspace: WorkspaceId) -> Result<Vec<Tool>> {
    let rows =
        sqlx::query("SELECT id, spec, headers, code_secret, updated_at, disabled_at FROM tool WHERE workspace_id = $1 ORDER BY name")
            .bind(workspace.text())
            .fetch_all(chat.store().read())
            .await?;
    rows.iter().map(from_row).collect()
}

/// One tool.
pub async fn find(chat: &Chat, workspace: WorkspaceId, id: ToolId) -> Result<Tool> {
    let row = sqlx::query("SELECT id, spec, headers, code_secret, updated_at, disabled_at FROM tool WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(chat.store().read())
        .await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// Makes a tool, switched on.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin.
pub async fn create(chat: &Chat, workspace: WorkspaceId, spec: &Spec, headers: &[Header]) -> Result<ToolId> {
    check(spec, headers)?;
    let known = list(chat, workspace).await?;
    if known.len() >= MOST {
        return Err(Error::Invalid(Fault::of("fault-tools-most").with("n", MOST)));
    }
    let id: ToolId = chat.id();
    sqlx::query("INSERT INTO tool (id, workspace_id, name, spec, headers, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)")
        .bind(id.text())
        .bind(workspace.text())
        .bind(spec.name.as_str())
        .bind(text(spec)?)
        .bind(text(headers)?)
        .bind(chat.now())
        .execute(chat.store().write())
        .await
        .map_err(taken)?;
    Ok(id)
}

/// Changes a tool. A header without a value keeps the one it has, while the server stays the same: a secret goes to no other.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin.
pub async fn save(chat: &Chat, workspace: WorkspaceId, id: ToolId, spec: &Spec, headers: Vec<Header>) -> Result<()> {
    let old = find(chat, workspace, id).await?;
    let stays = origin(&old.spec) == origin(spec);
    let kept = |header: Header| match old.headers.iter().find(|known| known.name.eq_ignore_ascii_case(&header.name)) {
        Some(known) if header.value.is_empty() && stays => Header { value: known.value.clone(), ..header },
        _ => header,
    };
    let headers: Vec<Header> = headers.into_iter().map(kept).collect();
    check(spec, &headers)?;
    sqlx::query("UPDATE tool SET name = $3, spec = $4, headers = $5, updated_at = $6 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(spec.name.as_str())
        .bind(text(spec)?)
        .bind(text(&headers)?)
        .bind(chat.now())
        .execute(chat.store().write())
        .await
        .map_err(taken)?;
    Ok(())
}

/// Switches a tool on or off.
pub async fn switch(chat: &Chat, workspace: WorkspaceId, id: ToolId, on: bool) -> Result<()> {
    let done = sqlx::query("UPDATE tool SET disabled_at = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind((!on).then(|| chat.now()))
        .execute(chat.store().write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Gives a tool the secret that signs what is sent to its code address; the one before signs no more.
pub async fn set_code_secret(chat: &Chat, workspace: WorkspaceId, id: ToolId, secret: &Secret) -> Result<()> {
    let done = sqlx::query("UPDATE tool SET code_secret = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(secret.expose())
        .execute(chat.store().write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Removes a tool; what was done with it stays in the record.
pub async fn remove(chat: &Chat, workspace: WorkspaceId, id: ToolId) -> Result<()> {
    let done = sqlx::query("DELETE FROM tool WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .execute(chat.store().write())
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

fn check(spec: &Spec, headers: &[Header]) -> Result<()> {
    spec.validate().map_err(Error::Invalid)?;
    if headers.len() > HEADERS {
        return Err(Error::Invalid(Fault::of("fault-headers-most").with("n", HEADERS)));
    }
    for header in headers {
        let name = header.name.to_ascii_lowercase();
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() || OURS.contains(&name.as_str()) {
            return Err(Error::Invalid(Fault::of("fault-header-name").with("name", &header.name)));
        }
        if header.value.is_empty() {
            return Err(Error::Invalid(Fault::of("fault-header-empty").with("name", &header.name)));
        }
        if http::HeaderValue::from_str(header.value.expose()).is_err() {
            return Err(Error::Invalid(Fault::of("fault-header-value").with("name", &header.name)));
        }
    }
    Ok(())
}

/// Scheme, host and port.
fn origin(spec: &Spec) -> Option<String> {
    let bare = spec.address.split(['{', '?']).next().unwrap_or_default();
    reqwest::Url::parse(bare).ok().map(|url| url.origin().ascii_serialization())
}

fn text<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Invalid(error.to_string().into()))
}

fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => Error::Invalid(Fault::of("fault-tool-taken")),
        _ => error.into(),
    }
}

fn from_row(r: &AnyRow) -> Result<Tool> {
    Ok(Tool {
        id: row::id(r, "id")?,
        spec: row::json(r, "spec")?,
        headers: row::json(r, "headers")?,
        code_secret: Secret::new(r.try_get::<String, _>("code_secret")?),
        updated_at: r.try_get("updated_at")?,
        disabled_at: r.try_get("disabled_at")?,
    })
}
