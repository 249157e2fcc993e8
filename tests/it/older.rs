//! A data folder of an older version opens with everything that was in it.

use serde_json::json;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tests::record::Record;
use tests::server::Plan;
use tests::visitor::Visitor;

/// The record as the first version left it, as SQL text.
const FIRST: &str = include_str!("older/first.sql");

/// The migrations the first version had; their checksums stand in the fixture's own table.
async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    sqlx::any::install_default_drivers();
    let address = format!("sqlite:{}?mode=rwc", data.join("record.db").display());
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    connection.execute(sqlx::raw_sql(FIRST)).await.unwrap();
    connection.close().await.unwrap();
    folder
}

#[tokio::test]
async fn the_first_version_s_folder_opens_with_all_that_was_in_it() {
    let folder = folder().await;
    let data = folder.path().join("data");
    let server = Plan::new().data(&data).start().await.unwrap();
    let inbox = server.inbox().await.unwrap();
    assert_eq!(inbox, "0199d3a0-0000-7000-8000-00000000000a", "the inbox that websites embed has changed");
    let mut record = Record::of(&data).await.unwrap();
    assert_eq!(record.faults().await.unwrap(), Vec::<String>::new());
    assert_eq!(
        record.number("SELECT COUNT(*) AS n FROM message WHERE conversation_id = '0199d3a0-0000-7000-8000-00000000000c'").await.unwrap(),
        4
    );
    assert_eq!(record.texts("SELECT name AS id FROM agent").await.unwrap(), ["Olivia"]);
    record.close().await.unwrap();
    let mut new = Visitor::new(&server.base(), &inbox);
    new.connect().await.unwrap();
    let talk = Visitor::conversation();
    new.say(&talk, "still works").await.unwrap();
    new.frame(&[json!({"t": "history", "conversation": talk})]).await.unwrap();
    assert_eq!(new.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_record_of_a_newer_version_is_refused_and_left_alone() {
    let folder = folder().await;
    let data = folder.path().join("data");
    let address = format!("sqlite:{}", data.join("record.db").display());
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'from the future', 1, x'00', 0)";
    connection.execute(newer).await.unwrap();
    connection.close().await.unwrap();
    let refused = Plan::new().data(&data).start().await.unwrap_err().to_string();
    assert!(refused.contains("version that wrote it") && !refused.contains("panicked"), "{refused}");
}
