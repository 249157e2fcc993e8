use super::*;
use crate::{Error, State, canned};

chat::on_every_engine!(the_crew_is_listed_with_state_and_load, teams_have_names_and_members, canned_replies_are_kept_by_shortcut);

async fn the_crew_is_listed_with_state_and_load(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let ann = s.online("Ann", 2).await;
    let bob = s.agent("Bob").await;
    s.desk.heartbeat(ws, bob, Availability::Away).await.unwrap();
    s.agent("Cleo").await;
    s.waiting().await;
    let crew = s.desk.agents(ws).await.unwrap();
    let seen: Vec<_> = crew.iter().map(|member| (member.name.as_str(), member.state, member.load, member.capacity)).collect();
    assert_eq!(seen, [("Ann", State::Online, 1, 2), ("Bob", State::Away, 0, 4), ("Cleo", State::Offline, 0, 4)]);
    assert!(s.desk.online(ws).await.unwrap());
    s.later(46);
    assert!(!s.desk.online(ws).await.unwrap());
    assert_eq!(s.desk.availability(ws, ann).await.unwrap(), None);
    assert!(matches!(s.desk.set_capacity(ws, ann, 101).await, Err(Error::Invalid(_))));
    assert!(matches!(s.desk.set_capacity(ws, s.fresh.chat.id(), 1).await, Err(Error::NotFound)));
}

async fn teams_have_names_and_members(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let (ann, bob) = (s.agent("Ann").await, s.agent("Bob").await);
    let id = s.desk.create_team(ws, " Billing ").await.unwrap();
    assert!(matches!(s.desk.create_team(ws, "Billing").await, Err(Error::Taken)));
    assert!(matches!(s.desk.create_team(ws, "  ").await, Err(Error::Invalid(_))));
    s.desk.set_members(ws, id, &[ann, bob, s.fresh.chat.id()]).await.unwrap();
    s.desk.set_members(ws, id, &[bob, bob]).await.unwrap();
    s.desk.rename_team(ws, id, "Money").await.unwrap();
    let teams = s.desk.teams(ws).await.unwrap();
    assert_eq!((teams.len(), teams[0].name.as_str(), teams[0].members.as_slice()), (1, "Money", &[bob][..]));
    assert!(matches!(s.desk.rename_team(ws, s.fresh.chat.id(), "x").await, Err(Error::NotFound)));
    s.desk.remove_team(ws, id).await.unwrap();
    assert!(matches!(s.desk.remove_team(ws, id).await, Err(Error::NotFound)));
    assert!(s.desk.teams(ws).await.unwrap().is_empty());
}

async fn canned_replies_are_kept_by_shortcut(on: Engine) {
    let s = story(on).await;
    let (ws, store) = (s.fresh.workspace, s.fresh.chat.store());
    let refund = canned::save(&s.desk, ws, None, "/refund", "Hello {{visitor.name}}").await.unwrap();
    let hello = canned::save(&s.desk, ws, None, "hello", "Hi").await.unwrap();
    assert!(matches!(canned::save(&s.desk, ws, None, "hello", "x").await, Err(Error::Taken)));
    assert!(matches!(canned::save(&s.desk, ws, Some(hello), "refund", "x").await, Err(Error::Taken)));
    for (shortcut, body) in [("", "x"), ("two words", "x"), ("x", " "), ("退款", "")] {
        assert!(matches!(canned::save(&s.desk, ws, None, shortcut, body).await, Err(Error::Invalid(_))));
    }
    assert!(matches!(canned::save(&s.desk, s.fresh.chat.id(), Some(refund), "mine", "x").await, Err(Error::NotFound)));
    canned::save(&s.desk, ws, Some(refund), "refunds", "Hello").await.unwrap();
    let all = canned::list(store, ws).await.unwrap();
    assert_eq!(
        all.iter().map(|one| (one.shortcut.as_str(), one.body.as_str())).collect::<Vec<_>>(),
        [("hello", "Hi"), ("refunds", "Hello")]
    );
    canned::remove(&s.desk, ws, hello).await.unwrap();
    assert!(matches!(canned::remove(&s.desk, ws, hello).await, Err(Error::NotFound)));
}
