use super::*;
use crate::{
    Error, To,
    routing::Lack,
    ticket::{Seen, Tried, Why},
};

chat::on_every_engine!(
    with_somebody_there_the_chat_is_routed_at_once,
    with_nobody_there_it_waits_and_says_why,
    the_packet_is_kept_and_numbers_count_up,
    a_second_handover_is_the_same_ticket,
    a_bot_that_lost_the_word_hands_nothing_over,
    the_bot_turn_counts_as_answered,
    only_the_team_gets_its_work,
    chinese_visitors_read_chinese
);

async fn with_somebody_there_the_chat_is_routed_at_once(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, ticket) = s.waiting().await;
    assert_eq!((ticket.number, ticket.agent), (1, Some(ann)));
    assert_eq!(ticket.routed.text("en"), "online, 1 of 4 chats");
    assert_eq!(ticket.subject, "My parcel is late");
    s.check(it.id).await;
    let told = s.messages(it.id, Audience::All).await.pop().unwrap();
    assert_eq!(told.body, "I am passing you to a person. Ann will answer you here.");
    let event = told.extra.event.unwrap();
    assert_eq!((event.name.as_str(), event.agent.as_deref()), ("handed_over", Some("Ann")));
}

async fn with_nobody_there_it_waits_and_says_why(on: Engine) {
    let s = story(on).await;
    let ann = s.agent("Ann").await;
    let (it, ticket) = s.waiting().await;
    assert_eq!(ticket.agent, None);
    assert_eq!(ticket.routed.why, Some(Why::Queued { lack: Lack::Online, team: None }));
    s.check(it.id).await;
    s.beat(ann).await;
    assert_eq!(s.ticket(it.id).await.agent, Some(ann));
    assert_eq!(s.events(it.id).await, ["handed_over", "taken"]);
    s.check(it.id).await;
}

async fn the_packet_is_kept_and_numbers_count_up(on: Engine) {
    let s = story(on).await;
    let it = s.asked().await;
    let seen = Seen { title: "Delivery".into(), heading: "Late".into(), url: String::new(), score: 0.25 };
    let tried = Tried { question: "late?".into(), outcome: "no answer".into(), passages: vec![seen] };
    let packet = Packet { summary: "s".into(), wish: "w".into(), tried: vec![tried] };
    let escalation = Escalation { packet: packet.clone(), subject: "  Late parcel ".into(), ..s.handover(&it) };
    let first = s.desk.escalate(escalation).await.unwrap();
    assert_eq!(s.ticket(it.id).await.packet, packet);
    assert_eq!((first.number, first.subject.as_str()), (1, "Late parcel"));
    assert_eq!(s.waiting().await.1.number, 2);
}

async fn a_second_handover_is_the_same_ticket(on: Engine) {
    let s = story(on).await;
    let (it, ticket) = s.waiting().await;
    let again = s.desk.escalate(s.handover(&it)).await.unwrap();
    assert_eq!(again, ticket);
    assert_eq!(s.events(it.id).await, ["handed_over"]);
}

async fn a_bot_that_lost_the_word_hands_nothing_over(on: Engine) {
    let s = story(on).await;
    let it = s.asked().await;
    let stale = Escalation { epoch: Some(it.epoch + 1), ..s.handover(&it) };
    assert!(matches!(s.desk.escalate(stale).await, Err(Error::Changed)));
    assert_eq!(s.speaker(it.id).await, Speaker::Bot);
    assert!(s.events(it.id).await.is_empty());
    let message = chat::Append::new(s.fresh.workspace, it.id, s.fresh.chat.id(), chat::Author::Bot, "Tomorrow");
    s.fresh.chat.append(chat::Append { epoch: Some(it.epoch), considered: Some(1), ..message }).await.unwrap();
    let late = Escalation { epoch: Some(it.epoch), considered: Some(1), ..s.handover(&it) };
    assert!(matches!(s.desk.escalate(late).await, Err(Error::Changed)), "another turn has answered");
    let unknown = Escalation { conversation: s.fresh.chat.id(), ..s.handover(&it) };
    assert!(matches!(s.desk.escalate(unknown).await, Err(Error::NotFound)));
}

async fn the_bot_turn_counts_as_answered(on: Engine) {
    let s = story(on).await;
    let (it, _) = s.waiting().await;
    let now = s.now(it.id).await;
    assert_eq!(now.answered_seq, now.asked_seq);
}

async fn only_the_team_gets_its_work(on: Engine) {
    let s = story(on).await;
    let (ann, bob) = (s.online("Ann", 4).await, s.agent("Bob").await);
    let billing = s.desk.create_team(s.fresh.workspace, "Billing").await.unwrap();
    s.desk.set_members(s.fresh.workspace, billing, &[bob]).await.unwrap();
    let it = s.asked().await;
    let ticket = s.desk.escalate(Escalation { team: Some(billing), ..s.handover(&it) }).await.unwrap();
    assert_eq!(ticket.routed.text("en"), "waiting: nobody of team Billing is online");
    s.desk.set_members(s.fresh.workspace, billing, &[ann, bob]).await.unwrap();
    let ticket = s.ticket(it.id).await;
    assert_eq!(ticket.agent, Some(ann));
    assert_eq!(ticket.routed.text("en"), "online, team Billing, 1 of 4 chats");
    s.desk.remove_team(s.fresh.workspace, billing).await.unwrap();
    assert_eq!(s.ticket(it.id).await.team, None);
}

async fn chinese_visitors_read_chinese(on: Engine) {
    let s = story(on).await;
    let ann = s.online("小安", 4).await;
    let it = s.fresh.conversation("zh").await.unwrap();
    s.fresh.say(&it, "包裹还没到").await.unwrap();
    let escalation = Escalation { locale: "zh".into(), say: "正在为您转接人工客服。".into(), ..s.handover(&it) };
    s.desk.escalate(escalation).await.unwrap();
    let told = s.messages(it.id, Audience::All).await.pop().unwrap();
    assert_eq!(told.body, "正在为您转接人工客服。小安 将在这里为您解答。");
    s.desk.transfer(s.fresh.workspace, ann, it.id, To::Queue).await.unwrap();
    let told = s.messages(it.id, Audience::All).await.pop().unwrap();
    assert_eq!(told.body, "您已重新进入排队，空闲的同事会尽快回复您。");
}
