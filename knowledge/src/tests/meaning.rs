//! Search with an embedding endpoint that answers, fails, lies, and comes back.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{ask, take, titles};
use crate::{Config, Knowledge, Upload};

const WELL: u8 = 0;
const BROKEN: u8 = 1;
const GARBAGE: u8 = 2;
const SILENT: u8 = 3;

/// Gives each text one of a few directions by what it is about.
async fn endpoint() -> (String, Arc<AtomicU8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let mood = Arc::new(AtomicU8::new(WELL));
    let now = mood.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, now.clone()));
        }
    });
    (base, mood)
}

async fn serve(mut stream: tokio::net::TcpStream, mood: Arc<AtomicU8>) {
    let mut request = Vec::new();
    let mut chunk = [0; 16_384];
    loop {
        let Ok(read @ 1..) = stream.read(&mut chunk).await else { return };
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() < length {
            continue;
        }
        let answer = match mood.load(Ordering::SeqCst) {
            BROKEN => "HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
            GARBAGE => "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
            SILENT => return std::future::pending().await,
            _ => {
                let body = vectors(body);
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            }
        };
        drop(stream.write_all(answer.as_bytes()).await);
        request.clear();
    }
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
    // The model does not speak Chinese: words alone decide.
    let found = ask(&knowledge, fresh.workspace, "怎么退货").await;
    assert!(titles(&found) == ["怎么退货？"] && found.hits[0].vector.is_none());
}

#[tokio::test]
async fn a_model_that_fails_costs_meaning_and_nothing_else() {
    let fresh = chat::testing::fresh().await.unwrap();
    let (base, mood) = endpoint().await;
    mood.store(BROKEN, Ordering::SeqCst);
    let knowledge = Knowledge::open(config(&base), fresh.chat.clone(), &fresh.folder).await.unwrap();
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    for failing in [BROKEN, GARBAGE, SILENT] {
        mood.store(failing, Ordering::SeqCst);
        fresh.clock.advance(31_000);
        let found = ask(&knowledge, fresh.workspace, "how do I change the password").await;
        assert_eq!(titles(&found)[0], "How do I change my password?", "mood {failing}");
        assert!(found.hits.iter().all(|hit| hit.vector.is_none()));
    }
    mood.store(WELL, Ordering::SeqCst);
    fresh.clock.advance(31_000);
    knowledge.ready(fresh.workspace).await.unwrap();
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "money back").await)[0], "What is the refund policy?");
    // It goes away for good: what is indexed stays, and new passages wait for their vectors.
    mood.store(SILENT, Ordering::SeqCst);
    let more = format!("{FAQ}How do I get a login?,Ask your admin.\n");
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", more.into())).await.unwrap();
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "get a login").await)[0], "How do I get a login?");
    assert_eq!(knowledge.indexed(fresh.workspace), 5);
    mood.store(WELL, Ordering::SeqCst);
    fresh.clock.advance(31_000);
    knowledge.ready(fresh.workspace).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "password trouble").await;
    assert!(found.hits.iter().any(|hit| hit.passage.title == "How do I get a login?" && hit.vector.is_some()), "{:?}", titles(&found));
}
