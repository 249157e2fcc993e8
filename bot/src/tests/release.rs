//! Releases: who is answered with which settings and whose key, and what a test set says while the bot is silent or something is down.

use std::time::Duration;

use chat::{AgentId, Secret, agent::Role};
use knowledge::{
    case::{self, Compared, Expect, Origin, State},
    release::{self, Decision, Release, Signature},
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{Budget, Endpoint, Mode, Settings, model::Failure, settings::Keys};

const REFUND: &str = SHELF[0].0;
const FIVE: &str = "[1]\nFive days. [1]";
const NONE: Duration = Duration::ZERO;

impl House {
    async fn ada(&self) -> AgentId {
        self.fresh.agent("Ada", Role::Admin).await.expect("an agent").id
    }

    async fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = Settings::get(&self.fresh.chat, self.fresh.workspace).await.expect("settings");
        change(&mut settings);
        settings.put(&self.fresh.chat, self.fresh.workspace).await.expect("kept");
    }

    async fn fact(&self, question: &str, fact: &str) {
        let new = case::New {
            question: question.into(),
            history: vec![],
            locale: "en".into(),
            expect: Expect::Fact,
            target: fact.into(),
            state: State::Accepted,
            origin: Origin::Written,
            place: None,
        };
        case::add(&self.fresh.chat, self.fresh.workspace, new).await.expect("added");
    }

    async fn frozen(&self, by: AgentId) -> Release {
        self.bot.freeze(self.fresh.workspace, "", by).await.expect("a release")
    }

    /// The rules that decided in the only case: with the release, and with the published one.
    async fn rules(&self, release: &Release) -> (String, String) {
        let mut all = case::results(self.fresh.chat.store(), self.fresh.workspace, release.id).await.expect("results");
        let Compared { mine, theirs, .. } = all.remove(0);
        (mine.map_or_else(String::new, |ran| ran.rule), theirs.map_or_else(String::new, |ran| ran.rule))
    }
}

/// A model's server that notes the keys it is shown.
async fn server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let shown = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let shown = shown.clone();
            tokio::spawn(async move {
                let (mut text, mut buffer) = (String::new(), [0; 16_384]);
                while !text.trim_end().ends_with('}') {
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    if read == 0 {
                        return;
                    }
                    text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                }
                let key = text.lines().find_map(|line| line.to_lowercase().strip_prefix("authorization: bearer ").map(str::to_owned));
                shown.lock().push(key.unwrap_or_default());
                let chunk = serde_json::json!({ "choices": [{ "delta": { "content": FIVE } }] });
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
                drop(stream.write_all(format!("{head}data: {chunk}\n\ndata: [DONE]\n\n").as_bytes()).await);
                drop(stream.shutdown().await);
            });
        }
    });
    (url, heard)
}

#[tokio::test]
async fn a_release_keeps_its_key_when_the_settings_of_today_name_another_server() {
    // Whole answers of a real client; a busy machine may take longer.
    let house = House::with(Config { first_token_ms: 5_000, total_ms: 10_000, ..quick() }, None).await.0;
    let (chat, workspace, by) = (&house.fresh.chat, house.fresh.workspace, house.ada().await);
    let ((first, a), (second, b)) = (server().await, server().await);
    let at = |url: &str, key: &str| Endpoint { url: url.into(), name: "m".into(), key: Secret::new(key), ..Endpoint::default() };
    house.change(|settings| settings.model = at(&first, "key-a")).await;
    house.frozen(by).await;
    house.change(|settings| settings.model = at(&second, "key-b")).await;
    let asked = async |heard: &Arc<Mutex<Vec<String>>>, key: &str| {
        heard.lock().clear();
        let it = house.conversation("en").await;
        let reply = house.ask(&it, REFUND).await;
        assert_eq!((reply.body.as_str(), heard.lock().as_slice()), ("Five days. [1]", [key.to_owned()].as_slice()));
    };
    asked(&a, "key-a").await;
    assert!(b.lock().is_empty(), "nobody is answered by it yet");
    let two = house.frozen(by).await;
    let unsigned = Signature { reason: String::new(), by };
    assert_eq!(release::publish(chat, workspace, two.id, &unsigned).await.expect("asked"), Decision::Done);
    asked(&b, "key-b").await;
    release::roll_back(chat, workspace, by).await.expect("taken back");
    asked(&a, "key-a").await;
    // A new key holds at once, also for what is frozen.
    house.change(|settings| settings.model = at(&first, "key-c")).await;
    asked(&a, "key-c").await;
    release::switch_off(chat, workspace, by).await.expect("ended");
    house.change(|settings| settings.model = at(&second, "key-b")).await;
    assert_eq!(Keys::get(chat, workspace).await.expect("read"), Keys::default(), "no release names a server any more");
}

#[tokio::test]
async fn a_release_that_was_frozen_while_the_bot_was_off_speaks_when_it_is_on() {
    let house = House::plain().await;
    let by = house.ada().await;
    house.change(|settings| settings.set_mode(Mode::Off)).await;
    house.frozen(by).await;
    let it = house.conversation("en").await;
    assert_eq!(house.ask(&it, REFUND).await.author, Author::System);
    house.change(|settings| settings.set_mode(Mode::Live)).await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    assert_eq!((reply.author, reply.extra.release), (Author::Bot, Some(1)));
}

#[tokio::test]
async fn a_test_set_says_the_same_whoever_speaks_today() {
    let house = House::plain().await;
    let (chat, workspace, by) = (&house.fresh.chat, house.fresh.workspace, house.ada().await);
    house.fact(REFUND, "five working days").await;
    house.fact(SHELF[1].0, "old password").await;
    house.frozen(by).await;
    for mode in [Mode::Live, Mode::Draft, Mode::Shadow, Mode::Off] {
        house.change(|settings| settings.set_mode(mode)).await;
        let candidate = house.frozen(by).await;
        assert!(house.bot.run_test().await.expect("run"));
        let gate = release::gate(chat.store(), workspace, candidate.id).await.expect("a gate");
        assert_eq!((gate.passed, gate.unrun, gate.worse.len()), (2, 0, 0), "{mode:?}: {gate:?}");
    }
    // Nor is a turn that is run again switched off.
    house.change(|settings| settings.set_mode(Mode::Live)).await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    let turn = house.turn(&reply).await;
    house.change(|settings| settings.set_mode(Mode::Draft)).await;
    let again = house.bot.replay(workspace, it.id, &turn).await.expect("replayed");
    assert_eq!((again.rule, again.answer.as_str()), ("passages", reply.body.as_str()));
}

#[tokio::test]
async fn a_test_set_is_run_whatever_is_left_of_the_budget() {
    let (house, _) = House::new(Some(Script::Say(FIVE, NONE))).await;
    let by = house.ada().await;
    house.change(|settings| settings.budget = Budget { day_tokens: 1, ..Budget::default() }).await;
    house.bot.ask(house.fresh.workspace, REFUND, "en").await.expect("asked");
    let asked = house.bot.ask(house.fresh.workspace, REFUND, "en").await.expect("asked");
    assert_eq!(asked.rule, "budget_spent");
    house.fact(REFUND, "Five days").await;
    house.frozen(by).await;
    let candidate = house.frozen(by).await;
    house.bot.run_test().await.expect("run");
    assert_eq!(house.rules(&candidate).await, ("model".into(), "model".into()));
}

#[tokio::test]
async fn a_case_in_which_the_model_was_down_is_tried_again() {
    let config = Config { breaker_s: 1, ..quick() };
    let (house, fake) = House::with(config, Some(Script::Fail(Failure::Unreachable))).await;
    let (fake, by) = (fake.expect("a fake"), house.ada().await);
    house.fact(REFUND, "Five days").await;
    house.frozen(by).await;
    let two = house.frozen(by).await;
    let bot = house.bot.clone();
    let run = tokio::spawn(async move { bot.run_test().await });
    within(|| async { (fake.asked.lock().len() >= 2).then_some(()) }).await;
    *fake.script.lock() = Script::Say(FIVE, NONE);
    assert!(run.await.expect("run").expect("run"));
    assert_eq!(house.rules(&two).await, ("model".into(), "model".into()), "what was down for a moment leaves no trace");
    // A model that stays away counts, for visitors get the same; the next run tries again.
    let knows = |rule: &str| (rule.to_owned(), rule.to_owned());
    *fake.script.lock() = Script::Fail(Failure::Unreachable);
    release::run_again(&house.fresh.chat, house.fresh.workspace, two.id).await.expect("asked for");
    house.bot.run_test().await.expect("run");
    assert_eq!(house.rules(&two).await, knows("model_failed"));
    *fake.script.lock() = Script::Say(FIVE, NONE);
    let three = house.frozen(by).await;
    house.bot.run_test().await.expect("run");
    assert_eq!(house.rules(&three).await, knows("model"));
}
