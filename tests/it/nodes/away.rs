//! A PostgreSQL that keeps its connections and says nothing, as one does that is frozen or behind a network that swallows all:
//! everybody is answered in time, and nothing has to be started again when it speaks.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use chat::testing::Engine;
use serde_json::Value;
use tests::{
    proxy::{Habit, Proxy},
    server::{Plan, Server},
    staff::Staff,
    visitor::{Incoming, Link, Transport, Visitor},
};

/// Whoever asks is answered within this: a connection that is waited for, and a statement.
const BOUND: Duration = Duration::from_secs(25);

async fn ready(node: &Server) -> (StatusCode, Duration) {
    let begun = Instant::now();
    let answer = tests::http().get(format!("{}/readyz", node.base())).timeout(BOUND).send().await.unwrap();
    (answer.status(), begun.elapsed())
}

/// The code of what a visitor is told who comes back.
async fn resume(node: &Server, visitor: &Visitor) -> Value {
    let mut link = Link::open(&node.base(), Transport::Socket, &visitor.hello()).await.unwrap();
    match link.next(BOUND).await {
        Some(Incoming::Frame(frame)) => frame["code"].clone(),
        told => panic!("a visitor who comes back is told nothing in time: {told:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_says_nothing_is_waited_for_only_so_long() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Engine::Cluster.config(folder.path()).await.unwrap();
    let (head, name) = config.address.rsplit_once('/').unwrap();
    let (user, server) = head.rsplit_once('@').unwrap();
    let between = Proxy::start(server, Habit::Pass).await.unwrap();
    config.address = format!("{user}@{}/{name}", between.address());
    let node = Plan::new().record(&config).unlimited().start().await.unwrap();
    let mut staff = Staff::owner(&node).await.unwrap();
    let mut ann = Visitor::of(&node).await.unwrap();
    let talk = Visitor::conversation();
    ann.say(&talk, "before").await.unwrap();
    for _ in 0..2 {
        between.stall(true);
        let begun = Instant::now();
        let twin = ann.twin();
        let (write, _) = ann.write_with(&talk, "meanwhile", Value::Null).await;
        let told = ann.wait_for(BOUND, |frame| frame["id"] == write.as_str());
        let page = staff.request(axum::http::Method::GET, "/console/inbox").send();
        let ((status, took), code, page, told) = tokio::join!(ready(&node), resume(&node, &twin), page, told);
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && took < Duration::from_secs(8), "{status} after {took:?}");
        assert_eq!((code.as_str(), page.unwrap().status()), (Some("unavailable"), StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(told.unwrap()["code"], "unavailable", "what cannot be kept is not acknowledged");
        assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
        between.stall(false);
        let begun = Instant::now();
        while ready(&node).await.0 != StatusCode::OK {
            assert!(begun.elapsed() < BOUND, "it is not ready again:\n{}", node.output());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        ann.connect().await.unwrap();
        ann.say(&talk, "afterwards").await.unwrap();
        assert!(staff.get("/console/inbox").await.unwrap().status.is_success());
    }
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
}
