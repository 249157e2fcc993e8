//! Forms that come back keep what was typed, and say what is wrong in the reader's language.

use axum::http::StatusCode;
use bot::{Endpoint, Settings};
use chat::agent::Role;
use knowledge::{LONGEST_QUESTION, case, gap, library};

use super::House;

/// The form of the bot's page with a model at an address where nothing answers.
fn bot_form<'a>(key: &'a str, typed: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", "Finch"),
        ("answer_from", "0.4"),
        ("model_from", "0.2"),
        ("max_failed", "3"),
        ("mode", "live"),
        ("model_url", "http://127.0.0.1:9/v1"),
        ("model_name", "finch-1"),
        ("model_key", key),
        ("key_typed", typed),
    ]
}

impl House {
    async fn model(&self) -> Endpoint {
        Settings::get(&self.fresh.chat, self.fresh.workspace).await.unwrap().model
    }
}

#[tokio::test]
async fn a_typed_key_is_saved_after_a_test() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let tested = ada.act("/console/bot/test", &bot_form("sk-very-secret", "")).await;
    assert!(tested.text.contains("Nothing answers at this address"), "{}", tested.text);
    assert!(!tested.text.contains("sk-very-secret"), "a key never travels back");
    let mark = "name=\"key_typed\" value=\"http://127.0.0.1:9/v1\"";
    assert!(tested.text.contains(mark) && tested.text.contains("The key you typed is remembered"), "{}", tested.text);
    // Another fault on the way does not lose it.
    let mut wrong = bot_form("", "http://127.0.0.1:9/v1");
    wrong[1].1 = "nine";
    let refused = ada.act("/console/bot", &wrong).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains(mark), "{}", refused.text);
    // Nobody else has typed it.
    let (_, mut eve) = house.signed_in("Eve", Role::Admin).await;
    let foreign = eve.act("/console/bot", &bot_form("", "http://127.0.0.1:9/v1")).await;
    assert!(foreign.status == StatusCode::UNPROCESSABLE_ENTITY && foreign.text.contains("Type it again"), "{}", foreign.text);
    assert_eq!(house.model().await, Endpoint::default());
    assert_eq!(ada.act("/console/bot", &bot_form("", "http://127.0.0.1:9/v1")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.model().await.key.expose(), "sk-very-secret");
    // Saved again without a word about it, it stays.
    assert_eq!(ada.act("/console/bot", &bot_form("", "")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.model().await.key.expose(), "sk-very-secret");
}

#[tokio::test]
async fn a_key_that_is_not_remembered_any_more_is_asked_for_once() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    ada.act("/console/bot/test", &bot_form("sk-very-secret", "")).await;
    house.fresh.clock.advance(15 * 60_000);
    let late = ada.act("/console/bot", &bot_form("", "http://127.0.0.1:9/v1")).await;
    assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.text.contains("Type it again"), "{}", late.text);
    assert!(late.text.contains("name=\"key_typed\" value=\"\""), "{}", late.text);
    assert_eq!(house.model().await, Endpoint::default(), "nothing was saved without its key");
    assert_eq!(ada.act("/console/bot", &bot_form("", "")).await.status, StatusCode::SEE_OTHER, "a model may have no key");
    assert!(house.model().await.key.is_empty());
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_not_lost() {
    let house = House::new().await;
    let (workspace, chat) = (house.fresh.workspace, &house.fresh.chat);
    let (_, mut ann) = house.signed_in("Ann", Role::Agent).await;
    let new = gap::New {
        conversation: None,
        seq: None,
        question: "Do you ship to Norway?".into(),
        locale: "en".into(),
        reason: "no_passage".into(),
        score: 0.0,
    };
    let id = gap::note(chat, workspace, new).await.unwrap().unwrap();
    let form = format!("/console/gaps/{id}/answer");
    let sent = |question: &'static str| [("question", question), ("answer", "A long answer, to Norway too."), ("library", "Shop")];
    // A question without words is no question.
    let refused = ann.act(&form, &sent("???")).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("A long answer"), "{}", refused.text);
    assert!(refused.text.contains("The question has no words"), "{}", refused.text);
    let long = "how ".repeat(LONGEST_QUESTION / 4 + 1);
    let refused = ann.act(&form, &[("question", &*long), ("answer", "Yes."), ("library", "Shop")]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("too long"), "nothing is cut silently");
    let shelf = library::by_name(chat, workspace, "Shop").await.unwrap();
    gap::answer(&house.console.knowledge, workspace, id, shelf.id, "Do you ship to Norway?", "No.").await.unwrap();
    let late = ann.act(&form, &sent("Do you ship to Norway?")).await;
    assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.text.contains("A long answer, to Norway too."), "{}", late.text);
    assert!(late.text.contains("Somebody has answered this question meanwhile"), "{}", late.text);
    ann.act("/console/language", &[("lang", "zh")]).await;
    let late = ann.act(&form, &sent("Do you ship to Norway?")).await;
    assert!(late.text.contains("已经有人回答了这个问题") && !late.text.contains("meanwhile"), "{}", late.text);
}

#[tokio::test]
async fn a_case_that_cannot_be_kept_comes_back() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let case = [("question", "？！"), ("expect", "fact"), ("target", "five working days")];
    let refused = ada.act("/console/cases", &case).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("five working days"), "{}", refused.text);
    assert!(refused.text.contains("The question has no words"), "{}", refused.text);
    let count = case::count(house.fresh.chat.store(), house.fresh.workspace, None).await.unwrap();
    assert_eq!(count, 0);
    ada.act("/console/language", &[("lang", "zh")]).await;
    let lines = [("lines", "{\"question\":\"A\",\"expect\":\"cite\",\"target\":\"Nowhere\"}\nnonsense")];
    let skipped = ada.act("/console/cases/import", &lines).await.text;
    assert!(skipped.contains("1: 没有名为“Nowhere”的文档") && skipped.contains("2: 这不是有效的 JSON：第 2 行"), "{skipped}");
}

#[tokio::test]
async fn a_page_full_of_rules_is_saved() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let page = ada.get("/console/bot/rules").await;
    assert!(page.text.contains("enctype=\"multipart/form-data\""), "{}", page.text);
    let sentence = "word ".repeat(90);
    let examples: Vec<String> = (0..30).map(|n| (0..100).map(|m| format!("{sentence}{n} {m}\r\n")).collect()).collect();
    let names: Vec<String> = (0..30).map(|n| format!("Intent {n}")).collect();
    let fields: Vec<(&str, &str)> = names
        .iter()
        .zip(&examples)
        .flat_map(|(name, examples)| {
            [
                ("intent_name", name.as_str()),
                ("intent_examples", examples),
                ("intent_team", ""),
                ("intent_priority", "3"),
                ("intent_labels", ""),
            ]
        })
        .collect();
    let saved = ada.send_files("/console/bot/rules", &fields, &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text.chars().take(2_000).collect::<String>());
    let settings = Settings::get(&house.fresh.chat, house.fresh.workspace).await.unwrap();
    assert_eq!((settings.intents.len(), settings.intents[29].examples.len()), (30, 100));
    // What is wrong is said by name, and in the reader's language.
    let nameless = [("intent_name", "退款"), ("intent_examples", ""), ("intent_team", ""), ("intent_priority", "3"), ("intent_labels", "")];
    ada.act("/console/language", &[("lang", "zh")]).await;
    let refused = ada.send_files("/console/bot/rules", &nameless, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("意图“退款”需要 1 到 100 个例句"), "{}", refused.text);
}
