use super::*;
use crate::{Csat, Error, Status};

chat::on_every_engine!(
    closing_asks_once_and_a_new_closing_asks_again,
    a_message_after_the_end_comes_back_to_the_same_agent_or_to_the_queue,
    long_after_the_end_the_bot_answers_first,
    a_handover_soon_after_a_return_is_the_same_ticket_and_agent,
    the_run_loop_hears_a_message_without_a_sweep
);

async fn closing_asks_once_and_a_new_closing_asks_again(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    let (ws, visitor) = (s.fresh.workspace, it.visitor);
    assert_eq!(s.desk.csat_state(ws, it.id).await.unwrap(), None);
    assert!(matches!(s.desk.csat(ws, visitor, it.id, 5, "").await, Err(Error::NotOpen)));
    s.desk.resolve(ws, ann, it.id).await.unwrap();
    assert_eq!(s.desk.csat_state(ws, it.id).await.unwrap(), Some(Csat::Ask));
    for wrong in [0, 6, -1, i64::MAX] {
        assert!(matches!(s.desk.csat(ws, visitor, it.id, wrong, "").await, Err(Error::Invalid(_))));
    }
    assert!(matches!(s.desk.csat(ws, s.fresh.chat.id(), it.id, 5, "").await, Err(Error::NotFound)));
    s.desk.csat(ws, visitor, it.id, 4, " good ").await.unwrap();
    s.desk.csat(ws, visitor, it.id, 1, "again").await.unwrap();
    assert_eq!(s.desk.csat_state(ws, it.id).await.unwrap(), Some(Csat::Given));
    let said = s.desk.opinions(ws, it.id).await.unwrap();
    assert_eq!((said.len(), said[0].score, said[0].comment.as_str()), (1, 4, "good"));
    s.later(60);
    s.beat(ann).await;
    s.desk.reopen(ws, ann, it.id).await.unwrap();
    assert_eq!(s.desk.csat_state(ws, it.id).await.unwrap(), None);
    s.desk.resolve(ws, ann, it.id).await.unwrap();
    assert_eq!(s.desk.csat_state(ws, it.id).await.unwrap(), Some(Csat::Ask));
    assert_eq!(s.events(it.id).await, ["handed_over", "resolved", "reopened", "resolved"]);
}

async fn a_message_after_the_end_comes_back_to_the_same_agent_or_to_the_queue(on: Engine) {
    for (ann_is_here, events) in [(true, "reopened"), (false, "queued")] {
        let s = story(on).await;
        let ann = s.online("Ann", 4).await;
        let (it, _) = s.waiting().await;
        s.desk.resolve(s.fresh.workspace, ann, it.id).await.unwrap();
        s.later(120);
        if ann_is_here {
            s.beat(ann).await;
        }
        s.fresh.say(&it, "One more thing").await.unwrap();
        s.desk.sweep(false).await;
        let ticket = s.ticket(it.id).await;
        assert_eq!((ticket.status, ticket.agent), (Status::Open, ann_is_here.then_some(ann)));
        assert_eq!(s.events(it.id).await.last().unwrap(), events);
        assert_eq!(s.now(it.id).await.closed_at, None);
        s.check(it.id).await;
    }
}

async fn long_after_the_end_the_bot_answers_first(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.desk.resolve(s.fresh.workspace, ann, it.id).await.unwrap();
    s.later(8 * 24 * 3_600);
    let seq = s.fresh.say(&it, "Another question").await.unwrap();
    s.desk.sweep(false).await;
    let now = s.now(it.id).await;
    assert_eq!(now.speaker, Speaker::Bot);
    assert!(now.asked_seq == seq && now.answered_seq < seq, "the bot's turn is due");
    let again = s.desk.escalate(s.handover(&it)).await.unwrap();
    assert_eq!(again.number, 2);
}

async fn a_handover_soon_after_a_return_is_the_same_ticket_and_agent(on: Engine) {
    let s = story(on).await;
    let (ann, _) = (s.online("Ann", 1).await, s.online("Bob", 4).await);
    let it = s.asked().await;
    s.desk.take(s.fresh.workspace, ann, it.id).await.unwrap();
    s.desk.give_back(s.fresh.workspace, ann, it.id).await.unwrap();
    let ticket = s.desk.escalate(s.handover(&it)).await.unwrap();
    assert_eq!((ticket.number, ticket.agent, ticket.reason), (1, Some(ann), Reason::Unanswered));
    s.check(it.id).await;
}

async fn the_run_loop_hears_a_message_without_a_sweep(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (it, _) = s.waiting().await;
    s.desk.pend(s.fresh.workspace, ann, it.id).await.unwrap();
    let desk = Desk::new(Config { sweep_s: 3_600, ..Config::default() }, s.fresh.chat.clone());
    let cancel = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn({
        let cancel = cancel.clone();
        async move { desk.run(cancel).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    s.fresh.say(&it, "Here I am").await.unwrap();
    for _ in 0..100 {
        if s.ticket(it.id).await.status == Status::Open {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(s.ticket(it.id).await.status, Status::Open);
    cancel.cancel();
    running.await.unwrap();
}
