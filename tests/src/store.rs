//! Fresh records for the same test on every engine.

use anyhow::{Context as _, Result};
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;
use uuid::Uuid;

/// A database engine Warbler can keep its record in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A new database on the server that `WARBLER_TEST_POSTGRES` names.
    Postgres,
}

/// An empty record; PostgreSQL's goes with the private cluster it stands in.
#[derive(Debug)]
pub struct Fresh {
    /// Its address: `sqlite:…` or `postgres:…`.
    pub address: String,
    /// A folder for everything else.
    pub folder: TempDir,
}

impl Engine {
    /// Makes an empty record.
    pub async fn fresh(self) -> Result<Fresh> {
        let folder = tempfile::Builder::new().prefix("warbler-").tempdir()?;
        let address = match self {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("record.db").display()),
            Engine::Postgres => new_database().await?,
        };
        Ok(Fresh { address, folder })
    }
}

async fn new_database() -> Result<String> {
    sqlx::any::install_default_drivers();
    let server = std::env::var("WARBLER_TEST_POSTGRES")
        .context("WARBLER_TEST_POSTGRES is not set: run ./tests/run, which starts a private PostgreSQL")?;
    let name = format!("warbler_{}", Uuid::new_v4().simple());
    let mut connection = AnyConnection::connect(&server).await?;
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut connection).await?;
    connection.close().await?;
    let (head, _) = server.rsplit_once('/').context("WARBLER_TEST_POSTGRES names no database")?;
    Ok(format!("{head}/{name}"))
}
