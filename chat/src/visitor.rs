//! Visitors. A name or an e-mail that was typed is a label, never an identity.

use serde_json::json;
use sqlx::{Row, any::AnyRow};

use crate::{Column, Error, Result, Store, VisitorId, WorkspaceId, conversation::cut, row};

/// A row of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Its id; the browser holds a key that is signed for it.
    pub id: VisitorId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// As typed; empty: unknown.
    pub name: String,
    /// As typed.
    pub email: Option<String>,
    /// `en` or `zh`.
    pub locale: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub seen_at: i64,
}

/// Makes a visitor, or finds the one that was made with this id.
pub async fn create(store: &Store, workspace: WorkspaceId, id: VisitorId, locale: &str, now: i64) -> Result<Visitor> {
    sqlx::query(
        "INSERT INTO visitor (id, workspace_id, name, locale, created_at, seen_at) VALUES ($1, $2, '', $3, $4, $4) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id.text())
    .bind(workspace.text())
    .bind(locale)
    .bind(now)
    .execute(store.write())
    .await?;
    find(store, workspace, id).await
}

/// One visitor of the workspace.
pub async fn find(store: &Store, workspace: WorkspaceId, id: VisitorId) -> Result<Visitor> {
    let row =
        sqlx::query("SELECT id, workspace_id, name, email, locale, created_at, seen_at FROM visitor WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.text())
            .bind(id.text())
            .fetch_optional(store.read())
            .await?;
    from_row(&row.ok_or(Error::NotFound)?)
}

/// A visitor who was here, in the language they read.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Who.
    pub visitor: VisitorId,
    /// `en` or `zh`.
    pub locale: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// Notes who was here: one statement for all of them.
pub async fn seen(store: &Store, list: &[Seen]) -> Result<()> {
    let rows: Vec<_> =
        list.iter().map(|s| json!({ "workspace": s.workspace, "visitor": s.visitor, "locale": s.locale, "at": s.at })).collect();
    let columns = [Column::Text("workspace"), Column::Text("visitor"), Column::Text("locale"), Column::Int("at")];
    let sql = format!(
        "UPDATE visitor SET seen_at = x.at, locale = x.locale FROM {} WHERE visitor.id = x.visitor AND visitor.workspace_id = x.workspace",
        store.dialect().rows(1, &columns)
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(json!(rows).to_string()).execute(store.write()).await?;
    Ok(())
}

/// Sets the labels that are given.
pub async fn label(store: &Store, workspace: WorkspaceId, id: VisitorId, name: Option<&str>, email: Option<&str>) -> Result<Visitor> {
    if let Some(email) = email.filter(|email| !email.is_empty())
        && !plausible(email)
    {
        return Err(Error::invalid("This does not look like an e-mail address."));
    }
    sqlx::query("UPDATE visitor SET name = COALESCE($3, name), email = COALESCE($4, email) WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(name.map(|name| cut(name.trim(), 100)))
        .bind(email.map(|email| cut(email.trim(), 200)))
        .execute(store.write())
        .await?;
    find(store, workspace, id).await
}

/// Whether a text can be an e-mail address at all.
pub fn plausible(email: &str) -> bool {
    let email = email.trim();
    let Some((name, host)) = email.rsplit_once('@') else { return false };
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !email.contains(char::is_whitespace)
        && email.len() <= 200
}

fn from_row(r: &AnyRow) -> Result<Visitor> {
    Ok(Visitor {
        id: row::id(r, "id")?,
        workspace: row::id(r, "workspace_id")?,
        name: r.try_get("name")?,
        email: r.try_get::<Option<String>, _>("email")?.filter(|email| !email.is_empty()),
        locale: r.try_get("locale")?,
        created_at: r.try_get("created_at")?,
        seen_at: r.try_get("seen_at")?,
    })
}
