//! Everything at once.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use chat::{Heard, News, Topic};

use super::*;
use crate::Error;

chat::on_every_engine!(
    of_two_takes_at_once_one_wins,
    a_handover_against_a_take_leaves_one_ticket_and_one_speaker,
    no_agent_gets_too_much_and_no_chat_is_lost,
    a_message_against_resolve_never_stays_unheard,
    a_reply_that_was_kept_is_told_whenever_its_browser_goes
);

async fn of_two_takes_at_once_one_wins(on: Engine) {
    let s = story(on).await;
    let (ann, bob) = (s.agent("Ann").await, s.agent("Bob").await);
    for _ in 0..20 {
        let (it, _) = s.waiting().await;
        let (one, other) = tokio::join!(s.desk.take(s.fresh.workspace, ann, it.id), s.desk.take(s.fresh.workspace, bob, it.id));
        let won = [one.is_ok(), other.is_ok()];
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let lost = if won[0] { other } else { one };
        assert!(matches!(lost, Err(Error::Held { .. })));
        assert_eq!(s.events(it.id).await, ["handed_over", "taken"]);
        s.check(it.id).await;
    }
}

async fn a_handover_against_a_take_leaves_one_ticket_and_one_speaker(on: Engine) {
    let s = story(on).await;
    let ann = s.agent("Ann").await;
    for round in 0..20 {
        let it = s.asked().await;
        let handover = Escalation { epoch: Some(it.epoch), ..s.handover(&it) };
        let (escalated, taken) = tokio::join!(s.desk.escalate(handover), s.desk.take(s.fresh.workspace, ann, it.id));
        assert_eq!(taken.unwrap().agent, Some(ann));
        assert!(escalated.is_ok());
        let all = ticket::of_conversation(s.fresh.chat.store(), s.fresh.workspace, it.id, 10).await.unwrap();
        assert_eq!(all.len(), 1, "round {round}");
        assert_eq!(s.speaker(it.id).await, Speaker::Agent(ann));
        s.check(it.id).await;
    }
}

async fn no_agent_gets_too_much_and_no_chat_is_lost(on: Engine) {
    let s = story(on).await;
    let mut agents = Vec::new();
    for n in 0..3 {
        agents.push(s.online(&format!("Agent {n}"), 2).await);
    }
    let mut asked = Vec::new();
    for _ in 0..24 {
        asked.push(s.asked().await);
    }
    // Two desks, as on two nodes.
    let second = Desk::new(Config::default(), s.fresh.chat.clone());
    let handovers = asked.iter().enumerate().map(|(n, it)| {
        let (desk, escalation) = (if n % 2 == 0 { s.desk.clone() } else { second.clone() }, s.handover(it));
        tokio::spawn(async move { desk.escalate(escalation).await.unwrap() })
    });
    for handover in handovers.collect::<Vec<_>>() {
        handover.await.unwrap();
    }
    let mut done = 0;
    while done < asked.len() {
        let mut open = Vec::new();
        for it in &asked {
            let ticket = s.ticket(it.id).await;
            s.check(it.id).await;
            if let (true, Some(agent)) = (ticket.is_live(), ticket.agent) {
                open.push((it.id, agent));
            }
        }
        for agent in &agents {
            assert!(open.iter().filter(|(_, holder)| holder == agent).count() <= 2);
        }
        assert!(!open.is_empty(), "chats wait although there is room");
        let resolving = open.iter().enumerate().map(|(n, (it, agent))| {
            let (desk, ws, it, agent) = (if n % 2 == 0 { s.desk.clone() } else { second.clone() }, s.fresh.workspace, *it, *agent);
            tokio::spawn(async move { desk.resolve(ws, agent, it).await.unwrap() })
        });
        for resolving in resolving.collect::<Vec<_>>() {
            resolving.await.unwrap();
            done += 1;
        }
    }
    let mut numbers = Vec::new();
    for it in &asked {
        numbers.push(s.ticket(it.id).await.number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=24).collect::<Vec<_>>());
}

async fn a_message_against_resolve_never_stays_unheard(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 100).await;
    for _ in 0..20 {
        let (it, _) = s.waiting().await;
        let (said, resolved) = tokio::join!(s.fresh.say(&it, "Wait"), s.desk.resolve(s.fresh.workspace, ann, it.id));
        said.unwrap();
        resolved.unwrap();
        s.desk.sweep(false).await;
        let (ticket, now) = (s.ticket(it.id).await, s.now(it.id).await);
        assert!(ticket.is_live() || now.answered_seq == now.asked_seq, "either heard before the end, or open again");
        s.check(it.id).await;
    }
}

/// An HTTP server drops the handler of a browser that has gone, wherever it waits.
async fn a_reply_that_was_kept_is_told_whenever_its_browser_goes(on: Engine) {
    let s = story(on).await;
    let (ann, it) = (s.online("Ann", 4).await, s.asked().await);
    let mut ear = s.fresh.chat.bus().subscribe(Topic::Visitor(s.fresh.workspace, it.visitor));
    ear.joined().await;
    let (mut kept, mut gone) = (0, 0);
    for polls in 1..500 {
        let before = s.messages(it.id, Audience::All).await.len();
        let body = format!("gone after {polls}");
        let mut answered = false;
        {
            let mut reply = pin!(s.reply(ann, it.id, &body));
            for _ in 0..polls {
                answered = answered || poll_fn(|context| Poll::Ready(reply.as_mut().poll(context).is_ready())).await;
                if answered {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        if s.messages(it.id, Audience::All).await.iter().skip(before).any(|message| message.body == body) {
            kept += 1;
            let told = async {
                loop {
                    if let Heard::News(news) = ear.next().await
                        && matches!(&*news, News::Message { message } if message.body == body)
                    {
                        return;
                    }
                }
            };
            assert!(tokio::time::timeout(Duration::from_secs(5), told).await.is_ok(), "{body} is in the record, and nobody knows");
        } else {
            gone += 1;
        }
        if answered {
            break;
        }
    }
    assert!(kept > 0 && gone > 0, "{kept} kept, {gone} not");
}
