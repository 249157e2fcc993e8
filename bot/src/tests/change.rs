//! What the visitor edits or takes back while the bot reads it.

use chat::Append;

use super::*;

const SLOW: Script =
    Script::Say("[1]\nIt takes five days [1] and then some more days pass while the bank looks at it.", Duration::from_millis(80));

async fn change(house: &House, of: &Conversation, seq: i64, body: Option<&str>) {
    let author = Author::Visitor(of.visitor);
    let id = house.fresh.chat.id();
    let append = match body {
        Some(body) => Append::edit(of.workspace, (of.id, seq), id, author, body, 60_000),
        None => Append::recall(of.workspace, (of.id, seq), id, author, 60_000),
    };
    house.fresh.chat.append(append).await.expect("changed");
}

#[tokio::test]
async fn a_question_that_was_taken_back_is_not_answered() {
    let (house, fake) = House::new(Some(SLOW)).await;
    let fake = fake.expect("a fake");
    let it = house.conversation("en").await;
    let seq = house.fresh.say(&it, "How long does a refund take?").await.expect("said");
    within(|| async { (!fake.asked.lock().is_empty()).then_some(()) }).await;
    change(&house, &it, seq, None).await;
    within(|| async {
        let turns = house.bot.turns(it.workspace, it.id, 1).await.expect("turns");
        turns.first().and_then(|turn| turn.outcome.clone()).filter(|outcome| outcome == "cancelled")
    })
    .await;
    // Longer than any sweep that would find it due.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(house.messages(&it).await.iter().all(|message| message.author != Author::Bot));
    let now = house.now(&it).await;
    assert!(now.turn.is_none() && now.answered_seq == now.asked_seq, "{now:?}");
    // What is asked next is answered, and nobody is told what was taken back.
    let reply = house.ask(&it, "Which countries do you ship to?").await;
    assert_eq!(reply.author, Author::Bot, "{reply:?}");
    let asked = format!("{:?}", fake.asked.lock().last());
    assert!(asked.contains("countries") && !asked.contains("refund take"), "{asked}");
}

#[tokio::test]
async fn an_edited_question_is_answered_as_it_stands() {
    let (house, fake) = House::new(Some(SLOW)).await;
    let fake = fake.expect("a fake");
    let it = house.conversation("en").await;
    let seq = house.fresh.say(&it, "How long does a refund take?").await.expect("said");
    within(|| async { (!fake.asked.lock().is_empty()).then_some(()) }).await;
    change(&house, &it, seq, Some("How do I change my password?")).await;
    let reply = house.reply(&it, seq + 1).await;
    assert_eq!(reply.author, Author::Bot, "{reply:?}");
    house.quiet(&it).await;
    let asked = format!("{:?}", fake.asked.lock().last());
    assert!(asked.contains("change my password") && !asked.contains("refund take"), "{asked}");
    let said = house.messages(&it).await.iter().filter(|message| message.author == Author::Bot).count();
    assert_eq!(said, 1, "the words that were there first have no answer");
}
