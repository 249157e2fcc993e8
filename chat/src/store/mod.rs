//! The store: one SQL text on SQLite or PostgreSQL, chosen by address.

mod checks;
mod dialect;
mod doubt;
mod midway;
mod patient;
mod search;
mod wal;

use std::{
    path::Path,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, SqlSafeStr as _,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    migrate::{Migration, Migrator},
};

pub use self::{
    dialect::{Column, Dialect},
    patient::Patient,
    search::Term,
};
use doubt::Doubt;
use midway::Midway;
use tokio::time::timeout;

use crate::{Config, Error, Result};

/// A write transaction.
pub type Tx = sqlx::Transaction<'static, Any>;

/// A statement that takes its values.
pub type Statement<'q> = sqlx::query::Query<'q, Any, AnyArguments>;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
static DRIVERS: Once = Once::new();

/// How long a connection is waited for: that to a file is free when whoever writes has written.
const ACQUIRE: Duration = Duration::from_secs(8);
const ACQUIRE_FILE: Duration = Duration::from_secs(15);
/// How long a statement that reads is, and one that writes or begins to: that one may wait for a lock, which has its own end.
const READING: Duration = Duration::from_secs(12);
const WRITING: Duration = Duration::from_secs(22);
/// How long the store is waited for when it is asked whether it is there.
const PING: Duration = Duration::from_secs(2);
/// A file is read for as long as it takes.
const FILE: Duration = Duration::from_secs(600);

/// A server's connection that was used a moment ago is there: asking it first would double what a statement costs. A file is always there.
const RESTED: Duration = Duration::from_secs(1);

/// Pools for reading and writing.
#[derive(Clone, Debug)]
pub struct Store {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
    doubt: Doubt,
    /// SQLite's one connection that writes was told not to wait for the disk.
    hurried: Arc<AtomicBool>,
    _wal: Option<Arc<wal::Tending>>,
}

impl Store {
    /// Opens the store and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Refused`] with what to do, when the engine cannot promise durability.
    pub async fn open(config: &Config) -> Result<Self> {
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let dialect = if config.address.starts_with("sqlite:") { Dialect::Sqlite } else { Dialect::Postgres };
        let address = match dialect {
            Dialect::Sqlite => with_create_mode(&config.address)?,
            Dialect::Postgres => config.address.clone(),
        };
        migrate(&address, dialect).await?;
        let hurried = Arc::new(AtomicBool::new(false));
        let doubt = Doubt::default();
        let writers = if dialect == Dialect::Sqlite { 1 } else { config.readers };
        let write = pool(&address, dialect, writers, Some(hurried.clone()), doubt.clone()).await?;
        let read = pool(&address, dialect, config.readers, None, doubt.clone()).await?;
        let wal = (dialect == Dialect::Sqlite).then(|| Arc::new(wal::tend(&address, (read.clone(), write.clone()))));
        let store = Self { read, write, dialect, doubt, hurried, _wal: wal };
        checks::durable(&store).await?;
        Ok(store)
    }

    /// For reading. A write through it may wait for the writer.
    pub fn read(&self) -> Patient<'_> {
        Patient { pool: &self.read, doubt: &self.doubt, patience: self.patience(READING) }
    }

    /// For single statements that write.
    pub fn write(&self) -> Patient<'_> {
        Patient { pool: &self.write, doubt: &self.doubt, patience: self.patience(WRITING) }
    }

    /// A write transaction; dropped without commit it is undone.
    pub async fn begin(&self) -> Result<Tx> {
        let (pool, begin) = (self.write.clone(), self.dialect.begin());
        // A transaction of PostgreSQL that is given up while it begins stays open unnoticed, and keeps what others write through its
        // connection from ever being committed: so it begins in any case, and is undone then.
        let begun = tokio::spawn(async move { pool.begin_with(begin).await });
        let begun = timeout(self.patience(WRITING), begun).await.unwrap_or(Ok(Err(sqlx::Error::PoolTimedOut)));
        Ok(self.doubt.heard(begun.unwrap_or(Err(sqlx::Error::PoolClosed)))?)
    }

    /// A file does not vanish.
    fn patience(&self, server: Duration) -> Duration {
        if self.dialect == Dialect::Sqlite { FILE } else { server }
    }

    /// One statement that writes, and the rows it gives. A power cut may take it back, never the end of the process: it is committed
    /// without waiting for the disk, and is on it with the next one that waits. For leases, which end with their holder, and for
    /// what is of no use without what is written after it.
    pub async fn briefly<'q>(&self, sql: &str, bind: impl FnOnce(Statement<'q>) -> Statement<'q>) -> Result<Vec<AnyRow>> {
        let mut connection = self.write.acquire().await?;
        if let Some(sql) = self.dialect.brief(sql) {
            self.hurried.store(true, SeqCst);
            return Ok(bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(&mut *connection).await?);
        }
        let mut connection = Midway::of(connection);
        let done = async {
            let mut tx = connection.begin_with(Dialect::BEGIN_BRIEF).await?;
            let rows = bind(sqlx::query(AssertSqlSafe(sql.to_owned()))).fetch_all(&mut *tx).await?;
            tx.commit().await?;
            Ok(rows)
        };
        let done = timeout(self.patience(WRITING), done).await.ok();
        Ok(patient::in_time(connection.over(), &self.doubt, done)?)
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Answers when the store does.
    pub async fn ping(&self) -> Result<()> {
        let connection = timeout(PING, self.read.acquire()).await;
        let mut connection = connection.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        let answered = timeout(PING, connection.execute("SELECT 1")).await.ok();
        patient::in_time(&mut connection, &self.doubt, answered)?;
        Ok(())
    }

    /// Waits for what is running, then closes every connection.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn with_create_mode(address: &str) -> Result<String> {
    let path = address.trim_start_matches("sqlite:").trim_start_matches("//");
    let folder = Path::new(path.split('?').next().unwrap_or_default()).parent();
    if let Some(folder) = folder.filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::Refused(format!(
                "The folder {} cannot be made ({error}): give the process the right to write there, or choose another with --data.",
                folder.display()
            ))
        })?;
    }
    let sign = if address.contains('?') { '&' } else { '?' };
    Ok(if address.contains("mode=") { address.to_owned() } else { format!("{address}{sign}mode=rwc") })
}

/// `hurried` is of those who write: the connection must be told to wait for the disk before it is used again.
async fn pool(address: &str, dialect: Dialect, size: u32, hurried: Option<Arc<AtomicBool>>, doubt: Doubt) -> Result<AnyPool> {
    let writes = hurried.is_some();
    let hurried = hurried.unwrap_or_default();
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(if dialect == Dialect::Sqlite { ACQUIRE_FILE } else { ACQUIRE })
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(move |connection, state| {
            let (hurried, doubt) = (hurried.clone(), doubt.clone());
            Box::pin(async move {
                if hurried.load(SeqCst) {
                    connection.execute(Dialect::IN_EARNEST).await?;
                    hurried.store(false, SeqCst);
                } else if dialect == Dialect::Postgres && (state.idle_for > RESTED || doubt.covers(state.idle_for)) {
                    connection.ping().await?;
                }
                // A commit that failed for want of room may have ended the transaction without its being noticed here:
                // such a connection would refuse every transaction for ever.
                Ok(!connection.is_in_transaction())
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                prepare(connection, dialect).await?;
                if writes && dialect == Dialect::Postgres {
                    connection.execute(Dialect::BY_INDEX).await?;
                }
                Ok(())
            })
        })
        .connect(address)
        .await
        .map_err(|error| unreachable_store(&error))
}

/// Each connection promises durability for itself.
async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    match dialect {
        Dialect::Sqlite => {
            for pragma in [
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "busy_timeout = 10000",
                "temp_store = MEMORY",
                wal::BY_THE_WRITER,
            ] {
                connection.execute(AssertSqlSafe(format!("PRAGMA {pragma}"))).await?;
            }
        }
        Dialect::Postgres => {
            connection.execute("SET synchronous_commit = on").await?;
            // A node that freezes or vanishes in the middle of a transaction must not hold its locks for ever.
            connection.execute("SET idle_in_transaction_session_timeout = '15s'").await?;
            connection.execute("SET lock_timeout = '20s'").await?;
        }
    }
    Ok(())
}

/// On a connection of its own: a migrator that fails keeps its advisory lock as long as its connection lives.
async fn migrate(address: &str, dialect: Dialect) -> Result<()> {
    let mut connection = AnyConnection::connect(address).await.map_err(|error| unreachable_store(&error))?;
    prepare(&mut connection, dialect).await.map_err(|error| unreachable_store(&error))?;
    let of_engine = |of: &Migration| Migration { sql: AssertSqlSafe(dialect.migration(of.sql.as_str())).into_sql_str(), ..of.clone() };
    let done = Migrator::with_migrations(MIGRATIONS.iter().map(of_engine).collect()).run(&mut connection).await;
    if done.is_ok() {
        for statement in dialect.search_schema() {
            connection.execute(*statement).await?;
        }
    }
    connection.close().await?;
    done.map_err(|error| {
        Error::Refused(format!(
            "The record's schema cannot be brought up to date: {error}. Restore the backup, or use the Warbler version that wrote it."
        ))
    })
}

fn unreachable_store(error: &sqlx::Error) -> Error {
    Error::Refused(format!(
        "The record cannot be opened: {error}. Check record.address, and that the folder or server is there and writable."
    ))
}

#[cfg(test)]
mod tests;
