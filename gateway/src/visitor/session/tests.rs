use chat::{ClientId, ConversationId, Heard, News, Topic};
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

#[tokio::test]
async fn news_of_a_conversation_that_is_owed_whole_does_not_come_before_it() {
    let mut story = Story::begin().await;
    let mut phone = story.tab().await;
    let mut stream = story.tab().await;
    let talks: [ConversationId; 2] = [story.fresh.chat.id(), story.fresh.chat.id()];
    // Both begin while the bus is cut, and together they are more than is made at once.
    for talk in talks {
        for n in 0..130 {
            story.say(&mut phone, talk, &format!("{n} {}", "w".repeat(2_500))).await;
        }
    }
    while tokio::time::timeout(std::time::Duration::from_millis(50), stream.news()).await.is_ok() {}
    let mut packets = stream.session.heard(Heard::Missed).await.unwrap();
    assert!(stream.session.owes());
    for talk in talks {
        story.say(&mut phone, talk, "meanwhile").await;
        let meanwhile = stream.news().await;
        if let Some(packet) = stream.session.at_once(&meanwhile) {
            packets.extend(packet.cloned());
        } else {
            packets.extend(stream.session.heard(meanwhile).await.unwrap());
        }
    }
    while stream.session.owes() {
        packets.extend(stream.session.more().await.unwrap());
    }
    let all: Vec<Value> = packets.iter().map(|packet| serde_json::from_str(packet.text()).unwrap()).collect();
    for talk in talks {
        let of_talk = all.iter().filter(|frame| frame["t"] == "message" && frame["conversation"] == json!(talk));
        assert_eq!(of_talk.filter_map(|frame| frame["seq"].as_i64()).collect::<Vec<i64>>(), (1..=131).collect::<Vec<i64>>());
    }
}

#[tokio::test]
async fn an_answer_by_post_has_all_that_is_owed_to_each_frame() {
    let mut story = Story::begin().await;
    let talk: ConversationId = story.fresh.chat.id();
    let mut phone = story.tab().await;
    for n in 0..200 {
        story.say(&mut phone, talk, &format!("{n} {}", "w".repeat(2_500))).await;
    }
    let posts = story.tab().await;
    let resume = json!({ "t": "resume", "conversation": talk, "after": 3 });
    let frames = [resume.clone(), json!({ "t": "ping" }), resume, json!({ "t": "ping" })];
    let frames = frames.iter().map(|frame| serde_json::value::to_raw_value(frame).unwrap()).collect();
    let body = axum::body::to_bytes(crate::visitor::post::answer(posts.session, frames), usize::MAX).await.unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let told: Vec<Value> = answer["frames"].as_array().unwrap().iter().map(|frame| frame["seq"].clone()).collect();
    let all = || (4..=200).map(|seq| json!(seq));
    assert_eq!(told.iter().filter(|seq| !seq.is_null()).cloned().collect::<Vec<_>>(), all().chain(all()).collect::<Vec<_>>());
    let kinds: Vec<&str> = answer["frames"].as_array().unwrap().iter().filter_map(|frame| frame["t"].as_str()).collect();
    assert_eq!((kinds.iter().position(|kind| *kind == "pong"), kinds.last()), (Some(197), Some(&"pong")));
}

/// The messages that the next `news` pieces of news come to.
async fn told(line: &mut Line, news: usize) -> Vec<(Value, Value)> {
    let mut came = Vec::new();
    for _ in 0..news {
        let heard = line.news().await;
        came.extend(frames(&line.hear(heard).await.unwrap()).into_iter().map(|frame| (frame["prev"].clone(), frame["seq"].clone())));
    }
    came
}

#[tokio::test]
async fn an_acknowledgement_that_gives_a_message_its_place_is_enough_for_its_sender() {
    let mut story = Story::begin().await;
    let talk = story.fresh.chat.id();
    let (mut phone, mut laptop) = (story.tab().await, story.tab().await);
    story.say(&mut phone, talk, "one").await;
    story.say(&mut phone, talk, "two").await;
    assert_eq!(told(&mut phone, 2).await, []);
    assert_eq!(told(&mut laptop, 2).await, [(json!(0), json!(1)), (json!(1), json!(2))], "other devices are told");
    // One behind something this device has not seen yet comes after it, in its place.
    story.say(&mut phone, talk, "three").await;
    story.say(&mut laptop, talk, "four").await;
    assert_eq!(told(&mut laptop, 2).await, [(json!(2), json!(3)), (json!(3), json!(4))]);
    assert_eq!(told(&mut phone, 2).await, [(json!(3), json!(4))]);
}

async fn change(story: &Story, line: &mut Line, talk: ConversationId, seq: i64, body: Option<&str>) -> Value {
    let id: ClientId = story.fresh.chat.id();
    let frame = match body {
        Some(body) => json!({ "t": "edit", "id": id, "conversation": talk, "seq": seq, "body": body }),
        None => json!({ "t": "recall", "id": id, "conversation": talk, "seq": seq }),
    };
    frames(&line.frame(&frame.to_string()).await).remove(0)
}

#[tokio::test]
async fn a_change_reaches_every_device_once() {
    let mut story = Story::begin().await;
    let talk = story.fresh.chat.id();
    let mut phone = story.tab().await;
    story.say(&mut phone, talk, "one").await;
    story.say(&mut phone, talk, "two").await;
    // A device that has both, and goes away; one that stays.
    let cursors = json!({ talk.text(): 2 });
    let mut laptop = story.tab().await;
    let ack = change(&story, &mut phone, talk, 1, Some("ONE")).await;
    assert_eq!((&ack["t"], &ack["seq"], &ack["prev"]), (&json!("ack"), &json!(3), &json!(2)), "{ack}");
    assert_eq!(change(&story, &mut phone, talk, 2, None).await["t"], "ack");
    let mut came = Vec::new();
    while came.len() < 2 {
        let news = laptop.news().await;
        came.extend(frames(&laptop.hear(news).await.unwrap()).into_iter().filter(|frame| frame["t"] == "message"));
    }
    assert_eq!((&came[0]["event"], &came[0]["body"]), (&json!({ "name": "edited", "seq": 1 }), &json!("ONE")), "{came:?}");
    assert_eq!(came[1]["event"], json!({ "name": "recalled", "seq": 2 }), "{came:?}");
    // Who comes back is told of both, in their place.
    let hello =
        json!({ "inbox": story.fresh.inbox, "device": story.fresh.chat.id::<ClientId>(), "token": story.token, "cursors": cursors });
    let (mut tablet, first) = story.wire.hello(&hello.to_string()).await.unwrap();
    let rest: Vec<Value> = frames(&first).into_iter().filter(|frame| frame["t"] == "message").collect();
    assert_eq!(rest, came, "{first:?}");
    // Who reads history sees what stands.
    let page = frames(&tablet.frame(&json!({ "t": "history", "conversation": talk }).to_string()).await).remove(0);
    let messages = page["messages"].as_array().unwrap();
    assert_eq!((&messages[0]["body"], &messages[0]["changed"]), (&json!("ONE"), &json!(3)), "{page}");
    assert!(messages[0]["edited_at"].is_i64() && messages[1]["recalled_at"].is_i64() && messages[1]["body"] == "", "{page}");
    // Too late, and with a word that is no message.
    story.fresh.clock.advance(15 * 60_000 + 1);
    for (seq, body) in [(1, Some("late")), (1, None), (9, None), (3, None)] {
        let refused = change(&story, &mut phone, talk, seq, body).await;
        assert_eq!((&refused["t"], &refused["code"]), (&json!("error"), &json!("fixed")), "{refused}");
    }
    let look =
        chat::inbox::Look { change: chat::inbox::ChangeWindow { visitor_min: 0, ..Default::default() }, ..chat::inbox::Look::default() };
    let chat = &story.fresh.chat;
    chat::inbox::save(chat.store(), story.fresh.workspace, story.fresh.inbox, "Website", &look).await.unwrap();
    story.fresh.clock.advance(60_000);
    story.say(&mut phone, talk, "three").await;
    assert_eq!(change(&story, &mut phone, talk, 5, None).await["code"], "fixed", "switched off");
}

#[tokio::test]
async fn a_tab_that_was_asked_for_tells_when_it_is_closed() {
    let mut story = Story::begin().await;
    let (one, other): (ConversationId, ConversationId) = (story.fresh.chat.id(), story.fresh.chat.id());
    let workspace = story.fresh.workspace;
    let mut bot = story.fresh.chat.bus().subscribe(Topic::Bot);
    bot.joined().await;
    let (silent, mut asked) = (story.tab().await, story.tab().await);
    for conversation in [one, one, other] {
        asked.hear(Heard::News(News::Anyone { workspace, conversation }.into())).await.unwrap();
    }
    drop((silent, asked));
    let mut told = Vec::new();
    while told.len() < 5 {
        match bot.next().await {
            Heard::News(news) => match *news {
                News::Here { conversation, .. } => told.push(("here", conversation)),
                News::Gone { conversation, .. } => told.push(("gone", conversation)),
                _ => {}
            },
            Heard::Missed => panic!("missed"),
        }
    }
    assert_eq!(told, [("here", one), ("here", one), ("gone", one), ("here", other), ("gone", other)]);
}
