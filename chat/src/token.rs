//! Tokens of the open API: a program's key to a workspace. Only its hash is kept.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{AgentId, Chat, Error, Result, Store, TokenId, WorkspaceId, row, session::token_hash};

/// What a token begins with, so that people and scanners of leaked secrets know it.
pub const PREFIX: &str = "wbl_";
/// Longest name, in characters.
const LONGEST: usize = 100;
/// Tokens of a workspace, at most.
const MOST: i64 = 100;
/// How far apart uses are noted, in ms.
const NOTED_MS: i64 = 60_000;

/// What a program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    /// Look and search.
    Read,
    /// Change things too.
    Write,
}

impl Rights {
    /// As the record keeps it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// By that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|rights| rights.text() == text)
    }
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The tenant it opens.
    #[serde(skip)]
    pub workspace: WorkspaceId,
    /// What people call the program.
    pub name: String,
    /// What the program may do.
    pub rights: Rights,
    /// Who made it.
    pub agent: AgentId,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it was used last, within a minute or so; unix milliseconds.
    pub used_at: Option<i64>,
}

/// Makes a token and its secret, which nobody can read again.
///
/// # Errors
/// [`Error::Invalid`] for an empty name; [`Error::Taken`] when there are a hundred already.
pub async fn create(chat: &Chat, workspace: WorkspaceId, agent: AgentId, name: &str, rights: Rights) -> Result<(Token, String)> {
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if name.is_empty() {
        return Err(Error::invalid("the token has no name"));
    }
    let secret = format!("{PREFIX}{}", chat.random().token());
    let token = Token { id: chat.id(), workspace, name, rights, agent, created_at: chat.now(), used_at: None };
    let done = sqlx::query(
        "INSERT INTO api_token (id, workspace_id, name, token_hash, rights, agent_id, created_at)
         SELECT $2, $1, $3, $4, $5, $6, $7 WHERE (SELECT COUNT(*) FROM api_token WHERE workspace_id = $1) < $8",
    )
    .bind(workspace.text())
    .bind(token.id.text())
    .bind(&token.name)
    .bind(token_hash(&secret))
    .bind(rights.text())
    .bind(agent.text())
    .bind(token.created_at)
    .bind(MOST)
    .execute(chat.store().write())
    .await?;
    if done.rows_affected() == 1 { Ok((token, secret)) } else { Err(Error::Taken) }
}

/// The tokens of a workspace, oldest first.
pub async fn list(store: &Store, workspace: WorkspaceId) -> Result<Vec<Token>> {
    let rows = sqlx::query("SELECT * FROM api_token WHERE workspace_id = $1 ORDER BY created_at, id")
        .bind(workspace.text())
        .fetch_all(store.read())
        .await?;
    rows.iter().map(token).collect()
}

/// Ends a token at once; what it was called.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(store: &Store, workspace: WorkspaceId, id: TokenId) -> Result<String> {
    let row = sqlx::query("DELETE FROM api_token WHERE workspace_id = $1 AND id = $2 RETURNING name")
        .bind(workspace.text())
        .bind(id.text())
        .fetch_optional(store.write())
        .await?;
    Ok(row.ok_or(Error::NotFound)?.try_get("name")?)
}

/// The token of a secret: it names its workspace. That it is used is noted, not for every request.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn open(store: &Store, secret: &str, now: i64) -> Result<Token> {
    if !secret.starts_with(PREFIX) {
        return Err(Error::NotFound);
    }
    let hash = token_hash(secret);
    let row = sqlx::query("SELECT * FROM api_token WHERE token_hash = $1").bind(&hash).fetch_optional(store.read()).await?;
    let token = token(&row.ok_or(Error::NotFound)?)?;
    if token.used_at.is_none_or(|used| used + NOTED_MS < now) {
        sqlx::query("UPDATE api_token SET used_at = $2 WHERE token_hash = $1").bind(&hash).bind(now).execute(store.write()).await?;
    }
    Ok(token)
}

fn token(row: &AnyRow) -> Result<Token> {
    Ok(Token {
        id: row::id(row, "id")?,
        workspace: row::id(row, "workspace_id")?,
        name: row.try_get("name")?,
        rights: Rights::parse(row.try_get("rights")?).unwrap_or(Rights::Read),
        agent: row::id(row, "agent_id")?,
        created_at: row.try_get("created_at")?,
        used_at: row.try_get("used_at")?,
    })
}
