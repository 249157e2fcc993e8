//! Search with a rerank endpoint that answers, fails in every way, and comes back.

use super::{
    ask,
    scripted::{self, BROKEN, GARBAGE, HUGE, REDIRECT, SILENT, WELL},
    take, titles,
};
use crate::{Config, Knowledge, Upload};

const FAQ: &str = "question,answer\nHow do I return a lamp?,Within 14 days.\nHow do I return a table?,We fetch it.\nHow do I return a chair?,By parcel.\n";

/// The last document is the best one, and what names a chair is not judged.
fn backwards(body: &str) -> String {
    let request: serde_json::Value = serde_json::from_str(body).unwrap();
    let documents = request["documents"].as_array().unwrap();
    let judged = documents.iter().enumerate().filter(|(_, text)| !text.as_str().unwrap().contains("chair"));
    let results: Vec<serde_json::Value> =
        judged.map(|(n, _)| serde_json::json!({"index": n, "relevance_score": n as f64 / 10.0, "document": null})).collect();
    serde_json::json!({"id": "1", "results": results}).to_string()
}

fn lying(body: &str) -> String {
    let one = serde_json::json!({"index": body.len(), "relevance_score": 1.0});
    serde_json::json!({"results": [one]}).to_string()
}

fn config(base: &str) -> Config {
    let mut config = Config::default();
    config.rerank.base_url = base.to_owned();
    config.rerank.model = "judge".into();
    config.rerank.ms = 300;
    config
}

#[tokio::test]
async fn the_order_is_that_of_the_judge_and_nothing_personal_reaches_it() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, script) = scripted::endpoint(backwards).await;
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "return a lamp or table, mail me at jo@example.com").await;
    let scores: Vec<Option<f64>> = found.hits.iter().map(|hit| hit.reranked).collect();
    assert!(scores[0] > scores[1] && scores[1].is_some() && scores[2].is_none(), "{scores:?}");
    assert_eq!(titles(&found)[2], "How do I return a chair?");
    let asked = script.last();
    assert!(
        asked.contains("\"model\":\"judge\"") && asked.contains("return a lamp or table") && !asked.contains("jo@example.com"),
        "{asked}"
    );
    // The very question of an entry needs no judge.
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "How do I return a chair?").await)[0], "How do I return a chair?");
}

#[tokio::test]
async fn a_judge_that_fails_is_left_alone_and_the_search_goes_on() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, script) = scripted::endpoint(backwards).await;
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    for mood in [BROKEN, GARBAGE, SILENT, HUGE, REDIRECT] {
        script.behave(mood);
        let before = script.asked();
        for _ in 0..5 {
            let found = ask(&knowledge, fresh.workspace, "return my lamp").await;
            assert_eq!(titles(&found)[0], "How do I return a lamp?", "mood {mood}");
            assert!(found.hits.iter().all(|hit| hit.reranked.is_none()) && found.took_us < 5_000_000);
        }
        assert_eq!(script.asked() - before, 3, "mood {mood}: after three failures it rests");
        script.behave(WELL);
        fresh.clock.advance(31_000);
        assert!(ask(&knowledge, fresh.workspace, "return my lamp").await.hits[0].reranked.is_some(), "mood {mood}: it is asked again");
    }
    let (base, _) = scripted::endpoint(lying).await;
    let knowledge = Knowledge::throwaway(config(&base), fresh.chat.clone()).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "return my lamp").await;
    assert!(titles(&found)[0] == "How do I return a lamp?" && found.hits[0].reranked.is_none());
}
