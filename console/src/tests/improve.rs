//! Why the bot answered, the test set, releases, gaps and the copilot, with scripts off.

use std::time::Duration;

use axum::http::StatusCode;
use chat::agent::Role;
use chat::{Audience, Message, message};
use knowledge::{case, gap, library};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::House;

const QUESTION: &str = "How long does a refund take?";

impl House {
    /// A bot that runs over one answer.
    pub(super) async fn with_bot(&self) -> CancellationToken {
        let shelf = library::create(&self.fresh.chat, self.fresh.workspace, "Shop").await.unwrap();
        self.console.knowledge.write_answer(self.fresh.workspace, shelf.id, QUESTION, "A refund takes five working days.").await.unwrap();
        let (bot, stop) = (self.console.bot.clone(), CancellationToken::new());
        let token = stop.clone();
        tokio::spawn(async move { bot.run(token).await });
        stop
    }

    /// What comes back for what a new visitor says.
    async fn answered(&self, body: &str) -> (chat::ConversationId, Message) {
        let it = self.fresh.conversation("en").await.unwrap();
        let seq = self.fresh.say(&it, body).await.unwrap();
        for _ in 0..600 {
            let all = message::after(self.fresh.chat.store(), it.workspace, it.id, Audience::Staff, seq, 10).await.unwrap();
            if let Some(reply) = all.into_iter().next() {
                return (it.id, reply);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the bot said nothing");
    }
}

#[tokio::test]
async fn why_is_told_in_words_and_asked_again() {
    let house = House::new().await;
    let stop = house.with_bot().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Agent).await;
    let (id, reply) = house.answered(QUESTION).await;
    let page = browser.get(&format!("/console/conversations/{id}")).await;
    let why = format!("/console/conversations/{id}/why/{}", reply.seq);
    assert!(page.text.contains(&why), "every message of the bot leads to it");
    // The turn's end is noted a moment after its message.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let page = browser.get(&why).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in [QUESTION, "A passage is sure enough", "A refund takes five working days.", "Cited", "Altogether"] {
        assert!(page.text.contains(words), "{words} is not on\n{}", page.text);
    }
    let again = browser.act(&why, &[]).await;
    assert!(again.text.contains("Nothing would change"), "{}", again.text);
    assert_eq!(browser.get(&format!("/console/conversations/{id}/why/1")).await.status, StatusCode::NOT_FOUND);
    stop.cancel();
}

/// A model's server that says the same to everybody, and counts tokens.
async fn model() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut text, mut buffer) = (String::new(), [0; 16_384]);
                while !text.trim_end().ends_with('}') {
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    if read == 0 {
                        return;
                    }
                    text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                }
                let words = json!({ "choices": [{ "delta": { "content": "[1]\nFive days. [1]" } }] });
                let used = json!({ "choices": [], "usage": { "prompt_tokens": 1_234, "completion_tokens": 6 } });
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
                drop(stream.write_all(format!("{head}data: {words}\n\ndata: {used}\n\ndata: [DONE]\n\n").as_bytes()).await);
                drop(stream.shutdown().await);
            });
        }
    });
    url
}

#[tokio::test]
async fn why_names_the_models_and_what_they_cost() {
    let house = House::new().await;
    let stop = house.with_bot().await;
    // The first question of all makes the index.
    house.answered(QUESTION).await;
    let model =
        bot::Endpoint { url: model().await, name: "finch-1".into(), input_price: 1.0, output_price: 1.0, ..bot::Endpoint::default() };
    let budget = bot::Budget { currency: "EUR".into(), ..bot::Budget::default() };
    bot::Settings { model, budget, ..bot::Settings::default() }.put(&house.fresh.chat, house.fresh.workspace).await.unwrap();
    let (_, mut browser) = house.signed_in("Ann", Role::Agent).await;
    for words in
        [["Which models were asked", "finch-1", "1,234", "0.00124 EUR"], ["no model was asked", "Five days.", "Cited", "Altogether"]]
    {
        let (id, reply) = house.answered(QUESTION).await;
        // The turn's end is noted a moment after its message.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let page = browser.get(&format!("/console/conversations/{id}/why/{}", reply.seq)).await;
        for words in words {
            assert!(page.text.contains(words), "{words} is not on\n{}", page.text);
        }
    }
    stop.cancel();
}

#[tokio::test]
async fn the_test_set_and_releases_are_the_admins() {
    let house = House::new().await;
    house.with_bot().await.cancel();
    let (_, mut ann) = house.signed_in("Ann", Role::Agent).await;
    for path in ["/console/cases", "/console/releases"] {
        assert_eq!(ann.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let case = [("question", QUESTION), ("expect", "fact"), ("target", "five working days")];
    assert_eq!(ada.act("/console/cases", &case).await.status, StatusCode::SEE_OTHER);
    let again = ada.act("/console/cases", &case).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("There is the same case already"), "{}", again.text);
    let nowhere = ada.act("/console/cases", &[("question", "x"), ("expect", "cite"), ("target", "Nowhere")]).await;
    assert!(nowhere.text.contains("No document has this title"), "{}", nowhere.text);
    let lines = [("lines", "{\"question\":\"A\",\"expect\":\"refuse\"}\nnonsense")];
    assert!(ada.act("/console/cases/import", &lines).await.text.contains("2: "), "the second line is named");
    let store = house.fresh.chat.store();
    let mine = case::list(store, house.fresh.workspace, case::State::Accepted, 10).await.unwrap();
    assert_eq!(mine.len(), 2);
    let at = format!("/console/cases/{}", mine[0].id);
    assert_eq!(ada.get(&at).await.status, StatusCode::OK);
    assert_eq!(ada.act(&at, &[("question", "A?"), ("expect", "hand_over"), ("target", "")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.act(&format!("{at}/decline"), &[]).await.status, StatusCode::SEE_OTHER);
    for state in ["proposed", "accepted", "declined"] {
        assert_eq!(ada.get(&format!("/console/cases?state={state}")).await.status, StatusCode::OK);
    }
    // Off, on, frozen, tested, published, back, off.
    assert!(ada.get("/console/releases").await.text.contains("Every change is live at once"));
    assert_eq!(ada.act("/console/releases", &[]).await.to, "/console/releases");
    let frozen = ada.act("/console/releases", &[("note", "Two")]).await;
    assert!(ada.get("/console/bot").await.text.contains("Tested releases are on"), "what is saved waits");
    let refused = ada.act(&format!("{}/publish", frozen.to), &[]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("not run yet"), "{}", refused.text);
    house.console.bot.run_test().await.unwrap();
    let page = ada.get(&frozen.to).await;
    assert!(page.text.contains("It passes 1 of 1 cases."), "{}", page.text);
    assert_eq!(ada.act(&format!("{}/publish", frozen.to), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.act("/console/releases/back", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/console/releases").await.status, StatusCode::OK);
    assert_eq!(ada.act("/console/releases/off", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(ada.get("/console/releases").await.text.contains("Every change is live at once"));
}

#[tokio::test]
async fn a_gap_is_drafted_from_what_an_agent_answered() {
    let house = House::new().await;
    let stop = house.with_bot().await;
    let (ann, mut browser) = house.signed_in("Ann", Role::Agent).await;
    let (id, _) = house.answered("Do you ship to the Faroe Islands?").await;
    house.answered("shipping to faroe island possible").await;
    let agent = chat::ClientId(uuid::Uuid::now_v7());
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.console.desk.reply(house.fresh.workspace, ann.id, id, agent, "Hello! It takes nine days by boat.").await.unwrap();
    let list = browser.get("/console/gaps").await;
    assert!(list.text.contains("and one that means the same"), "{}", list.text);
    let clusters = gap::clusters(&house.console.knowledge, house.fresh.workspace).await.unwrap();
    assert_eq!((clusters.len(), clusters[0].asked), (1, 2));
    let form = format!("/console/gaps/{}/answer", clusters[0].lead.id);
    let page = browser.get(&form).await;
    assert!(page.text.contains("It takes nine days by boat.") && !page.text.contains(">\nHello!"), "{}", page.text);
    let also = clusters[0].also[0].id.text();
    let sent = [
        ("question", "Do you ship to the Faroe Islands?"),
        ("answer", "It takes nine days by boat."),
        ("library", "Shop"),
        ("also", also.as_str()),
    ];
    assert_eq!(browser.act(&form, &sent).await.status, StatusCode::SEE_OTHER);
    assert_eq!(gap::count(house.fresh.chat.store(), house.fresh.workspace).await.unwrap(), 0);
    stop.cancel();
}

#[tokio::test]
async fn the_copilot_fills_the_composer_and_sends_nothing() {
    let house = House::new().await;
    house.with_bot().await.cancel();
    let (_, mut browser) = house.signed_in("Ann", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, QUESTION).await.unwrap();
    let at = format!("/console/conversations/{}", it.id);
    let page = browser.get(&at).await;
    assert!(page.text.contains("Suggest a reply") && !page.text.contains("Say it shorter"), "other words need a model");
    let help = format!("{at}/copilot");
    let page = browser.act(&help, &[("do", "suggest"), ("body", "")]).await;
    assert!(page.text.contains("A refund takes five working days.</textarea>"), "{}", page.text);
    let page = browser.act(&help, &[("do", "shorter"), ("body", "Long words.")]).await;
    assert!(page.text.contains("Long words.</textarea>") && page.text.contains("Your words are as they were"), "{}", page.text);
    let page = browser.get(&format!("{at}?sum_up=1")).await;
    assert!(page.text.contains(&format!("The visitor asked: {QUESTION}")), "{}", page.text);
    let all = message::after(house.fresh.chat.store(), it.workspace, it.id, Audience::Staff, 0, 10).await.unwrap();
    assert_eq!(all.len(), 1, "nothing was sent");
}

#[tokio::test]
async fn settings_are_tried_on_the_past_month() {
    let house = House::new().await;
    let stop = house.with_bot().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    house.answered(QUESTION).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let page = ada.get("/console/bot").await;
    assert!(page.text.contains("Too few questions so far"), "{}", page.text);
    let settings =
        |from: &'static str| vec![("name", "Finch"), ("answer_from", from), ("model_from", "0.0"), ("max_failed", "3"), ("mode", "live")];
    let page = ada.act("/console/bot/try", &settings("1")).await;
    assert!(page.text.contains("1 of 1 would have come to something else."), "{}", page.text);
    let page = ada.act("/console/bot/try", &settings("0.1")).await;
    assert!(page.text.contains("0 of 1 would have come to something else."), "{}", page.text);
    assert_eq!(
        bot::Settings::get(&house.fresh.chat, house.fresh.workspace).await.unwrap().answer_from,
        bot::Settings::default().answer_from,
        "nothing was saved"
    );
    stop.cancel();
}

#[tokio::test]
async fn every_task_tells_its_models_and_one_is_tried() {
    let house = House::new().await;
    let (_, mut ben) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(ben.get("/console/models").await.status, StatusCode::FORBIDDEN);
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let page = ada.get("/console/models").await.text;
    for words in ["No model: the bot quotes the sources.", "no model is asked", "the search is by words alone", "No rerank endpoint"] {
        assert!(page.contains(words), "{words} is not on\n{page}");
    }
    let model = bot::Endpoint { url: "http://127.0.0.1:9/v1".into(), name: "finch-1".into(), ..bot::Endpoint::default() };
    bot::Settings { model, ..bot::Settings::default() }.put(&house.fresh.chat, house.fresh.workspace).await.unwrap();
    let page = ada.get("/console/models").await.text;
    assert_eq!(page.matches("value=\"answer finch-1\"").count(), 1, "{page}");
    assert!(page.contains("Workspace → Bot") && page.contains("value=\"copilot finch-1\""), "{page}");
    let tried = ada.act("/console/models/try", &[("try", "summary finch-1")]).await.text;
    assert!(tried.contains("finch-1") && tried.contains("Nothing answers at this address"), "{tried}");
    let none = ada.act("/console/models/try", &[("try", "meaning")]).await.text;
    assert!(none.contains("It gave no answer"), "{none}");
    assert_eq!(ada.act("/console/models/try", &[("try", "nothing")]).await.status, StatusCode::NOT_FOUND);
}
