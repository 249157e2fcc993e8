//! A takeover while the bot speaks: nothing of the bot comes after it.

use std::sync::atomic::Ordering::SeqCst;

use super::*;

const LONG: &str =
    "[1]\nIt takes five days [1] and then some more days pass while the bank looks at it and you wait for it to arrive at your card. [1]";

/// An agent takes the conversation over, as the desk does.
async fn take_over(house: &House, of: &Conversation) -> i64 {
    let agent: chat::AgentId = house.fresh.chat.id();
    let mut tx = house.fresh.chat.begin().await.expect("a transaction");
    let epoch = chat::speaker::change(&mut tx, of.workspace, of.id, None, Speaker::Agent(agent)).await.expect("a takeover");
    tx.commit().await.expect("committed");
    house.fresh.chat.speaker_changed(of.workspace, of.visitor, of.id, epoch);
    epoch
}

#[tokio::test]
async fn a_takeover_stops_the_model_at_once() {
    let (house, fake) = House::new(Some(Script::Say(LONG, Duration::from_millis(30)))).await;
    let fake = fake.expect("a fake");
    let mut closed = Vec::new();
    for trial in 0..20 {
        let it = house.conversation("en").await;
        let before = fake.dropped.load(SeqCst);
        let seen = drafts(&house, &it).await;
        house.fresh.say(&it, "How long does a refund take?").await.expect("said");
        let asked = fake.asked.lock().len();
        within(|| async { (fake.asked.lock().len() > asked).then_some(()) }).await;
        tokio::time::sleep(Duration::from_millis(10 + 20 * trial)).await;
        take_over(&house, &it).await;
        let began = std::time::Instant::now();
        within(|| async { (fake.dropped.load(SeqCst) > before).then_some(()) }).await;
        closed.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert!(house.messages(&it).await.iter().all(|message| message.author != Author::Bot), "trial {trial}");
        if seen.is_finished() {
            assert!(!seen.await.expect("drafts").1, "trial {trial}: a message took the draft's place");
        }
        let turns = house.bot.turns(it.workspace, it.id, 1).await.expect("turns");
        assert_eq!(turns[0].outcome.as_deref(), Some("cancelled"), "trial {trial}");
    }
    closed.sort();
    // The median, because a busy machine may stop this process for longer than that.
    assert!(closed[10] < Duration::from_millis(100), "requests were closed after {closed:?}");
}

#[tokio::test]
async fn a_takeover_nobody_was_told_of_still_refuses_the_answer() {
    let (house, _) = House::new(Some(Script::Say("[1]\nFive days. [1]", Duration::from_millis(60)))).await;
    let it = house.conversation("en").await;
    house.fresh.say(&it, "How long does a refund take?").await.expect("said");
    within(|| async { house.now(&it).await.turn }).await;
    let agent: chat::AgentId = house.fresh.chat.id();
    let mut tx = house.fresh.chat.begin().await.expect("a transaction");
    chat::speaker::change(&mut tx, it.workspace, it.id, None, Speaker::Agent(agent)).await.expect("a takeover");
    tx.commit().await.expect("committed");
    within(|| async {
        let turns = house.bot.turns(it.workspace, it.id, 1).await.expect("turns");
        turns.first().and_then(|turn| turn.outcome.clone())
    })
    .await;
    assert_eq!(house.messages(&it).await.len(), 1, "the bot said nothing");
}

#[tokio::test]
async fn the_bot_that_got_the_word_back_waits_for_the_next_message() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    take_over(&house, &it).await;
    house.fresh.say(&it, "How long does a refund take?").await.expect("said");
    let mut tx = house.fresh.chat.begin().await.expect("a transaction");
    let epoch = chat::speaker::change(&mut tx, it.workspace, it.id, None, Speaker::Bot).await.expect("given back");
    tx.commit().await.expect("committed");
    house.fresh.chat.speaker_changed(it.workspace, it.visitor, it.id, epoch);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(house.messages(&it).await.len(), 1);
    assert_eq!(house.ask(&it, "How do I change my password?").await.author, Author::Bot);
}
