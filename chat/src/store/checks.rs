//! Refuse to start on an engine that may lose what was acknowledged.

use sqlx::Row;

use super::{Dialect, Store};
use crate::{Error, Result};

/// Versions 3.7.0 to 3.51.2 can corrupt a WAL with two connections.
const SQLITE_SAFE: (u32, u32, u32) = (3, 51, 3);

pub(super) async fn durable(store: &Store) -> Result<()> {
    match store.dialect {
        Dialect::Sqlite => {
            let version = one(store, "SELECT sqlite_version() AS v").await?;
            if parse(&version) < SQLITE_SAFE {
                return Err(Error::Refused(format!(
                    "SQLite {version} can corrupt its log; build Warbler with the bundled SQLite (3.51.3 or newer)."
                )));
            }
            let level = sqlx::query("PRAGMA synchronous").fetch_one(&store.write).await?.try_get::<i64, _>(0)?;
            if level < 2 {
                return Err(Error::Refused("SQLite does not run with synchronous=FULL; remove the setting from record.address.".into()));
            }
        }
        Dialect::Postgres => {
            let fsync = one(store, "SELECT current_setting('fsync') AS v").await?;
            if fsync != "on" {
                return Err(Error::Refused("PostgreSQL runs with fsync off and may lose messages; set fsync = on.".into()));
            }
        }
    }
    Ok(())
}

async fn one(store: &Store, sql: &'static str) -> Result<String> {
    Ok(sqlx::query(sql).fetch_one(&store.write).await?.try_get("v")?)
}

fn parse(version: &str) -> (u32, u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (version, safe) in [("3.51.3", true), ("3.53.0", true), ("4.0", true), ("3.51.2", false), ("3.9.9", false), ("", false)] {
            assert_eq!(parse(version) >= SQLITE_SAFE, safe, "{version}");
        }
    }
}
