//! Several nodes on one record: they start together, hand over, and are left by visitors for one another.

mod away;
mod door;

use std::time::{Duration, Instant};

use chat::testing::Engine;
use reqwest::Method;
use serde_json::json;
use tests::model::{Behaviour, Model};
use tests::record::Record;
use tests::server::{Plan, Server};
use tests::staff::Staff;
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
async fn a_node_that_died_while_it_started_holds_up_nobody_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let config = Engine::Postgres.config(folder.path()).await.unwrap();
    let now = chat::Clock::system().now();
    let chat = chat::Chat::open(&config, chat::Clock::system(), chat::Random::system()).await.unwrap();
    let dead: chat::NodeId = chat.id();
    for sql in [
        "INSERT INTO node (id, roles, address, version, started_at, seen_at) VALUES ($1, 'gateway', '127.0.0.1:1', '0', $2, $2)",
        "INSERT INTO lease (job, node_id, taken_at) VALUES ('first.furnish', $1, $2)",
    ] {
        sqlx::query(sql).bind(dead.text()).bind(now).execute(chat.store().write()).await.unwrap();
    }
    let mut node = Plan::new().record(&config).lay().await.unwrap();
    let begun = Instant::now();
    node.spawn().unwrap();
    node.ready().await.unwrap();
    assert!(begun.elapsed() > Duration::from_secs(5), "a job was taken from a node that may live");
    let mut record = Record::at(&node.record()).await.unwrap();
    assert_eq!(record.number("SELECT COUNT(*) AS n FROM workspace").await.unwrap(), 1);
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

#[tokio::test]
async fn two_agents_at_two_nodes_see_that_the_other_looks_and_writes() {
    let nodes = nodes(Plan::new(), 2).await;
    let mut ann = Visitor::of(&nodes[0]).await.unwrap();
    let talk = Visitor::conversation();
    ann.post_with(&talk, "May I speak to somebody?", json!({ "wish": "person" })).await.unwrap();
    let amy = Staff::hired(&nodes[0], "amy@shop.example", "Amy Adams", "agent").await.unwrap();
    let mut ben = Staff::hired(&nodes[1], "ben@shop.example", "Ben Brown", "agent").await.unwrap();
    let mut amys = Stream::of(&amy, &talk).await;
    let bens = Stream::of(&ben, &talk).await;
    // Names alone would prove nothing: the page lists everybody a conversation can be given to.
    amys.heard(LOOKS).await;
    // The other node's word of it may be a moment behind.
    let came = Instant::now();
    let mut page = ben.conversation(&talk).await.unwrap();
    while !page.words().contains(LOOKS) {
        assert!(came.elapsed() < Duration::from_secs(10), "who comes later does not see who is there");
        tokio::time::sleep(Duration::from_millis(100)).await;
        page = ben.conversation(&talk).await.unwrap();
    }
    let mut typing = page.form_with("csrf").unwrap();
    typing.action = format!("/console/conversations/{talk}/typing");
    typing.fields.retain(|(name, _)| name == "csrf");
    typing.post = true;
    typing.set("on", "1");
    assert!(ben.submit(&typing).await.unwrap().status.is_success());
    amys.heard("event: typing").await;
    drop(bens);
    let gone = Instant::now();
    let mut amy = amy;
    while amy.conversation(&talk).await.unwrap().words().contains(LOOKS) {
        assert!(gone.elapsed() < Duration::from_secs(10), "somebody who left is still shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What the page of a conversation says of a colleague who has it open.
const LOOKS: &str = "is looking at this too";

/// The live stream of somebody's page with a conversation open.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn of(staff: &Staff, conversation: &str) -> Stream {
        let request = staff.request(Method::GET, &format!("/console/live?conversation={conversation}"));
        Stream { response: request.send().await.unwrap(), text: String::new() }
    }

    /// Waits until the stream says this.
    async fn heard(&mut self, wanted: &str) {
        let until = tokio::time::Instant::now() + Duration::from_secs(10);
        while !self.text.contains(wanted) {
            let next = tokio::time::timeout_at(until, self.response.chunk()).await;
            let chunk = next.unwrap_or_else(|_| panic!("{wanted} was not heard in\n{}", self.text)).unwrap().unwrap();
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
