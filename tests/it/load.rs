//! Small versions of the programs that load and check; the programs open thousands of sessions.

use std::time::Duration;

use serde_json::{Value, json};
use tests::check;
use tests::load::aim::{Aim, Target};
use tests::load::crowd::Pace;
use tests::load::{ceiling, churn, connect, echo, fanout, idle, storm};

const PACE: Pace = Pace { at_once: 8, rate: None };

async fn target() -> Target {
    Aim::default().target(None).await.unwrap()
}

fn clean(seen: &Value) {
    assert_eq!(seen["faults"], json!([]), "{seen:#}");
}

#[tokio::test]
async fn every_way_to_load_a_server_measures_something() {
    let target = target().await;
    let door = &target.door;
    let seen = connect::run(door, 20, PACE, |_| {}).await.unwrap();
    assert!(seen["sessions"] == 20 && seen["sessions_per_s"].as_f64() > Some(0.0), "{seen:#}");
    let plan = idle::Plan { steps: vec![10, 20], pace: PACE, settle: Duration::from_millis(100), hold: Duration::ZERO };
    let seen = idle::run(door, target.process().unwrap(), &plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["kb_per_session"].is_number() && seen["sessions"] == 20, "{seen:#}");
    let plan = echo::Plan { sessions: 12, writers: 4, rate: 40.0, seconds: 1.0, bytes: 100, pace: PACE };
    let seen = echo::run(door, &plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["acknowledged"] == 80 && seen["p99_ms"].as_f64() > Some(0.0), "{seen:#}");
    let within = Duration::from_secs(5);
    let plan = ceiling::Plan { sessions: 4, writers: 4, seconds: 0.5, within, bytes: 100, pace: PACE };
    let seen = ceiling::run(door, &plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["messages_per_s"].as_f64() > Some(1.0), "{seen:#}");
    let plan = fanout::Plan { readers: 30, messages: 5, pause: Duration::from_millis(20), bytes: 100, pace: PACE };
    let seen = fanout::run(door, &plan, |_| {}).await.unwrap();
    clean(&seen);
    let plan = churn::Plan { sessions: 20, seconds: 2, life: Duration::from_millis(500), pace: PACE, seed: 1 };
    let seen = churn::run(door, target.pid, &plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["came_back"].as_u64() > Some(5) && seen["unexpected_closes"] == 0, "{seen:#}");
}

#[tokio::test]
async fn a_storm_loses_nothing() {
    let target = target().await;
    let plan = storm::Plan { sessions: 24, visitors: 8, missed: 2, away: Duration::from_millis(100), pace: PACE };
    let seen = storm::run(&target.door, &plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["sessions"] == 24 && seen["lost"] == 0 && seen["messages"] == 48, "{seen:#}");
}

#[tokio::test]
async fn every_device_holds_what_was_acknowledged() {
    let target = target().await;
    let server = target.server.as_ref().unwrap();
    let plan = check::Plan {
        nodes: vec![server.base()],
        inbox: server.inbox().await.unwrap(),
        senders: 4,
        devices: 3,
        messages: 12,
        vanish: 0.3,
        pause_ms: 60,
        seed: 5,
    };
    let seen = check::run(&plan, |_| {}).await.unwrap();
    clean(&seen);
    assert!(seen["acknowledged"] == 48 && seen["read_back"].as_u64() >= Some(48 * 3), "{seen:#}");
}
