use super::*;
use crate::{Clock, Random, WorkspaceId};

fn news(workspace: WorkspaceId) -> News {
    News::Queue { workspace }
}

#[tokio::test]
async fn only_the_topic_hears() {
    let bus = Bus::open(&Config::default(), Uuid::nil()).await.unwrap();
    let (random, clock) = (Random::seeded(1), Clock::manual(1));
    let (here, there): (WorkspaceId, WorkspaceId) = (random.id(clock.now()), random.id(clock.now()));
    let mut ear = bus.subscribe(Topic::Workspace(here));
    bus.publish(Topic::Workspace(there), news(there));
    bus.publish(Topic::Workspace(here), news(here));
    let Heard::News(heard) = ear.next().await else { panic!("missed") };
    assert_eq!(*heard, news(here));
}

#[tokio::test]
async fn a_slow_reader_hears_that_it_missed() {
    let bus = Bus::open(&Config::default(), Uuid::nil()).await.unwrap();
    let workspace: WorkspaceId = Random::seeded(2).id(1);
    let visitor = Random::seeded(3).id(1);
    let mut ear = bus.subscribe(Topic::Visitor(workspace, visitor));
    for _ in 0..200 {
        bus.publish(Topic::Visitor(workspace, visitor), news(workspace));
    }
    assert!(matches!(ear.next().await, Heard::Missed));
    bus.publish(Topic::Visitor(workspace, visitor), news(workspace));
    assert!(matches!(ear.next().await, Heard::News(_)));
}

#[tokio::test]
async fn a_topic_nobody_hears_is_forgotten() {
    let bus = Bus::open(&Config::default(), Uuid::nil()).await.unwrap();
    drop(bus.subscribe(Topic::Desk));
    assert!(bus.0.local.topics().is_empty());
}

#[tokio::test]
async fn each_reader_of_a_topic_hears_and_the_last_one_closes_it() {
    let bus = Bus::open(&Config::default(), Uuid::nil()).await.unwrap();
    let workspace: WorkspaceId = Random::seeded(4).id(1);
    let topic = Topic::Workspace(workspace);
    let (mut one, mut two) = (bus.subscribe(topic), bus.subscribe(topic));
    bus.publish(topic, news(workspace));
    assert!(matches!((one.next().await, two.next().await), (Heard::News(_), Heard::News(_))));
    drop(one);
    bus.publish(topic, news(workspace));
    assert!(matches!(two.next().await, Heard::News(_)));
    drop(two);
    assert!(bus.0.local.topics().is_empty());
}

#[tokio::test]
async fn installations_on_one_server_do_not_hear_each_other() {
    let Ok(server) = std::env::var("WARBLER_TEST_REDIS") else {
        panic!("WARBLER_TEST_REDIS is not set: run ./tests/run, which starts private servers");
    };
    let config = Config { bus: server, ..Config::default() };
    let (ours, theirs) = (Uuid::new_v4(), Uuid::new_v4());
    let here = Bus::open(&config, ours).await.unwrap();
    let (there, other) = (Bus::open(&config, ours).await.unwrap(), Bus::open(&config, theirs).await.unwrap());
    let mut ear = here.subscribe(Topic::Desk);
    let workspaces: [WorkspaceId; 2] = [Random::seeded(4).id(1), Random::seeded(5).id(1)];
    let hear = async {
        loop {
            // What is said before the connections stand is lost, which news may be.
            other.publish(Topic::Desk, news(workspaces[1]));
            other.flush().await;
            there.publish(Topic::Desk, news(workspaces[0]));
            let next = tokio::time::timeout(std::time::Duration::from_millis(100), ear.next()).await;
            if let Ok(Heard::News(heard)) = next {
                return heard;
            }
        }
    };
    let heard = tokio::time::timeout(std::time::Duration::from_secs(20), hear).await.unwrap();
    assert_eq!(*heard, news(workspaces[0]), "of two that were told, one is ours");
}
