//! Several nodes on one record: they start together, hand over, and are left by visitors for one another.

mod door;

use std::time::{Duration, Instant};

use chat::testing::Engine;
use tests::model::{Behaviour, Model};
use tests::record::Record;
use tests::server::{Plan, Server};
use tests::visitor::Visitor;

/// Nodes on a new PostgreSQL database and Redis, started at the same moment.
async fn nodes(plan: Plan, count: usize) -> Vec<Server> {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan.record(&Engine::Cluster.config(folder.path()).await.unwrap()).unlimited();
    let mut nodes = Vec::new();
    for _ in 0..count {
        let mut node = plan.clone().lay().await.unwrap();
        node.spawn().unwrap();
        nodes.push(node);
    }
    for node in &mut nodes {
        node.ready().await.unwrap();
    }
    nodes
}

#[tokio::test]
async fn nodes_that_start_together_furnish_the_house_once() {
    let nodes = nodes(Plan::new(), 3).await;
    let mut record = Record::at(&nodes[0].record()).await.unwrap();
    for (count, what) in [
        ("SELECT COUNT(*) AS n FROM workspace", "workspaces"),
        ("SELECT COUNT(*) AS n FROM inbox", "inboxes"),
        ("SELECT COUNT(*) AS n FROM library", "libraries"),
    ] {
        assert_eq!(record.number(count).await.unwrap(), 1, "{what}");
    }
    assert_eq!(record.number("SELECT COUNT(*) AS n FROM node").await.unwrap(), 3);
    let checked = nodes[0].command(&["check"]).unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(said.lines().filter(|line| line.starts_with("node") && line.ends_with("lives")).count(), 3, "{said}");
}

#[tokio::test]
async fn a_drained_node_hands_its_turn_over_at_once() {
    let model = Model::new(Behaviour { delay_ms: 300, ..Behaviour::default() });
    let mut nodes = nodes(Plan::new().model(&model.start().await.unwrap()).env("WARBLER_BOT__LEASE_S", "60"), 1).await;
    let (mut old, plan) = (nodes.remove(0), Plan::new());
    let mut ann = Visitor::of(&old).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "How do I add a website?").await.unwrap();
    ann.wait(|frame| frame["t"] == "draft").await.unwrap();
    // Its lease would end in a minute; who comes next does not wait for that.
    let record = chat::Config { address: old.record(), bus: std::env::var("WARBLER_TEST_REDIS").unwrap(), ..chat::Config::default() };
    model.behave(Behaviour { delay_ms: 5, ..Behaviour::default() });
    let _new = plan.record(&record).model(&model.start().await.unwrap()).unlimited().start().await.unwrap();
    let status = old.stop().await.unwrap();
    assert!(status.success(), "the drain ended with {status}:\n{}", old.output());
    let drained = Instant::now();
    let mut record = Record::at(&old.record()).await.unwrap();
    while record.number("SELECT COUNT(*) AS n FROM message WHERE author = 'bot'").await.unwrap() == 0 {
        assert!(drained.elapsed() < Duration::from_secs(20), "nobody took the turn:\n{}", old.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(record.number("SELECT COUNT(*) AS n FROM turn WHERE outcome = 'cancelled'").await.unwrap(), 1);
    assert_eq!(record.faults().await.unwrap(), Vec::<String>::new());
    assert_eq!(record.number("SELECT COUNT(*) AS n FROM node").await.unwrap(), 1, "a drained node leaves no trace");
}
