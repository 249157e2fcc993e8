use chat::{ClientId, ConversationId, Heard};
use serde_json::{Value, json};

use crate::visitor::testing::{Line, Wire};

struct Story {
    fresh: chat::testing::Fresh,
    wire: Wire,
    token: Value,
}

impl Story {
    async fn begin() -> Self {
        let fresh = chat::testing::fresh().await.unwrap();
        std::fs::create_dir_all(&fresh.folder).unwrap();
        let wire = Wire::open(fresh.chat.clone(), &fresh.folder).await.unwrap();
        Self { fresh, wire, token: Value::Null }
    }

    /// Another tab of the same visitor, which holds nothing.
    async fn tab(&mut self) -> Line {
        let hello = json!({ "t": "hello", "inbox": self.fresh.inbox, "device": self.fresh.chat.id::<ClientId>(), "token": self.token });
        let (line, first) = self.wire.hello(&hello.to_string()).await.unwrap();
        self.token = frames(&first)[0]["token"].clone();
        line
    }

    async fn say(&self, line: &mut Line, talk: ConversationId, body: &str) {
        self.fresh.clock.advance(1);
        let frame = json!({ "t": "send", "id": self.fresh.chat.id::<ClientId>(), "conversation": talk, "body": body });
        let out = frames(&line.frame(&frame.to_string()).await);
        assert_eq!(out[0]["t"], "ack", "{out:?}");
    }
}

fn frames(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

async fn missed(line: &mut Line, talk: ConversationId) -> Vec<(Value, Value)> {
    let out = frames(&line.hear(Heard::Missed).await.unwrap());
    let of_talk = out.iter().filter(|frame| frame["t"] == "message" && frame["conversation"] == json!(talk));
    of_talk.map(|frame| (frame["prev"].clone(), frame["seq"].clone())).collect()
}

#[tokio::test]
async fn what_was_fetched_by_post_sees_its_gap_after_an_interruption() {
    let mut story = Story::begin().await;
    let (talk, quiet) = (story.fresh.chat.id(), story.fresh.chat.id());
    let mut phone = story.tab().await;
    for of in [talk, talk, quiet] {
        story.say(&mut phone, of, "before").await;
    }
    story.fresh.clock.advance(1_000);
    // A stream knows nothing of the page that was asked for by POST.
    let mut stream = story.tab().await;
    for _ in 0..3 {
        story.say(&mut phone, talk, "while the bus was cut").await;
    }
    assert_eq!(missed(&mut stream, talk).await, [(json!(4), json!(5))], "its newest, which shows the gap");
    assert_eq!(missed(&mut stream, talk).await, [], "and once");
    story.say(&mut phone, talk, "and again").await;
    assert_eq!(missed(&mut stream, talk).await, [(json!(5), json!(6))]);
    assert_eq!(missed(&mut stream, quiet).await, [], "what was not written in has no gap");
}

#[tokio::test]
async fn a_long_absence_is_made_good_in_parts() {
    let mut story = Story::begin().await;
    let talks: [ConversationId; 3] = [story.fresh.chat.id(), story.fresh.chat.id(), story.fresh.chat.id()];
    let mut phone = story.tab().await;
    for talk in talks {
        for n in 0..130 {
            story.say(&mut phone, talk, &format!("{n} {}", "w".repeat(2_500))).await;
        }
    }
    let cursors: Value = talks.iter().map(|talk| (talk.text(), json!(3))).collect::<serde_json::Map<_, _>>().into();
    let hello =
        json!({ "inbox": story.fresh.inbox, "device": story.fresh.chat.id::<ClientId>(), "token": story.token, "cursors": cursors });
    let (mut line, first) = story.wire.begin(&hello.to_string()).await.unwrap();
    let mut parts = vec![first];
    // What is said meanwhile comes in its place.
    story.say(&mut phone, talks[2], "meanwhile").await;
    let meanwhile = line.news().await;
    let heard = line.session.heard(meanwhile).await.unwrap();
    assert!(heard.is_empty(), "news came before what is owed");
    while line.session.owes() {
        parts.push(line.session.more().await.unwrap());
    }
    assert!(parts.len() >= 4, "{} parts", parts.len());
    for part in &parts {
        assert!(part.iter().map(|packet| packet.text().len()).sum::<usize>() < super::AT_ONCE + 20_000);
    }
    let all: Vec<Value> = parts.iter().flatten().map(|packet| serde_json::from_str(packet.text()).unwrap()).collect();
    for (talk, last) in talks.iter().zip([130, 130, 131]) {
        let seqs: Vec<i64> =
            all.iter().filter(|frame| frame["conversation"] == json!(talk)).filter_map(|frame| frame["seq"].as_i64()).collect();
        assert_eq!(seqs, (4..=last).collect::<Vec<i64>>());
    }
}
