//! One conversation from hello to rating, the same over a socket and over a stream.

use chat::testing::Engine;
use serde_json::{Value, json};
use tests::staff::Staff;
use tests::visitor::{Transport, Visitor};

use super::{server, visitor};

chat::on_every_engine!(over_a_socket, over_a_stream_with_post);

async fn over_a_socket(engine: Engine) {
    whole_story(engine, Transport::Socket).await;
}

async fn over_a_stream_with_post(engine: Engine) {
    whole_story(engine, Transport::Stream).await;
}

async fn whole_story(engine: Engine, transport: Transport) {
    let server = server(engine).await;
    let mut staff = Staff::owner(&server).await.unwrap();
    let mut ann = visitor(&server, transport).await.unwrap();
    check_welcome(&ann.welcome);
    let talk = Visitor::conversation();

    // Asked and answered from the guides, with sources.
    let answer = ann.ask(&talk, "How do I add a website?").await.unwrap();
    assert_eq!(answer["author"]["kind"], "bot", "{answer}");
    let citations = answer["citations"].as_array().unwrap();
    assert!(!citations.is_empty(), "no sources: {answer}");
    for citation in citations {
        assert!(citation["n"].is_i64() && citation["title"].is_string() && !citation["text"].as_str().unwrap().is_empty(), "{citation}");
        assert!(answer["html"].as_str().unwrap().contains(&format!("data-n=\"{}\"", citation["n"])), "{answer}");
    }
    assert_eq!(answer["extract"], true, "no model wrote this");
    rate(&mut ann, &talk, &answer).await;

    // A person is wished for: the wish is honoured at once, and said.
    ann.post_with(&talk, "Talk to a person", json!({"wish": "person"})).await.unwrap();
    let event = ann.wait(|frame| frame["t"] == "message" && frame["event"]["name"].is_string()).await.unwrap();
    assert!(["handed_over", "queued", "offline_note", "taken"].contains(&event["event"]["name"].as_str().unwrap()), "{event}");
    status(&mut ann, |status| status["speaker"] != "bot").await;

    // An agent comes, takes it, writes; a note stays inside.
    staff.online().await.unwrap();
    // Nothing to take when it was routed to her as soon as she was online.
    staff.take(&talk).await.ok();
    status(&mut ann, |status| status["speaker"] == "agent" && status["agent"] == "Olivia Owner").await;
    staff.note(&talk, "a note the visitor must never see").await.unwrap();
    staff.reply(&talk, "Hello, this is **Olivia**.").await.unwrap();
    let reply = ann.wait(|frame| frame["t"] == "message" && frame["author"]["kind"] == "agent").await.unwrap();
    assert_eq!(reply["author"]["name"], "Olivia Owner");
    assert!(reply["html"].as_str().unwrap().contains("<strong>Olivia</strong>"), "{reply}");
    assert!(reply["prev"].as_i64() < reply["seq"].as_i64().map(|seq| seq - 1), "the note is between: {reply}");
    assert!(!ann.frames.iter().any(|frame| frame.to_string().contains("must never see")));

    // The bot is silent while a person speaks.
    ann.say(&talk, "How do I import documents?").await.unwrap();
    let silent = ann.wait_for(std::time::Duration::from_secs(3), |frame| frame["author"]["kind"] == "bot").await;
    assert!(silent.is_err(), "the bot spoke beside the agent");

    // Closed and rated.
    staff.act(&talk, "resolve").await.unwrap();
    status(&mut ann, |status| status["csat"] == "ask" && status["closed_at"].is_i64()).await;
    ann.frame(&[json!({"t": "csat", "conversation": talk, "score": 5, "comment": "good"})]).await.unwrap();
    status(&mut ann, |status| status["csat"] == "given").await;

    // Writing again opens it again.
    ann.say(&talk, "One more thing").await.unwrap();
    status(&mut ann, |status| status["closed_at"].is_null()).await;
    assert_eq!(ann.faults().await.unwrap(), Vec::<String>::new());
}

fn check_welcome(welcome: &Value) {
    assert_eq!(welcome["v"], 1);
    assert!(welcome["token"].as_str().is_some_and(|token| token.len() > 40), "{welcome}");
    assert!(welcome["beat_ms"].as_i64().is_some_and(|beat| beat >= 1000), "{welcome}");
    assert!(welcome["conversations"].as_array().unwrap().is_empty(), "{welcome}");
    assert!(welcome["bot"]["name"].is_string() && welcome["desk"]["online"].is_boolean(), "{welcome}");
}

async fn rate(visitor: &mut Visitor, talk: &str, answer: &Value) {
    let frame = json!({"t": "rate", "conversation": talk, "seq": answer["seq"], "score": 1});
    visitor.frame(&[frame]).await.unwrap();
    let rated = visitor.wait(|frame| frame["t"] == "rated").await.unwrap();
    assert_eq!((&rated["seq"], &rated["score"]), (&answer["seq"], &json!(1)));
    let history = visitor.history(talk).await.unwrap();
    assert_eq!(history.iter().find(|message| message["seq"] == answer["seq"]).unwrap()["rating"], 1);
}

async fn status(visitor: &mut Visitor, wanted: impl Fn(&Value) -> bool) -> Value {
    if let Some(last) = visitor.frames.iter().rfind(|frame| frame["t"] == "status")
        && wanted(last)
    {
        return last.clone();
    }
    visitor.wait(|frame| frame["t"] == "status" && wanted(frame)).await.unwrap()
}
