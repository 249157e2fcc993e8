//! A one-time code from end to end: over the wire, across a restart, on another device, in any language.

use chat::testing::Engine;
use serde_json::{Value, json};
use tests::model::{Behaviour, Kind, Model};
use tests::post::Post;
use tests::server::Plan;
use tests::staff::Staff;
use tests::visitor::{Transport, Visitor};
use tests::{identity, server};

chat::on_every_engine!(a_code_is_sent_entered_and_forgotten);

/// Asks how a call stands, or enters a code.
async fn code(visitor: &mut Visitor, talk: &str, call: &str, code: Option<&str>) -> Value {
    visitor.frame(&[json!({ "t": "code", "conversation": talk, "call": call, "code": code })]).await.unwrap();
    visitor.wait(|frame| frame["t"] == "code" || frame["t"] == "error").await.unwrap()
}

async fn a_code_is_sent_entered_and_forgotten(engine: Engine) {
    let model = Model::new(Behaviour { delay_ms: 0, text: "close_account".into(), ..Behaviour::of(Kind::Grab) });
    let plan = Plan::new().on(engine).unlimited().model(&model.start().await.unwrap());
    let mut server = plan.env("WARBLER_BOT__BURST_MS", "1").env("WARBLER_BOT__TOOLS_PRIVATE", "true").start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let inbox = server::inbox_of(&server.base()).await.unwrap();
    let key = identity::key(&mut owner, &inbox).await.unwrap();
    let jo = identity::signed(&key, "jo-17").unwrap();
    let post = Post::open().await.unwrap();
    let secret = post.described(&mut owner).await.unwrap();
    // A try from the page: it goes to the same place, and opens nothing.
    let tools = owner.get("/console/tools").await.unwrap();
    let page = owner.get(&tools.links("/console/tools/0")[0]).await.unwrap();
    assert!(!page.text.contains(&secret), "the secret is shown once");
    let mut form = page.form_with("subject").unwrap();
    form.set("subject", "me").set("do", "test");
    let tried = owner.submit(&form).await.unwrap();
    let sample = post.letters().pop().unwrap();
    assert_eq!((&sample["test"], &sample["subject"]), (&json!(true), &json!("me")));
    assert!(tried.words().contains(sample["code"].as_str().unwrap()) && post.is_signed(&secret), "{}", tried.words());

    let mut phone = Visitor::new(&server.base(), &inbox).signed(&jo).locale("zh-CN");
    phone.connect().await.unwrap();
    let talk = Visitor::conversation();
    let asks = phone.ask(&talk, "请注销我的账户 48213").await.unwrap();
    let call = asks["code"].as_str().unwrap_or_else(|| panic!("{asks}")).to_owned();
    assert!(asks["body"].as_str().unwrap().contains("六位验证码"), "{asks}");
    let letter = post.letters().pop().unwrap();
    assert_eq!((&letter["subject"], &letter["locale"]), (&json!("jo-17"), &json!("zh")));
    let known = post.code_of("jo-17").unwrap();
    let wrong = code(&mut phone, &talk, &call, Some(if known == "000000" { "000001" } else { "000000" })).await;
    assert_eq!((&wrong["state"], &wrong["left"]), (&json!("wrong"), &json!(4)), "{wrong}");
    assert!(wrong["message"].as_str().unwrap().contains("验证码不正确"), "{wrong}");

    // The server goes away; on another device, over the other transport, everything stands as it did.
    server.kill().unwrap();
    server.start().await.unwrap();
    let mut desk = phone.twin().signed(&jo).over(Transport::Stream);
    desk.connect().await.unwrap();
    let history = desk.history(&talk).await.unwrap();
    assert_eq!(history.last().unwrap()["code"], json!(call));
    let stands = code(&mut desk, &talk, &call, None).await;
    assert_eq!((&stands["state"], &stands["left"], post.done().len()), (&json!("waiting"), &json!(4), 0), "{stands}");
    let seq = history.last().unwrap()["seq"].as_i64().unwrap();
    // Written as a message, which is taken too and kept without the code.
    desk.say(&talk, &known).await.unwrap();
    let done = desk.answer(&talk, seq + 1).await.unwrap();
    assert!(done["author"]["kind"] == "bot" && post.done().len() == 1 && post.done()[0].contains("jo-17"), "{done} {:?}", post.done());
    let after = desk.history(&talk).await.unwrap();
    let seen = format!("{after:?}{}", model.stats().last_prompt);
    assert!(seen.contains("••••••") && !seen.contains(&known), "{seen}");
    assert_eq!(code(&mut desk, &talk, &call, Some(&known)).await["state"], json!("done"));
    assert_eq!(post.done().len(), 1);

    // What came of it stands with the answer, without the code.
    let seq = done["seq"].as_i64().unwrap();
    let why = owner.why(&talk, seq).await.unwrap();
    assert!(why.words().contains("Close the account") && !why.text.contains(&known), "{}", why.words());
    let asked = owner.why(&talk, asks["seq"].as_i64().unwrap()).await.unwrap();
    assert!(asked.words().contains("A tool needs a one-time code of the visitor"), "{}", asked.words());
    let output = server.output();
    assert!(!output.contains(&known) && output.contains("a one-time code was entered"), "{output}");
}
