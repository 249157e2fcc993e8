//! The life of turns on a real record, with a model that is a fake.

mod article;
mod audience;
mod beside;
mod change;
mod codes;
mod copies;
mod disagree;
mod example;
mod learning;
mod model;
mod release;
mod rules;
mod takeover;
mod tools;
mod trust;
mod turns;

use std::{sync::Arc, time::Duration};

use chat::{
    Audience, Author, Heard, Message, News, Speaker, Topic,
    conversation::{self, Conversation},
    message,
    testing::Fresh,
};
use knowledge::Knowledge;
use ticketing::{Desk, Ticket};
use tokio_util::sync::CancellationToken;

use crate::{
    Bot, Config,
    model::{
        Models,
        fake::{Fake, Script},
    },
};

/// A bot that runs over a small shelf of knowledge.
struct House {
    fresh: Fresh,
    bot: Bot,
    desk: Desk,
    stop: CancellationToken,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Short times, so that tests are quick.
fn quick() -> Config {
    Config {
        burst_ms: 20,
        burst_max_ms: 200,
        first_token_ms: 300,
        total_ms: 1_500,
        sweep_ms: 100,
        lease_s: 2,
        breaker_failures: 0,
        remembered: 0,
        tools_private: true,
        ..Config::default()
    }
}

const SHELF: [(&str, &str); 6] = [
    ("How long does a refund take?", "A refund takes five working days. It goes to the card you paid with."),
    ("How do I change my password?", "Open your profile. Click Security, then Change password. You need your old password."),
    ("Which countries do you ship to?", "We ship to Germany, France and Spain. Shipping to Spain takes two days longer."),
    ("How do I cancel my subscription?", "Open Billing and click Cancel subscription. It ends with the month you have paid for."),
    ("怎么申请退款？", "请在订单页面点击“申请退款”。退款会在五个工作日内退回到您的付款账户。"),
    ("如何修改收货地址？", "发货前，您可以在订单详情中修改收货地址。发货后请联系快递公司。"),
];

impl House {
    async fn new(script: Option<Script>) -> (Self, Option<Arc<Fake>>) {
        Self::with(quick(), script).await
    }

    async fn with(config: Config, script: Option<Script>) -> (Self, Option<Arc<Fake>>) {
        let (house, fakes) = Self::of(config, script.into_iter().collect()).await;
        (house, fakes.into_iter().next())
    }

    /// With one fake a script, in the order in which they are asked.
    async fn of(config: Config, scripts: Vec<Script>) -> (Self, Vec<Arc<Fake>>) {
        let fresh = chat::testing::fresh().await.expect("a record");
        let knowledge = Knowledge::throwaway(knowledge::Config::default(), fresh.chat.clone()).await.expect("knowledge");
        let library = knowledge::library::create(&fresh.chat, fresh.workspace, "Help").await.expect("a library");
        for (question, answer) in SHELF {
            knowledge.write_answer(fresh.workspace, library.id, question, answer).await.expect("an answer");
        }
        // The index is ready before the first question, and is left alone afterwards.
        let query =
            knowledge::Query { text: "refund".into(), reader: knowledge::Reader::Anyone, libraries: None, limit: 1, locale: "en".into() };
        within(|| async {
            knowledge.search(fresh.workspace, &query).await.ok().filter(|_| knowledge.indexed(fresh.workspace) >= SHELF.len())
        })
        .await;
        let desk = Desk::new(ticketing::Config::default(), fresh.chat.clone());
        let fakes: Vec<Arc<Fake>> = scripts.into_iter().map(Fake::new).collect();
        let models = Models::faked(&config, fakes.iter().map(|fake| fake.clone() as Arc<dyn crate::model::Model>).collect());
        let bot = Bot::with_models(config, fresh.chat.clone(), knowledge.clone(), desk.clone(), models);
        let stop = CancellationToken::new();
        let (running, token) = (bot.clone(), stop.clone());
        tokio::spawn(async move { running.run(token).await });
        (Self { fresh, bot, desk, stop }, fakes)
    }

    async fn plain() -> Self {
        Self::new(None).await.0
    }

    async fn conversation(&self, locale: &str) -> Conversation {
        self.fresh.conversation(locale).await.expect("a conversation")
    }

    async fn now(&self, of: &Conversation) -> Conversation {
        conversation::find(self.fresh.chat.store(), of.workspace, of.id).await.expect("the conversation")
    }

    async fn messages(&self, of: &Conversation) -> Vec<Message> {
        message::after(self.fresh.chat.store(), of.workspace, of.id, Audience::Staff, 0, 1_000).await.expect("messages")
    }

    /// What the bot or the house says next after `seq`.
    async fn reply(&self, of: &Conversation, seq: i64) -> Message {
        within(|| async { self.messages(of).await.into_iter().find(|m| m.seq > seq && !matches!(m.author, Author::Visitor(_))) }).await
    }

    /// The visitor writes, and waits for what comes back.
    async fn ask(&self, of: &Conversation, body: &str) -> Message {
        let seq = self.fresh.say(of, body).await.expect("said");
        let reply = self.reply(of, seq).await;
        self.quiet(of).await;
        reply
    }

    /// Waits until no turn of the conversation runs.
    async fn quiet(&self, of: &Conversation) {
        within(|| async { self.now(of).await.turn.is_none().then_some(()) }).await;
    }

    /// The turn that led to a message, when it is over: until a handover is, the one before it is found.
    async fn turn(&self, reply: &Message) -> crate::Turn {
        let store = self.fresh.chat.store();
        let before = message::before(store, reply.workspace, reply.conversation, Audience::All, reply.seq, 50).await.expect("messages");
        let asked = before.iter().filter(|message| matches!(message.author, Author::Visitor(_))).map(|message| message.seq).max();
        within(|| async {
            let turn = self.bot.turn_of(reply.workspace, reply.conversation, reply.seq).await.ok();
            turn.filter(|turn| turn.outcome.is_some() && Some(turn.asked_seq) == asked)
        })
        .await
    }

    async fn ticket(&self, of: &Conversation) -> Ticket {
        ticketing::ticket::live(self.fresh.chat.store(), of.workspace, of.id).await.expect("tickets").expect("a live ticket")
    }
}

/// Asks again and again until there is something, at most ten seconds.
async fn within<T, F: Future<Output = Option<T>>>(look: impl Fn() -> F) -> T {
    for _ in 0..1_000 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing came within ten seconds");
}

/// Collects what a visitor sees of drafts: pieces, and how they ended.
async fn drafts(house: &House, of: &Conversation) -> tokio::task::JoinHandle<(Vec<String>, bool)> {
    let mut ear = house.fresh.chat.bus().subscribe(Topic::Visitor(of.workspace, of.visitor));
    tokio::spawn(async move {
        let mut pieces = Vec::new();
        loop {
            let Heard::News(news) = ear.next().await else { continue };
            match &*news {
                News::Draft { n, text, .. } => {
                    assert_eq!(*n as usize, pieces.len(), "pieces come in order");
                    pieces.push(text.clone());
                }
                News::DraftEnd { .. } => return (pieces, false),
                News::Message { message } if message.author == Author::Bot => return (pieces, true),
                News::Message { message } if message.author == Author::System => return (pieces, false),
                _ => {}
            }
        }
    })
}
