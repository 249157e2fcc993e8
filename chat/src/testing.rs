//! A fresh record for tests of every crate.

use std::path::{Path, PathBuf};

use sqlx::{AnyConnection, Connection};

use crate::{
    Append, Author, Chat, Clock, Config, ConversationId, Error, InboxId, Random, Result, VisitorId, WorkspaceId,
    conversation::{self, Conversation, Opening},
    inbox, visitor, workspace,
};

/// Where a test keeps its record, and how its nodes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// An SQLite file, news within the process.
    Sqlite,
    /// A new database on the server that `WARBLER_TEST_POSTGRES` names, news within the process.
    Postgres,
    /// The same, news over the Redis that `WARBLER_TEST_REDIS` names.
    Cluster,
}

/// Every story as a test of its own on each [`Engine`]; a story is `async fn(Engine)`.
#[macro_export]
macro_rules! on_every_engine {
    ($($story:ident),+ $(,)?) => {
        $crate::on_every_engine!(@each sqlite Sqlite $($story)+);
        $crate::on_every_engine!(@each postgres Postgres $($story)+);
        $crate::on_every_engine!(@each cluster Cluster $($story)+);
    };
    (@each $name:ident $engine:ident $($story:ident)+) => {
        mod $name {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::testing::Engine::$engine).await;
            })+
        }
    };
}

impl Engine {
    /// The configuration of an empty record in `folder`.
    ///
    /// # Errors
    /// A missing server is an error: no test passes without having run.
    pub async fn config(self, folder: &Path) -> Result<Config> {
        let address = match self {
            Self::Sqlite => format!("sqlite:{}", folder.join("record.db").display()),
            Self::Postgres | Self::Cluster => new_database(&server("WARBLER_TEST_POSTGRES")?).await?,
        };
        let bus = if self == Self::Cluster { server("WARBLER_TEST_REDIS")? } else { "local".into() };
        Ok(Config { address, bus, readers: 4, ..Config::default() })
    }

    /// A record of its own with a manual clock.
    pub async fn fresh(self) -> Result<Fresh> {
        let folder = std::env::temp_dir().join(format!("warbler-{}", uuid::Uuid::new_v4()));
        at(self.config(&folder).await?, folder).await
    }
}

fn server(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| Error::Refused(format!("{name} is not set: run ./tests/run, which starts private servers")))
}

async fn new_database(server: &str) -> Result<String> {
    sqlx::any::install_default_drivers();
    let name = format!("warbler_{}_{}", std::process::id(), uuid::Uuid::new_v4().simple());
    let mut connection = AnyConnection::connect(server).await?;
    sweep(&mut connection).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
    connection.close().await?;
    let (head, _) = server.rsplit_once('/').ok_or_else(|| Error::Refused("the test server's address names no database".into()))?;
    Ok(format!("{head}/{name}"))
}

/// Drops the databases of processes that have ended: a thousand tests at 10 MB each fill a small disk.
async fn sweep(connection: &mut AnyConnection) -> Result<()> {
    let names = "SELECT CAST(datname AS TEXT) FROM pg_database WHERE datname LIKE 'warbler\\_%'";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *connection).await?;
    let ended = |name: &String| {
        let owner = name.split('_').nth(1).and_then(|owner| owner.parse::<u32>().ok());
        owner.is_some_and(|owner| !Path::new("/proc").join(owner.to_string()).exists())
    };
    for name in names.iter().filter(|name| ended(name)) {
        // Another test may be dropping the same one.
        let drop_it = sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        if let Err(error) = sqlx::raw_sql(drop_it).execute(&mut *connection).await {
            tracing::debug!(%error, "A test's database is left for the next sweep");
        }
    }
    Ok(())
}

/// A record in a folder of its own, with a workspace and an inbox.
pub struct Fresh {
    /// The record.
    pub chat: Chat,
    /// How it was opened: another node opens it the same way.
    pub config: Config,
    /// Its clock.
    pub clock: Clock,
    /// A workspace.
    pub workspace: WorkspaceId,
    /// An inbox of the workspace.
    pub inbox: InboxId,
    /// Where it stands; removed when this is dropped.
    pub folder: PathBuf,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A fresh record with a manual clock, on the engine that `WARBLER_TEST_ENGINE` names: `sqlite` (as without it), `postgres`, `cluster`.
pub async fn fresh() -> Result<Fresh> {
    let engine = match std::env::var("WARBLER_TEST_ENGINE").as_deref() {
        Err(_) | Ok("sqlite") => Engine::Sqlite,
        Ok("postgres") => Engine::Postgres,
        Ok("cluster") => Engine::Cluster,
        Ok(other) => return Err(Error::Refused(format!("WARBLER_TEST_ENGINE={other} is none of sqlite, postgres, cluster"))),
    };
    engine.fresh().await
}

/// A record at any address, with a new workspace and inbox.
pub async fn at(config: Config, folder: PathBuf) -> Result<Fresh> {
    let clock = Clock::manual(1_760_000_000_000);
    let chat = Chat::open(&config, clock.clone(), Random::system()).await?;
    let begun = tokio::time::timeout(std::time::Duration::from_secs(10), chat.bus().begun()).await;
    begun.map_err(|_| Error::Refused(format!("The bus at {} is not heard.", config.bus)))?;
    let (workspace, inbox): (WorkspaceId, InboxId) = (chat.id(), chat.id());
    workspace::create(chat.store(), workspace, "Test", clock.now()).await?;
    inbox::create(chat.store(), workspace, inbox, "Website", &inbox::Look::default(), clock.now()).await?;
    Ok(Fresh { chat, config, clock, workspace, inbox, folder })
}

/// The record of [`fresh`] alone, for tests that need nothing else; its folder stays until the system clears it.
pub async fn chat() -> Result<Chat> {
    let fresh = fresh().await?;
    let chat = fresh.chat.clone();
    std::mem::forget(fresh);
    Ok(chat)
}

impl Fresh {
    /// A new visitor with a new, empty conversation.
    pub async fn conversation(&self, locale: &str) -> Result<Conversation> {
        let (visitor, id): (VisitorId, ConversationId) = (self.chat.id(), self.chat.id());
        visitor::create(self.chat.store(), self.workspace, visitor, locale, self.clock.now()).await?;
        let opening = Opening {
            id,
            workspace: self.workspace,
            inbox: self.inbox,
            visitor,
            locale: locale.into(),
            page_url: String::new(),
            page_title: String::new(),
        };
        conversation::open(self.chat.store(), self.clock.now(), &opening).await
    }

    /// The visitor writes.
    pub async fn say(&self, conversation: &Conversation, body: &str) -> Result<i64> {
        let append = Append::new(self.workspace, conversation.id, self.chat.id(), Author::Visitor(conversation.visitor), body);
        Ok(self.chat.append(append).await?.message.seq)
    }

    /// A new agent with the password "correct horse battery".
    pub async fn agent(&self, name: &str, role: crate::agent::Role) -> Result<crate::agent::Agent> {
        let new = crate::agent::NewAgent {
            email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
            name: name.into(),
            role,
            locale: "en".into(),
            capacity: 4,
            password_hash: crate::agent::hash_password("correct horse battery", self.chat.random())?,
        };
        crate::agent::create(self.chat.store(), self.workspace, self.chat.id(), &new, self.clock.now()).await
    }
}
