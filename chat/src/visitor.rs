//! Visitors. A name or an e-mail that was typed is a label, never an identity.

use serde_json::{Map, Value, json};
use sqlx::{Row, any::AnyRow};

use crate::{Column, Error, Fault, Result, Store, VisitorId, WorkspaceId, conversation::cut, row};

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

/// Makes a visitor, or finds the one that was made with this id. The first message, which comes after it, brings it to the disk.
pub async fn create(store: &Store, workspace: WorkspaceId, id: VisitorId, locale: &str, now: i64) -> Result<Visitor> {
    let sql = "INSERT INTO visitor (id, workspace_id, name, locale, created_at, seen_at) VALUES ($1, $2, '', $3, $4, $4) ON CONFLICT (id) DO NOTHING";
    store.briefly(sql, |insert| insert.bind(id.text()).bind(workspace.text()).bind(locale.to_owned()).bind(now)).await?;
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

/// Who a visitor is, by the word of the customer's own server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Who.
    pub subject: String,
    /// Everything it says, the subject included.
    pub claims: Map<String, Value>,
    /// How long it says so, unix milliseconds.
    pub until: i64,
}

/// The visitor of an identity: whoever came with it before; else the one who comes now, if nobody else is known by that key;
/// else somebody new. What the identity says is kept with them.
pub async fn identify(
    store: &Store,
    workspace: WorkspaceId,
    known: Option<VisitorId>,
    fresh: VisitorId,
    identity: &Identity,
    locale: &str,
    now: i64,
) -> Result<VisitorId> {
    let claims = Value::Object(identity.claims.clone()).to_string();
    if let Some(row) = of_subject(store, workspace, &identity.subject).await? {
        let (id, same): (VisitorId, bool) = (
            row::id(&row, "id")?,
            row.try_get::<&str, _>("claims")? == claims && row.try_get::<i64, _>("verified_until")? == identity.until,
        );
        if !same {
            keep(store, workspace, id, identity, &claims).await?;
        }
        return Ok(id);
    }
    let free = match known {
        Some(known) => {
            create(store, workspace, known, locale, now).await?;
            known_subject(store, workspace, known).await?.is_none()
        }
        None => false,
    };
    let id = known.filter(|_| free).unwrap_or(fresh);
    create(store, workspace, id, locale, now).await?;
    match keep(store, workspace, id, identity, &claims).await {
        // Two tabs came at once: the first one's visitor is the one.
        Err(_) => match of_subject(store, workspace, &identity.subject).await? {
            Some(row) => row::id(&row, "id"),
            None => Err(Error::NotFound),
        },
        Ok(()) => Ok(id),
    }
}

/// The identity of a visitor, while it holds.
pub async fn identity(store: &Store, workspace: WorkspaceId, id: VisitorId, now: i64) -> Result<Option<Identity>> {
    let row = sqlx::query(
        "SELECT subject, claims, verified_until FROM visitor
          WHERE workspace_id = $1 AND id = $2 AND subject IS NOT NULL AND verified_until > $3",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(now)
    .fetch_optional(store.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Identity { subject: row.try_get("subject")?, claims: row::json(&row, "claims")?, until: row.try_get("verified_until")? }))
}

async fn of_subject(store: &Store, workspace: WorkspaceId, subject: &str) -> Result<Option<AnyRow>> {
    Ok(sqlx::query("SELECT id, claims, verified_until FROM visitor WHERE workspace_id = $1 AND subject = $2")
        .bind(workspace.text())
        .bind(subject)
        .fetch_optional(store.read())
        .await?)
}

async fn known_subject(store: &Store, workspace: WorkspaceId, id: VisitorId) -> Result<Option<String>> {
    let row = sqlx::query("SELECT subject FROM visitor WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.read())
        .await?;
    row.map_or(Ok(None), |row| Ok(row.try_get("subject")?))
}

/// Writes what an identity says; a visitor who is somebody else stays that.
async fn keep(store: &Store, workspace: WorkspaceId, id: VisitorId, identity: &Identity, claims: &str) -> Result<()> {
    let done = sqlx::query(
        "UPDATE visitor SET subject = $3, claims = $4, verified_until = $5
          WHERE workspace_id = $1 AND id = $2 AND (subject IS NULL OR subject = $3)",
    )
    .bind(workspace.text())
    .bind(id.text())
    .bind(identity.subject.as_str())
    .bind(claims)
    .bind(identity.until)
    .execute(store.write())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Sets the labels that are given.
pub async fn label(store: &Store, workspace: WorkspaceId, id: VisitorId, name: Option<&str>, email: Option<&str>) -> Result<Visitor> {
    if let Some(email) = email.filter(|email| !email.is_empty())
        && !plausible(email)
    {
        return Err(Error::invalid(Fault::of("fault-email").saying("This does not look like an e-mail address.")));
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
