//! Search with an embedding endpoint that answers, fails, lies, and comes back.

use super::{
    ask,
    scripted::{BROKEN, GARBAGE, SILENT, WELL},
    take, titles,
};
use crate::{Config, Knowledge, Upload, gap};

/// Gives each text one of a few directions by what it is about.
async fn endpoint() -> (String, std::sync::Arc<super::scripted::Script>) {
    super::scripted::endpoint(vectors).await
}

fn vectors(body: &str) -> String {
    let request: serde_json::Value = serde_json::from_str(body).unwrap();
    let texts: Vec<&str> = request["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    let data: Vec<serde_json::Value> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| serde_json::json!({"object": "embedding", "index": n, "embedding": direction(text)}))
        .collect();
    serde_json::json!({"object": "list", "data": data, "model": "test", "usage": {"prompt_tokens": 1, "total_tokens": 1}}).to_string()
}

fn direction(text: &str) -> [f32; 4] {
    let text = text.to_lowercase();
    let about = |words: &[&str]| if words.iter().any(|word| text.contains(word)) { 1.0 } else { 0.05 };
    [about(&["refund", "money back"]), about(&["parcel", "delivery"]), about(&["password", "login"]), 0.1]
}

const FAQ: &str = "question,answer\nWhat is the refund policy?,Within 14 days.\nWhere is my parcel?,See the tracking page.\nHow do I change my password?,In the settings.\n怎么退货？,七天内可退。\n";

fn config(base: &str) -> Config {
    let mut config = Config::default();
    config.embeddings.base_url = base.to_owned();
    config.embeddings.model = "test".into();
    config.embeddings.seconds = 1;
    config
}

#[tokio::test]
async fn meaning_finds_what_words_do_not() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, _) = endpoint().await;
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "money back please").await;
    assert_eq!(titles(&found)[0], "What is the refund policy?");
    assert!(found.hits[0].vector.unwrap() > 0.9 && found.hits[0].kept && found.hits[0].confidence > 0.5, "{:?}", found.hits[0]);
    assert!(found.hits.iter().skip(1).all(|hit| !hit.kept));
    let (meaning, tried) = (knowledge.meaning(fresh.workspace).unwrap(), knowledge.try_meaning().await.unwrap());
    assert_eq!((meaning.name.as_str(), meaning.passages, meaning.waiting, meaning.rests, tried.size), ("test", 4, 0, false, 4));
    assert!(base.contains(&meaning.hosts[0]) && knowledge.opinion().is_none() && knowledge.try_opinion().await.is_none());
    // The model does not speak Chinese: words alone decide.
    let found = ask(&knowledge, fresh.workspace, "怎么退货").await;
    assert!(titles(&found) == ["怎么退货？"] && found.hits[0].vector.is_none());
}

#[tokio::test]
async fn a_question_that_says_only_who_asks_is_not_sent() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, script) = endpoint().await;
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    ask(&knowledge, fresh.workspace, "money back please").await;
    let asked = script.asked();
    ask(&knowledge, fresh.workspace, "jo@shop.example").await;
    assert_eq!(script.asked(), asked);
    assert!(ask(&knowledge, fresh.workspace, "money back please").await.hits[0].vector.is_some(), "and the model is not left alone for it");
}

#[tokio::test]
async fn gaps_that_mean_the_same_are_one_where_a_model_tells() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, mood) = endpoint().await;
    let questions = ["May I have my money back?", "Is a refund possible?", "Where is the parcel?", "怎么退货？"];
    let (with, without) = (config(&base), Config::default());
    for question in questions {
        let new = gap::New {
            conversation: None,
            seq: None,
            question: question.into(),
            locale: "en".into(),
            reason: "no_passage".into(),
            score: 0.0,
        };
        gap::note(&fresh.chat, fresh.workspace, new).await.unwrap();
        fresh.clock.advance(1);
    }
    let grouped = async |knowledge: &Knowledge| {
        let clusters = gap::clusters(knowledge, fresh.workspace).await.unwrap();
        clusters.into_iter().map(|cluster| cluster.also.len()).collect::<Vec<_>>()
    };
    let knowledge = Knowledge::throwaway(without, fresh.chat.clone()).await.unwrap();
    assert_eq!(grouped(&knowledge).await, [0, 0, 0, 0], "their words have nothing in common");
    let knowledge = Knowledge::throwaway(with, fresh.chat.clone()).await.unwrap();
    assert_eq!(grouped(&knowledge).await, [1, 0, 0]);
    let asked = mood.asked();
    assert_eq!(grouped(&knowledge).await, [1, 0, 0]);
    assert_eq!(mood.asked(), asked, "what a question means is asked once");
    assert!(!mood.last().contains("退货"), "the model does not speak Chinese");
}

#[tokio::test]
async fn nobody_is_named_to_an_endpoint() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, script) = endpoint().await;
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    let faq =
        "question,answer\nWho knows about refunds?,Write to jo.doe@shop.example or call +49 30 901820.\njo@shop.example,jo@shop.example\n";
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", faq.into())).await.unwrap();
    knowledge.ready(fresh.workspace).await.unwrap();
    let sent = script.last();
    assert!(sent.contains("Who knows about refunds?") && sent.contains("Write to"), "{sent}");
    assert!(!sent.contains("shop.example") && !sent.contains("901820"), "{sent}");
    let found = ask(&knowledge, fresh.workspace, "money back: who knows?").await;
    assert!(found.hits[0].passage.text.contains("jo.doe@shop.example") && found.hits[0].vector.is_some(), "{:?}", found.hits[0]);
    assert_eq!(knowledge.meaning(fresh.workspace).unwrap().waiting, 0);
}

#[tokio::test]
async fn a_model_that_fails_costs_meaning_and_nothing_else() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, mood) = endpoint().await;
    mood.behave(BROKEN);
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    for failing in [BROKEN, GARBAGE, SILENT] {
        mood.behave(failing);
        fresh.clock.advance(31_000);
        let found = ask(&knowledge, fresh.workspace, "how do I change the password").await;
        assert_eq!(titles(&found)[0], "How do I change my password?", "mood {failing}");
        assert!(found.hits.iter().all(|hit| hit.vector.is_none()));
    }
    mood.behave(WELL);
    fresh.clock.advance(31_000);
    knowledge.ready(fresh.workspace).await.unwrap();
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "money back").await)[0], "What is the refund policy?");
    // It goes away for good: what is indexed stays, and new passages wait for their vectors.
    mood.behave(SILENT);
    let more = format!("{FAQ}How do I get a login?,Ask your admin.\n");
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", more.into())).await.unwrap();
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "get a login").await)[0], "How do I get a login?");
    assert_eq!(knowledge.indexed(fresh.workspace), 5);
    mood.behave(WELL);
    fresh.clock.advance(31_000);
    knowledge.ready(fresh.workspace).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "password trouble").await;
    assert!(found.hits.iter().any(|hit| hit.passage.title == "How do I get a login?" && hit.vector.is_some()), "{:?}", titles(&found));
}

/// Another model behind the same name.
fn turned(body: &str) -> String {
    let mut answer: serde_json::Value = serde_json::from_str(&vectors(body)).unwrap();
    for entry in answer["data"].as_array_mut().unwrap() {
        entry["embedding"].as_array_mut().unwrap().rotate_left(1);
    }
    answer.to_string()
}

#[tokio::test]
async fn a_spare_address_serves_when_the_first_fails_if_it_is_the_same_model() {
    let fresh = chat::testing::fresh().await.unwrap();
    let ((base, mood), (same, _), (other, others)) = (endpoint().await, endpoint().await, super::scripted::endpoint(turned).await);
    let mut config = config(&base);
    config.embeddings.spares = vec![other, same];
    let knowledge = Knowledge::open(config, fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "money back please").await)[0], "What is the refund policy?");
    assert_eq!(others.asked(), 0);
    for failing in [BROKEN, GARBAGE, SILENT] {
        mood.behave(failing);
        fresh.clock.advance(31_000);
        let before = others.asked();
        let found = ask(&knowledge, fresh.workspace, "money back please").await;
        assert!(
            titles(&found)[0] == "What is the refund policy?" && found.hits[0].vector.unwrap() > 0.9,
            "mood {failing}: {:?}",
            found.hits
        );
        assert_eq!(others.asked() - before, 1, "another model is asked for nothing but who it is");
    }
}

#[tokio::test]
async fn a_model_in_a_folder_is_used_for_what_it_speaks() {
    let fresh = chat::testing::fresh().await.unwrap();
    let model = tempfile::tempdir().unwrap();
    crate::embed::tiny(model.path());
    let mut config = Config::default();
    config.embeddings.folder = model.path().to_string_lossy().into_owned();
    let knowledge = Knowledge::open(config.clone(), fresh.chat.clone(), &fresh.folder).await.unwrap();
    let faq = "question,answer\nHow do I get my money back?,do\nWhere is my parcel?,back\n怎么申请开发票？,七天内寄出。\n";
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", faq.into())).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "where is my parcel").await;
    assert!(titles(&found)[0] == "Where is my parcel?" && found.hits[0].vector.is_some(), "{:?}", found.hits);
    assert!(found.hits.iter().all(|hit| hit.passage.language == "en"), "what the model does not speak has no place among its neighbours");
    let found = ask(&knowledge, fresh.workspace, "怎么开发票").await;
    assert!(titles(&found) == ["怎么申请开发票？"] && found.hits[0].vector.is_none());
    // Other weights are another model: the index is made anew.
    config.embeddings.folder = model.path().join("gone").to_string_lossy().into_owned();
    let refused = Knowledge::throwaway(config, fresh.chat.clone()).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        refused.contains("there is no such folder") && refused.contains("config.json, tokenizer.json and model.safetensors"),
        "{refused}"
    );
}
