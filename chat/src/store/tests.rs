//! Acknowledged means on disk: whatever connection a commit goes through.

use sqlx::{AnyConnection, Connection, Row, pool::PoolConnection};

use super::*;
use crate::{
    Append, Author, Chat, Clock, Random,
    testing::{Engine, Fresh},
};

crate::on_every_engine!(
    every_connection_promises_durability_for_itself,
    a_brief_statement_lowers_the_promise_for_itself_alone,
    connections_that_were_ended_cost_one_statement,
    a_transaction_given_up_while_it_begins_keeps_nothing_back,
    a_message_changes_no_index_of_its_conversation,
);

/// PostgreSQL would write the row's place into all of them anew.
async fn a_message_changes_no_index_of_its_conversation(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let all = match engine {
        Engine::Sqlite => "SELECT COALESCE(sql, '') AS sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'conversation'",
        _ => "SELECT indexdef AS sql FROM pg_indexes WHERE tablename = 'conversation'",
    };
    let rows = sqlx::query(all).fetch_all(fresh.chat.store().read()).await.unwrap();
    assert!(rows.len() > 4);
    for row in &rows {
        let sql: String = row.try_get("sql").unwrap();
        let moving = ["last_seq", "last_visible_seq", "asked_seq", "answered_seq", "closed_at", "last_at"];
        assert!(moving.iter().all(|column| !sql.contains(column)), "{sql}");
    }
}

#[test]
fn a_migration_says_to_each_engine_what_is_for_it() {
    let text = "a; -- only sqlite\nb; -- only postgres\nc; -- only both\n";
    assert_eq!(Dialect::Sqlite.migration(text), "a; -- only sqlite\nc; -- only both\n");
    assert_eq!(Dialect::Postgres.migration(text), "b; -- only postgres\nc; -- only both\n");
}

async fn a_brief_statement_lowers_the_promise_for_itself_alone(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let store = fresh.chat.store();
    let level = if engine == Engine::Sqlite { "PRAGMA synchronous" } else { "SHOW synchronous_commit" };
    for end in ["done", "failed", "dropped"] {
        match end {
            "done" => {
                let rows = store.briefly(level, |statement| statement).await.unwrap();
                let level = match engine {
                    Engine::Sqlite => rows[0].try_get::<i64, _>(0).unwrap().to_string(),
                    _ => rows[0].try_get(0).unwrap(),
                };
                assert_eq!(level, if engine == Engine::Sqlite { "1" } else { "off" });
            }
            "failed" => assert!(store.briefly("SELECT no_such_column FROM workspace", |statement| statement).await.is_err()),
            _ => {
                let slow = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT COUNT(*) FROM n";
                drop(tokio::time::timeout(Duration::from_millis(1), store.briefly(slow, |statement| statement)).await);
            }
        }
        let mut held = Vec::new();
        for _ in 0..store.write().pool().size() {
            held.push(store.write().acquire().await.unwrap());
        }
        for connection in &mut held {
            assert_eq!(promise(connection, engine).await, expected(engine), "after it was {end}");
        }
    }
}

async fn every_connection_promises_durability_for_itself(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    if engine != Engine::Sqlite {
        set_default(&fresh, "off").await;
    }
    let chat = Chat::open(&fresh.config, Clock::system(), Random::system()).await.unwrap();
    for (pool, name) in [(chat.store().read(), "read"), (chat.store().write(), "write")] {
        // All it may have at once; each for the first time, and after it was closed and made anew.
        for time in ["first", "again"] {
            let mut held = Vec::new();
            for _ in 0..pool.pool().options().get_max_connections() {
                held.push(pool.acquire().await.unwrap());
            }
            for connection in &mut held {
                assert_eq!(promise(connection, engine).await, expected(engine), "the {name} pool, {time}");
            }
            for connection in held {
                connection.close().await.unwrap();
            }
        }
    }
}

async fn a_transaction_given_up_while_it_begins_keeps_nothing_back(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (store, workspace) = (fresh.chat.store(), fresh.workspace.text());
    for round in 0..120 {
        let name = format!("round {round}");
        for connection in 0..store.write().pool().options().get_max_connections() {
            let patience = Duration::from_micros(u64::from(round * 8 + connection * 3));
            drop(tokio::time::timeout(patience, store.begin()).await);
            drop(tokio::time::timeout(patience, store.briefly("SELECT 1", |statement| statement)).await);
            let insert = "INSERT INTO setting (workspace_id, name, value, updated_at) VALUES ($1, $2, '', 0)";
            sqlx::query(insert).bind(&workspace).bind(format!("{name}, {connection}")).execute(store.write()).await.unwrap();
        }
        let kept = sqlx::query("SELECT name FROM setting WHERE name LIKE $1").bind(format!("{name},%")).fetch_all(store.read());
        assert_eq!(kept.await.unwrap().len(), store.write().pool().options().get_max_connections() as usize, "{name}");
    }
}

async fn connections_that_were_ended_cost_one_statement(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let store = fresh.chat.store();
    for pool in [store.read(), store.write()] {
        let mut held = Vec::new();
        for _ in 0..pool.pool().options().get_max_connections() {
            held.push(pool.acquire().await.unwrap());
        }
        drop(held);
        while pool.pool().num_idle() < pool.pool().size() as usize {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    if engine != Engine::Sqlite {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        AnyConnection::connect(&fresh.config.address).await.unwrap().execute(end).await.unwrap();
    }
    let mut failed = 0;
    for _ in 0..8 {
        failed += usize::from(sqlx::query("SELECT 1").fetch_one(store.read()).await.is_err());
        failed += usize::from(store.begin().await.is_err());
    }
    assert_eq!(failed, usize::from(engine != Engine::Sqlite));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_reads_no_whole_table_for_a_message() {
    const MESSAGES: i64 = 60;
    let fresh = Engine::Postgres.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for _ in 0..MESSAGES {
        // Of those that look first.
        let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
        fresh.chat.append(Append { considered: Some(0), ..append }).await.unwrap();
    }
    // The server counts what a connection did when that ends.
    fresh.chat.store().close().await;
    let mut connection = AnyConnection::connect(&fresh.config.address).await.unwrap();
    let read = "SELECT CAST(SUM(seq_tup_read) AS BIGINT) FROM pg_stat_user_tables WHERE relname IN ('message', 'conversation')";
    let read: i64 = sqlx::query(read).fetch_one(&mut connection).await.unwrap().try_get(0).unwrap();
    assert!(read < MESSAGES, "{read} rows were read from end to end");
    let read = "SELECT CAST(idx_tup_read AS BIGINT) FROM pg_stat_user_indexes WHERE indexrelname = 'message_pkey'";
    let read: i64 = sqlx::query(read).fetch_one(&mut connection).await.unwrap().try_get(0).unwrap();
    assert!(read < MESSAGES, "{read} messages of the conversation were read");
}

/// What the whole database would do by itself.
async fn set_default(fresh: &Fresh, value: &str) {
    let mut connection = AnyConnection::connect(&fresh.config.address).await.unwrap();
    let (_, name) = fresh.config.address.rsplit_once('/').unwrap();
    let set = format!("ALTER DATABASE {name} SET synchronous_commit = {value}");
    connection.execute(sqlx::AssertSqlSafe(set)).await.unwrap();
    connection.close().await.unwrap();
    let mut another = AnyConnection::connect(&fresh.config.address).await.unwrap();
    assert_eq!(setting(&mut another, "SHOW synchronous_commit").await, value);
}

fn expected(engine: Engine) -> [String; 2] {
    let words = if engine == Engine::Sqlite { ["wal", "2"] } else { ["on", "on"] };
    words.map(str::to_owned)
}

async fn promise(connection: &mut PoolConnection<Any>, engine: Engine) -> [String; 2] {
    match engine {
        Engine::Sqlite => {
            let level: i64 = sqlx::query("PRAGMA synchronous").fetch_one(&mut **connection).await.unwrap().try_get(0).unwrap();
            [setting(connection, "PRAGMA journal_mode").await, level.to_string()]
        }
        Engine::Postgres | Engine::Cluster => {
            [setting(connection, "SHOW synchronous_commit").await, setting(connection, "SHOW fsync").await]
        }
    }
}

async fn setting(connection: &mut AnyConnection, sql: &'static str) -> String {
    sqlx::query(sql).fetch_one(connection).await.unwrap().try_get(0).unwrap()
}
