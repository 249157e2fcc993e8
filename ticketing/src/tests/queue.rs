use super::*;
use crate::To;

chat::on_every_engine!(
    the_queue_goes_by_priority_then_age_as_room_comes,
    the_wait_is_honest,
    a_team_waits_behind_its_own_and_anybodys,
    far_places_are_remembered_for_a_moment,
    visitors_are_told_when_their_place_changes_and_only_then,
    a_chat_goes_to_the_least_loaded_and_turns_are_taken,
    transferring_frees_a_place
);

async fn the_queue_goes_by_priority_then_age_as_room_comes(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 1).await;
    let ws = s.fresh.workspace;
    let (first, _) = s.waiting().await;
    assert_eq!(s.ticket(first.id).await.agent, Some(ann));
    let mut queue = Vec::new();
    for priority in [Priority::Normal, Priority::Normal, Priority::Urgent, Priority::Low] {
        s.later(1);
        let it = s.asked().await;
        let ticket = s.desk.escalate(Escalation { priority, ..s.handover(&it) }).await.unwrap();
        assert_eq!(ticket.routed.text("en"), "waiting: everybody is at capacity");
        queue.push(it.id);
    }
    let places = async || {
        let mut places = Vec::new();
        for it in &queue {
            places.push(s.desk.place(ws, *it).await.unwrap().map(|place| place.place));
        }
        places
    };
    assert_eq!(places().await, [Some(2), Some(3), Some(1), Some(4)]);
    s.desk.resolve(ws, ann, first.id).await.unwrap();
    assert_eq!(s.ticket(queue[2]).await.agent, Some(ann));
    assert_eq!(places().await, [Some(1), Some(2), None, Some(3)]);
    s.desk.set_priority(ws, ann, queue[3], Priority::High).await.unwrap();
    assert_eq!(places().await, [Some(2), Some(3), None, Some(1)]);
    s.desk.pend(ws, ann, queue[2]).await.unwrap();
    assert_eq!(s.ticket(queue[3]).await.agent, Some(ann));
    s.desk.set_capacity(ws, ann, 3).await.unwrap();
    assert_eq!(places().await, [None, None, None, None]);
}

async fn the_wait_is_honest(on: Engine) {
    let s = story(on).await;
    let (it, _) = s.waiting().await;
    let place = s.desk.place(s.fresh.workspace, it.id).await.unwrap().unwrap();
    assert_eq!((place.place, place.low_min, place.high_min), (1, None, None), "nobody is there: no promise");
    let ann = s.online("Ann", 1).await;
    assert_eq!(s.desk.place(s.fresh.workspace, it.id).await.unwrap(), None);
    let (next, _) = s.waiting().await;
    let place = s.desk.place(s.fresh.workspace, next.id).await.unwrap().unwrap();
    assert_eq!((place.place, place.low_min, place.high_min), (1, Some(6), Some(21)));
    s.desk.heartbeat(s.fresh.workspace, ann, Availability::Away).await.unwrap();
    let place = s.desk.place(s.fresh.workspace, next.id).await.unwrap().unwrap();
    assert_eq!(place.low_min, None, "who is away answers nobody");
}

async fn a_team_waits_behind_its_own_and_anybodys(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let (a, b) = (s.desk.create_team(ws, "A").await.unwrap(), s.desk.create_team(ws, "B").await.unwrap());
    let mut places = Vec::new();
    for team in [Some(a), Some(b), None, Some(a), Some(b), None] {
        s.later(1);
        let it = s.asked().await;
        s.desk.escalate(Escalation { team, ..s.handover(&it) }).await.unwrap();
        places.push(s.desk.place(ws, it.id).await.unwrap().unwrap().place);
    }
    assert_eq!(places, [1, 1, 3, 3, 3, 6]);
}

async fn far_places_are_remembered_for_a_moment(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let mut queue = Vec::new();
    for _ in 0..55 {
        s.later(1);
        queue.push(s.waiting().await.0.id);
    }
    let place = async |n: usize| s.desk.place(ws, queue[n]).await.unwrap().map(|place| place.place);
    assert_eq!((place(54).await, place(52).await, place(3).await), (Some(55), Some(53), Some(4)));
    let ann = s.agent("Ann").await;
    s.desk.take(ws, ann, queue[0]).await.unwrap();
    assert_eq!((place(0).await, place(3).await), (None, Some(3)), "near places are always true");
    s.later(3_000);
    assert_eq!((place(54).await, place(52).await), (Some(54), Some(52)));
}

async fn visitors_are_told_when_their_place_changes_and_only_then(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let (first, _) = s.waiting().await;
    s.later(1);
    let (second, _) = s.waiting().await;
    s.desk.tell_places(ws).await.unwrap();
    let mut ear = s.fresh.chat.bus().subscribe(chat::Topic::Visitor(ws, second.visitor));
    let mut heard = async || tokio::time::timeout(std::time::Duration::from_millis(50), ear.next()).await.is_ok();
    s.desk.tell_places(ws).await.unwrap();
    assert!(!heard().await, "nothing has changed");
    let ann = s.agent("Ann").await;
    s.desk.take(ws, ann, first.id).await.unwrap();
    s.desk.tell_places(ws).await.unwrap();
    assert!(heard().await, "the second is first now");
}

async fn a_chat_goes_to_the_least_loaded_and_turns_are_taken(on: Engine) {
    let s = story(on).await;
    let (ann, bob) = (s.online("Ann", 2).await, s.online("Bob", 2).await);
    let mut got = Vec::new();
    for _ in 0..5 {
        s.later(1);
        got.push(s.waiting().await.1.agent);
    }
    assert_eq!(got.iter().filter(|agent| **agent == Some(ann)).count(), 2);
    assert_eq!(got.iter().filter(|agent| **agent == Some(bob)).count(), 2);
    assert_eq!(got[4], None);
    assert_ne!(got[0], got[1]);
}

async fn transferring_frees_a_place(on: Engine) {
    let s = story(on).await;
    let (ann, bob) = (s.online("Ann", 1).await, s.agent("Bob").await);
    let (first, _) = s.waiting().await;
    let (second, _) = s.waiting().await;
    s.desk.transfer(s.fresh.workspace, ann, first.id, To::Agent(bob)).await.unwrap();
    assert_eq!(s.ticket(second.id).await.agent, Some(ann));
    assert_eq!(s.events(first.id).await, ["handed_over", "transferred"]);
}
