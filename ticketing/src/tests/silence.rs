//! Agents who go silent.

use super::*;
use crate::{To, ticket::Cause};

chat::on_every_engine!(
    who_goes_offline_loses_what_waits_for_them,
    signing_out_gives_the_chats_away_at_once,
    who_does_not_answer_loses_the_chat_and_does_not_get_it_again,
    writing_counts_as_answering,
    within_a_talk_there_is_more_time,
    a_parked_chat_of_somebody_who_left_goes_to_others_when_its_visitor_writes,
    who_passes_a_chat_on_does_not_get_it_back
);

async fn who_goes_offline_loses_what_waits_for_them(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (unanswered, _) = s.waiting().await;
    let (answered, _) = s.waiting().await;
    s.reply(ann, answered.id, "Hello").await.unwrap();
    s.later(30);
    s.desk.sweep(false).await;
    assert_eq!(s.ticket(unanswered.id).await.agent, Some(ann), "not yet");
    let bob = s.online("Bob", 4).await;
    s.later(20);
    s.beat(bob).await;
    s.desk.sweep(false).await;
    let ticket = s.ticket(unanswered.id).await;
    assert_eq!(ticket.agent, Some(bob));
    assert_eq!(ticket.routed.lost.as_ref().map(|lost| (lost.agent.as_str(), lost.cause)), Some(("Ann", Cause::Offline)));
    assert_eq!(ticket.routed.text("en"), "Ann went offline; online, 1 of 4 chats");
    assert_eq!(s.events(unanswered.id).await, ["handed_over", "transferred"]);
    assert_eq!(s.ticket(answered.id).await.agent, Some(ann), "nobody waits there");
    s.check(unanswered.id).await;
    s.fresh.say(&answered, "Hello?").await.unwrap();
    s.desk.sweep(false).await;
    assert_eq!(s.ticket(answered.id).await.agent, Some(bob), "now somebody does");
    s.check(answered.id).await;
}

async fn signing_out_gives_the_chats_away_at_once(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.desk.sign_out(s.fresh.workspace, ann).await.unwrap();
    assert_eq!(s.ticket(it.id).await.agent, None);
    assert_eq!(s.events(it.id).await, ["handed_over", "queued"]);
    assert!(!s.desk.online(s.fresh.workspace).await.unwrap());
    s.beat(ann).await;
    assert_eq!(s.ticket(it.id).await.agent, Some(ann), "who comes back gets it again");
}

async fn who_does_not_answer_loses_the_chat_and_does_not_get_it_again(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    for _ in 0..4 {
        s.later(31);
        s.beat(ann).await;
        s.desk.sweep(false).await;
    }
    let ticket = s.ticket(it.id).await;
    assert_eq!(ticket.agent, None);
    assert_eq!(ticket.queued_at, Some(ticket.created_at), "it keeps its place");
    assert_eq!(ticket.routed.lost.as_ref().map(|lost| lost.cause), Some(Cause::Unanswered));
    let messages = s.messages(it.id, Audience::Staff).await.len();
    s.desk.sweep(false).await;
    assert_eq!(s.messages(it.id, Audience::Staff).await.len(), messages, "no noise");
    assert_eq!(s.ticket(it.id).await.routed.text("en"), "Ann did not answer in time; waiting: whoever is free has had this chat before");
    let bob = s.online("Bob", 4).await;
    assert_eq!(s.ticket(it.id).await.agent, Some(bob));
    s.check(it.id).await;
}

async fn writing_counts_as_answering(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    for _ in 0..12 {
        s.later(30);
        s.beat(ann).await;
        s.desk.typing(s.fresh.workspace, ann, it.id, true).await.unwrap();
        s.desk.sweep(false).await;
    }
    assert_eq!(s.ticket(it.id).await.agent, Some(ann));
}

async fn within_a_talk_there_is_more_time(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.reply(ann, it.id, "Let me see").await.unwrap();
    s.later(1);
    s.fresh.say(&it, "Thanks").await.unwrap();
    for (seconds, holder) in [(40, true), (40, true), (60, true), (440, true), (60, false)] {
        s.later(seconds);
        s.beat(ann).await;
        s.desk.sweep(false).await;
        assert_eq!(s.ticket(it.id).await.agent.is_some(), holder);
    }
}

async fn a_parked_chat_of_somebody_who_left_goes_to_others_when_its_visitor_writes(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.desk.pend(s.fresh.workspace, ann, it.id).await.unwrap();
    s.desk.sign_out(s.fresh.workspace, ann).await.unwrap();
    assert_eq!(s.ticket(it.id).await.agent, Some(ann));
    s.fresh.say(&it, "I am back").await.unwrap();
    s.desk.sweep(false).await;
    assert_eq!(s.ticket(it.id).await.agent, None);
    assert_eq!(s.events(it.id).await, ["handed_over", "queued"]);
    s.check(it.id).await;
}

async fn who_passes_a_chat_on_does_not_get_it_back(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.desk.transfer(s.fresh.workspace, ann, it.id, To::Queue).await.unwrap();
    s.desk.sweep(false).await;
    assert_eq!(s.ticket(it.id).await.agent, None);
    s.desk.take(s.fresh.workspace, ann, it.id).await.unwrap();
    assert_eq!(s.ticket(it.id).await.agent, Some(ann), "but may take it");
}
