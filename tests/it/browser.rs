//! Chromium on the real widget and console.

use std::time::Duration;

use serde_json::{Value, json};
use tests::model::{Behaviour, Model};
use tests::server::Plan;
use tests::staff::Staff;
use tests::visitor::Visitor;
use tests::{browser, judge};

/// One line a fault, first in what a failure prints.
fn no_faults(faults: &Value) {
    let lines: Vec<String> =
        faults.as_array().into_iter().flatten().map(|fault| fault.as_str().map_or(fault.to_string(), str::to_owned)).collect();
    assert!(lines.is_empty(), "{} faults\n{}", lines.len(), lines.join("\n"));
}

#[tokio::test]
async fn three_questions_of_the_guides_get_cited_extracts() {
    let server = Plan::new().start().await.unwrap();
    let plan = json!({"base": server.base(), "path": "/demo", "questions": [
        {"text": "How do I add a website?", "locale": "en"},
        {"text": "How do I take over a conversation?", "locale": "en"},
        {"text": "怎么把聊天窗口放到我的网站上？", "locale": "zh"},
    ]});
    let seen = browser::run("transcript", &plan, Duration::from_secs(180), |line| println!("{line}")).await.unwrap();
    for row in seen["rows"].as_array().unwrap() {
        assert_eq!((&row["kind"], &row["extract"]), (&json!("bot"), &json!(true)), "{row}");
        assert!(!row["sources"].as_array().unwrap().is_empty() && !row["cites"].as_array().unwrap().is_empty(), "{row}");
        assert!(row["opened"]["passage"].as_str().is_some_and(|passage| passage.len() > 20), "{row}");
    }
    no_faults(&seen["faults"]);
}

#[tokio::test]
async fn a_models_words_appear_one_by_one_and_citations_open() {
    let model = Model::new(Behaviour { delay_ms: 60, ..Behaviour::default() });
    let server = Plan::new().model(&model.start().await.unwrap()).start().await.unwrap();
    let plan = json!({"base": server.base(), "path": "/demo", "question": "How do I add a website?"});
    let seen = browser::run("words", &plan, Duration::from_secs(120), |_| {}).await.unwrap();
    let growth: Vec<&str> = seen["growth"].as_array().unwrap().iter().filter_map(|step| step["text"].as_str()).collect();
    assert!(growth.len() >= 5, "the draft grew {} times: {seen:#}", growth.len());
    for pair in growth.windows(2) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words(pair[1]).starts_with(words(pair[0]).trim_end_matches(|c: char| c.is_ascii_punctuation())),
            "the draft jumped: {pair:?}"
        );
    }
    assert_eq!(seen["drafts"], 0, "the draft stayed beside the message");
    assert_eq!(seen["answer"]["extract"], false, "{seen:#}");
    assert!(seen["opened"]["passage"].as_str().is_some_and(|passage| passage.len() > 20), "{seen:#}");
    no_faults(&seen["faults"]);
}

#[tokio::test]
async fn an_agent_in_a_second_browser_takes_what_the_bot_hands_over() {
    let server = Plan::new().unlimited().start().await.unwrap();
    let owner = Staff::owner(&server).await.unwrap();
    let plan = json!({"base": server.base(), "path": "/demo", "cookies": owner.jar()});
    let seen = browser::run("desk", &plan, Duration::from_secs(280), |line| println!("{line}")).await.unwrap();
    let told = seen["told"].as_array().unwrap();
    assert_eq!(told.len(), 4, "{seen:#}");
    for story in told {
        no_faults(&story["faults"]);
    }
    assert_eq!(told[3]["reply"], "Written without scripts.");
}

#[tokio::test]
async fn axe_and_the_policy_judge_find_nothing() {
    let server = Plan::new().unlimited().start().await.unwrap();
    let looks = vec![judge::look("en-US", "light", 1280), judge::look("zh-CN", "dark", 390)];
    let seen = judge::run(&server, looks, |_| {}).await.unwrap();
    println!("{} pages in {} looks; policies: {}", seen["pages"], seen["looks"], seen["csp_findings"]);
    no_faults(&seen["faults"]);
}

#[tokio::test]
async fn a_gap_becomes_an_answer_in_four_clicks() {
    let server = Plan::new().unlimited().start().await.unwrap();
    let owner = Staff::owner(&server).await.unwrap();
    let plan = json!({"base": server.base(), "path": "/demo", "cookies": owner.jar(),
        "questions": ["Do you ship kettles to the Faroe Islands?", "shipping kettle faroe islands possible?"],
        "reply": "Hello! We ship kettles to the Faroe Islands by boat; it takes nine days. Thanks!",
        "again": "How long does a kettle take to the Faroe Islands?"});
    let seen = browser::run("gap", &plan, Duration::from_secs(180), |line| println!("{line}")).await.unwrap();
    assert!(seen["clicks"].as_i64().is_some_and(|clicks| clicks <= 4), "{seen:#}");
    assert_eq!(seen["draft"], "We ship kettles to the Faroe Islands by boat; it takes nine days.", "from the agent's own reply");
    assert_eq!(seen["also"], 1, "the other wording is answered along: {seen:#}");
    assert!(seen["known"]["text"].as_str().is_some_and(|text| text.contains("nine days")), "{seen:#}");
    no_faults(&seen["faults"]);
}

#[tokio::test]
async fn a_newcomer_in_a_crowd_is_answered_like_anybody() {
    let plan = Plan::new().unlimited().env("WARBLER_VISITOR__NEWCOMERS_PER_MINUTE_OF_WORKSPACE", "1");
    let server = plan.start().await.unwrap();
    // A crowd, as hard as it comes.
    for _ in 0..20 {
        let mut one = Visitor::of(&server).await.unwrap();
        one.post(&Visitor::conversation(), "hi").await.unwrap();
        one.wait(|frame| frame["t"] == "ack" || frame["t"] == "error").await.unwrap();
    }
    let plan = json!({"base": server.base(), "path": "/demo", "locale": "zh-CN",
        "question": "怎么把聊天窗口放到我的网站上？", "again": "How do I add a website?"});
    let seen = browser::run("newcomer", &plan, Duration::from_secs(180), |line| println!("{line}")).await.unwrap();
    println!("longest time without a frame: {} ms", seen["gap"]);
    assert!(seen["gap"].as_f64().is_some_and(|ms| ms < 1_000.0), "the page stood still: {seen:#}");
    assert_eq!(seen["solver"], 1, "asked once, and the solver is loaded only then");
    assert_eq!((&seen["first"]["kind"], &seen["again"]["kind"]), (&json!("bot"), &json!("bot")), "{seen:#}");
    assert_eq!(seen["own"].as_array().map(Vec::len), Some(2), "nothing twice: {seen:#}");
    assert!(!seen["own"].to_string().contains("未发送"), "{seen:#}");
    no_faults(&seen["faults"]);
}
