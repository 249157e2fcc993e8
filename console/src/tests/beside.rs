//! What the bot thought beside people: listed for all and for a conversation, with why, and for nobody who may not read it.

use chat::{Append, Author, ClientId, ConversationId};

use super::*;

/// A question, what the bot would have said to it, and what a person said.
async fn thought(
    house: &House,
    question: &str,
    (mode, body): (&str, &str),
    people: Option<&str>,
    agreement: Option<f64>,
) -> ConversationId {
    let (fresh, chat) = (&house.fresh, &house.fresh.chat);
    let it = fresh.conversation("en").await.unwrap();
    let asked = fresh.say(&it, question).await.unwrap();
    let mut reply = None;
    if let Some(said) = people {
        let append = Append::new(it.workspace, it.id, chat.id(), Author::Agent(chat.id()), said);
        reply = Some(chat.append(append).await.unwrap().message.seq);
    }
    let trace = serde_json::json!({ "question": question, "query": question, "rules": ["passages"], "signals": { "intent": "billing" } });
    let outcome = if body.is_empty() { "handover" } else { "answer" };
    sqlx::query(
        "INSERT INTO beside (conversation_id, asked_seq, workspace_id, client_id, mode, until, outcome, topic, body, reply_seq, agreement, created_at, finished_at, trace)
         VALUES ($1, $2, $3, $4, $5, 0, $6, '', $7, $8, $9, $10, $10, $11)",
    )
    .bind(it.id.text())
    .bind(asked)
    .bind(it.workspace.text())
    .bind(chat.id::<ClientId>().text())
    .bind(mode)
    .bind(outcome)
    .bind(body)
    .bind(reply)
    .bind(agreement)
    .bind(chat.now())
    .bind(trace.to_string())
    .execute(chat.store().write())
    .await
    .unwrap();
    it.id
}

#[tokio::test]
async fn what_the_bot_thought_is_read_beside_what_people_said() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let same = thought(&house, "How long is a refund?", ("shadow", "It takes five days. [1]"), Some("Five days, mostly."), Some(0.8)).await;
    thought(&house, "Where is my parcel?", ("draft", "It is on its way. [1]"), Some("Please tell me the number."), Some(0.1)).await;
    thought(&house, "Can you call me?", ("shadow", ""), None, None).await;
    let questions = ["How long is a refund?", "Where is my parcel?", "Can you call me?"];
    for (which, expected) in
        [("all", [true, true, true]), ("same", [true, false, false]), ("apart", [false, true, false]), ("open", [false, false, true])]
    {
        let page = ada.get(&format!("/console/beside?which={which}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(questions.map(|question| page.text.contains(question)), expected, "{which}");
    }
    let page = ada.get("/console/beside").await.text;
    assert!(page.contains("It takes five days.") && page.contains("Five days, mostly.") && page.contains("billing"), "{page}");
    // One conversation, from its own page, and why.
    let own = format!("/console/conversations/{same}/beside");
    assert!(ada.get(&format!("/console/conversations/{same}")).await.text.contains(&own));
    let page = ada.get(&own).await.text;
    assert!(page.contains(questions[0]) && !page.contains(questions[1]), "{page}");
    let why = ada.get(&format!("{own}/1")).await;
    assert!(why.status == StatusCode::OK && why.text.contains("the visitor has not read it") && why.text.contains("It takes five days."));
    let again = ada.act(&format!("{own}/1"), &[]).await;
    assert!(again.status == StatusCode::OK && again.text.contains("the visitor has not read it"), "{}", again.text);
    assert_eq!(ada.get(&format!("{own}/7")).await.status, StatusCode::NOT_FOUND);
    // An agent reads a conversation's; all of them are the admins'.
    let (_, mut ben) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(ben.get(&own).await.status, StatusCode::OK);
    assert_eq!(ben.get("/console/beside").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_nothing_twice() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    for n in 0..25 {
        thought(&house, &format!("Question number {n}."), ("shadow", "Yes. [1]"), None, None).await;
    }
    let (mut at, mut seen) = ("/console/beside?which=open".to_owned(), 0);
    for _ in 0..3 {
        let page = ada.get(&at).await.text;
        seen += page.matches("Question number ").count();
        let Some(next) = page.split("href=\"").find(|link| link.contains("after=")).and_then(|link| link.split('"').next()) else { break };
        at = next.replace("&amp;", "&");
    }
    assert_eq!(seen, 25);
}
