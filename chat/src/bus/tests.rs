use super::*;
use crate::{Clock, Random, WorkspaceId};

fn news(workspace: WorkspaceId) -> News {
    News::Queue { workspace }
}

#[tokio::test]
async fn only_the_topic_hears() {
    let bus = Bus::open(&Config::default()).await.unwrap();
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
    let bus = Bus::open(&Config::default()).await.unwrap();
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
    let bus = Bus::open(&Config::default()).await.unwrap();
    drop(bus.subscribe(Topic::Desk));
    assert!(bus.0.local.topics().is_empty());
}

#[tokio::test]
async fn each_reader_of_a_topic_hears_and_the_last_one_closes_it() {
    let bus = Bus::open(&Config::default()).await.unwrap();
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
