//! Passages that contradict one another: the bot asks which is meant, with a model and without.

use super::*;

const ASKED: &str = "How long does delivery take?";
const BASIC: &str = "Basic plan: parcels arrive within 5 days.";
const EXPRESS: &str = "Express plan: parcels arrive within 2 days.";

async fn contradicting(script: Option<Script>) -> House {
    let (house, _) = House::new(script).await;
    let (workspace, knowledge) = (house.fresh.workspace, &house.bot.inner.knowledge);
    for answer in [BASIC, EXPRESS] {
        let shelf = knowledge::library::create(&house.fresh.chat, workspace, answer).await.expect("a library");
        knowledge.write_answer(workspace, shelf.id, ASKED, answer).await.expect("an answer");
    }
    let query = knowledge::Query { text: ASKED.into(), reader: knowledge::Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
    let both = |found: knowledge::Found| found.hits.iter().filter(|hit| hit.passage.heading == ASKED).count() == 2;
    within(|| async { knowledge.search(workspace, &query).await.ok().filter(|found| both(found.clone())) }).await;
    house
}

async fn rule(house: &House, reply: &Message) -> String {
    house.turn(reply).await.rule
}

#[tokio::test]
async fn it_is_asked_which_is_meant_and_the_answer_is_that_one() {
    let house = contradicting(None).await;
    for (said, expected, other) in [("the express one", EXPRESS, "5 days"), (BASIC, BASIC, "2 days")] {
        let it = house.conversation("en").await;
        let asked = house.ask(&it, ASKED).await;
        assert_eq!(rule(&house, &asked).await, "passages_disagree", "{}", asked.body);
        let labels: Vec<&str> = asked.extra.buttons.iter().map(|button| button.label.as_str()).collect();
        assert!(labels.contains(&BASIC) && labels.contains(&EXPRESS) && labels.len() == 3, "{labels:?}");
        assert!(asked.extra.citations.is_empty(), "nothing is answered yet");
        let answer = house.ask(&it, said).await;
        assert_eq!(rule(&house, &answer).await, "passages", "{}", answer.body);
        assert!(answer.body.contains(expected.split(": ").last().expect("a fact")) && !answer.body.contains(other), "{}", answer.body);
    }
}

#[tokio::test]
async fn who_cannot_say_which_gets_a_person() {
    let house = contradicting(None).await;
    let it = house.conversation("en").await;
    house.ask(&it, ASKED).await;
    let again = house.ask(&it, ASKED).await;
    assert_eq!(rule(&house, &again).await, "disagree_again");
    assert_eq!(house.ticket(&it).await.reason, ticketing::Reason::Unanswered);
}

#[tokio::test]
async fn a_model_is_not_asked_to_choose() {
    let house = contradicting(Some(Script::Say("[1]\nTwo days. [1]", Duration::ZERO))).await;
    let it = house.conversation("en").await;
    let asked = house.ask(&it, ASKED).await;
    assert_eq!(rule(&house, &asked).await, "passages_disagree");
    let answer = house.ask(&it, "express").await;
    assert_eq!((rule(&house, &answer).await.as_str(), answer.body.as_str()), ("model", "Two days. [1]"));
    assert!(answer.extra.citations.iter().all(|citation| !citation.text.contains("5 days")), "{:?}", answer.extra.citations);
}

#[tokio::test]
async fn a_question_that_tells_which_is_answered() {
    let house = contradicting(None).await;
    let it = house.conversation("en").await;
    let answer = house.ask(&it, "How long does delivery take with the express plan?").await;
    assert_ne!(rule(&house, &answer).await, "passages_disagree", "{}", answer.body);
}

#[tokio::test]
async fn what_is_far_less_likely_does_not_disagree() {
    let house = contradicting(None).await;
    let query = knowledge::Query { text: ASKED.into(), reader: knowledge::Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
    let mut found = house.bot.inner.knowledge.search(house.fresh.workspace, &query).await.expect("found");
    found.hits.retain(|hit| hit.passage.heading == ASKED);
    for (confidences, expected) in [([0.9, 0.5], 2), ([0.5, 0.9], 2), ([0.9, 0.4], 0), ([0.4, 0.2], 0), ([0.2, 0.2], 0)] {
        for (hit, confidence) in found.hits.iter_mut().zip(confidences) {
            (hit.kept, hit.confidence) = (true, confidence);
        }
        assert_eq!(crate::think::disagree::alternatives(&found, ASKED, 0.33).len(), expected, "{confidences:?}");
    }
}
