//! Calls that need a one-time code: who gets it, who may enter it, and what becomes of the call in every other case.

use chat::{AgentId, Append, ClientId, Extra, Secret, ToolCallId, ToolId, speaker, visitor};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::tool::{self, Act, Consent, Form, Header, Method, Spec, Stand, Whose};

const ASKED: &str = "Please close my account 48213";
const DONE: &str = "It is closed. [1]";

/// The operator's system: it closes accounts at `/close`, and brings codes to people at `/codes`.
struct Shop {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
    /// What `/codes` answers, and after how long.
    manner: Arc<Mutex<(u16, Duration)>>,
}

impl Shop {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shop = Self { url, heard: Arc::default(), manner: Arc::new(Mutex::new((200, Duration::ZERO))) };
        let (heard, manner) = (shop.heard.clone(), shop.manner.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (heard, manner) = (heard.clone(), manner.clone());
                tokio::spawn(async move {
                    let mut request = String::new();
                    let mut piece = vec![0; 8_192];
                    while !request.ends_with('}') {
                        let length = stream.read(&mut piece).await.unwrap_or(0);
                        request.push_str(&String::from_utf8_lossy(&piece[..length]));
                    }
                    let (status, pause) = if request.starts_with("POST /codes") { *manner.lock() } else { (200, Duration::ZERO) };
                    heard.lock().push(request);
                    tokio::time::sleep(pause).await;
                    let reply = r#"{"ok":true}"#;
                    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", reply.len());
                    drop(stream.write_all(format!("{head}{reply}").as_bytes()).await);
                });
            }
        });
        shop
    }

    fn closed(&self) -> usize {
        self.heard.lock().iter().filter(|request| request.starts_with("POST /close")).count()
    }

    /// Every letter that came to `/codes`.
    fn letters(&self) -> Vec<Value> {
        let heard = self.heard.lock();
        let codes = heard.iter().filter(|request| request.starts_with("POST /codes"));
        codes.filter_map(|request| serde_json::from_str(request.split("\r\n\r\n").nth(1)?).ok()).collect()
    }

    fn code(&self) -> String {
        self.letters().last().and_then(|letter| letter["code"].as_str().map(str::to_owned)).expect("a code")
    }

    /// One that is not it.
    fn other(&self) -> String {
        let code: u32 = self.code().parse().expect("a number");
        format!("{:06}", (code + 1) % 1_000_000)
    }
}

async fn made(house: &House, shop: &Shop) -> ToolId {
    let spec = Spec {
        name: "close_account".into(),
        title: "Close the account".into(),
        description: "Closes an account.".into(),
        method: Method::Post,
        address: format!("{}/close", shop.url),
        parameters: json!({ "properties": { "id": { "type": "string", "pattern": "^[0-9]+$" }, "customer": { "type": "string" } }, "required": ["id"] }),
        identity: [("customer".to_owned(), "sub".to_owned())].into(),
        consent: Consent::Code,
        code_address: format!("{}/codes", shop.url),
        ..Spec::default()
    };
    let header = Header { name: "Authorization".into(), value: Secret::new("Bearer very-secret") };
    let chat = &house.fresh.chat;
    let id = tool::create(chat, house.fresh.workspace, &spec, &[header]).await.expect("a tool");
    tool::set_code_secret(chat, house.fresh.workspace, id, &Secret::new("signs codes")).await.expect("a secret");
    id
}

async fn house() -> (House, Arc<Fake>, Shop) {
    let shop = Shop::open().await;
    let (house, fake) = House::new(Some(Script::Call("close_account", r#"{"id":"48213"}"#, "[1]\nIt is closed. [1]"))).await;
    made(&house, &shop).await;
    (house, fake.expect("a fake"), shop)
}

async fn verified(house: &House, subject: &str) -> Conversation {
    let it = house.conversation("en").await;
    let identity = visitor::Identity {
        subject: subject.into(),
        claims: json!({ "sub": subject }).as_object().cloned().unwrap_or_default(),
        until: house.fresh.chat.now() + 36_000_000,
    };
    let store = house.fresh.chat.store();
    visitor::identify(store, it.workspace, Some(it.visitor), house.fresh.chat.id(), &identity, "en", 0).await.expect("identified");
    it
}

fn whose(of: &Conversation, subject: Option<&str>) -> Whose {
    Whose { workspace: of.workspace, visitor: of.visitor, conversation: of.id, subject: subject.map(str::to_owned) }
}

async fn say(house: &House, of: &Conversation, body: &str, subject: &str) -> Message {
    let chat = &house.fresh.chat;
    let extra = Extra { subject: Some(subject.into()), ..Extra::default() };
    let append = Append { extra, ..Append::new(of.workspace, of.id, chat.id::<ClientId>(), Author::Visitor(of.visitor), body) };
    let seq = chat.append(append).await.expect("said").message.seq;
    let reply = house.reply(of, seq).await;
    house.quiet(of).await;
    reply
}

/// Asks for the deed, and gives the call that waits for a code.
async fn asked(house: &House, of: &Conversation, subject: &str) -> ToolCallId {
    let card = say(house, of, ASKED, subject).await;
    assert!(card.extra.code && card.body.contains("Close the account") && card.body.contains("`48213`"), "{}", card.body);
    card.extra.call.expect("a call")
}

async fn enter(house: &House, whose: &Whose, call: ToolCallId, code: &str) -> Form {
    house.bot.code(whose, call, Act::Enter(Secret::new(code))).await.expect("a form")
}

async fn said_last(house: &House, of: &Conversation, after: i64) -> Message {
    let bot = |m: &Message| m.seq > after && m.author == Author::Bot;
    let told = within(|| async { house.messages(of).await.into_iter().rev().find(bot) }).await;
    house.quiet(of).await;
    told
}

async fn rule(house: &House, of: &Conversation) -> String {
    let turns = within(|| async {
        let turns = house.bot.turns(of.workspace, of.id, 5).await.expect("turns");
        turns.first().filter(|turn| turn.outcome.is_some()).is_some().then_some(turns)
    })
    .await;
    turns[0].rule.clone()
}

#[tokio::test]
async fn the_right_code_makes_the_call_once_and_nobody_sees_it() {
    let (house, fake, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let letter = shop.letters().pop().expect("a letter");
    assert_eq!(
        (&letter["subject"], &letter["tool"], &letter["locale"], &letter["test"]),
        (&json!("jo"), &json!("close_account"), &json!("en"), &json!(false))
    );
    assert_eq!(letter["expires_at"], json!(house.fresh.chat.now() + 600_000));
    assert!(shop.heard.lock()[0].contains("warbler-signature: t=") && !shop.heard.lock()[0].contains("very-secret"));
    let mine = whose(&it, Some("jo"));
    let form = house.bot.code(&mine, call, Act::Look).await.expect("a form");
    assert_eq!((form.stand, form.left, form.resends, shop.closed()), (Stand::Waiting, 5, 3, 0));
    assert_eq!(rule(&house, &it).await, "tool_code");
    let code = shop.code();
    let done = enter(&house, &mine, call, &code).await;
    assert_eq!(done.stand, Stand::Done);
    let told =
        said_last(&house, &it, house.messages(&it).await.iter().find(|m| m.extra.event.is_some()).expect("the house says so").seq).await;
    assert_eq!((told.body.as_str(), shop.closed()), (DONE, 1));
    assert_eq!(enter(&house, &mine, call, &code).await.stand, Stand::Done, "a second time does nothing");
    house.quiet(&it).await;
    assert_eq!(shop.closed(), 1);
    let turns = house.bot.turns(it.workspace, it.id, 9).await.expect("turns");
    let seen = format!("{:?}{:?}{:?}", house.messages(&it).await, fake.asked.lock(), turns);
    assert!(!seen.contains(&code), "the code is in messages, prompts or traces");
    assert!(turns[0].trace.tools.iter().any(|used| used.status == "done") && turns[1].trace.tools[0].status == "code");
}

#[tokio::test]
async fn a_code_that_is_written_is_masked_and_counts() {
    let (house, fake, shop) = house().await;
    let it = verified(&house, "jo").await;
    asked(&house, &it, "jo").await;
    let mine = whose(&it, Some("jo"));
    let write = |text: String, id: ClientId| {
        let (bot, mine) = (house.bot.clone(), mine.clone());
        async move { bot.written_code(&mine, id, &text).await.expect("written") }
    };
    assert!(write("What is a code?".into(), house.fresh.chat.id()).await.is_none(), "it is a message like any other");
    let (wrong, id) = (shop.other(), house.fresh.chat.id());
    let first = write(wrong.clone(), id).await.expect("taken").message;
    assert_eq!(first.body, "••••••");
    let told = said_last(&house, &it, first.seq).await;
    assert!(told.body.contains("not the code"), "{}", told.body);
    assert!(write(wrong.clone(), id).await.is_none(), "the same message again is counted once");
    let again = Append::new(it.workspace, it.id, id, Author::Visitor(it.visitor), wrong);
    let again = house.fresh.chat.append(again).await.expect("known");
    assert!(again.duplicate && again.message.seq == first.seq);
    let form = house.bot.code(&mine, first.extra.call.expect("a call"), Act::Look).await.expect("a form");
    assert_eq!((form.stand, form.left), (Stand::Waiting, 4));
    let right = write(shop.code(), house.fresh.chat.id()).await.expect("taken").message;
    let told = said_last(&house, &it, right.seq).await;
    assert_eq!((told.body.as_str(), shop.closed()), (DONE, 1));
    let seen = format!("{:?}{:?}", house.messages(&it).await, fake.asked.lock());
    assert!(!seen.contains(&shop.code()) && !seen.contains(&shop.other()));
    assert!(write(shop.code(), house.fresh.chat.id()).await.is_none(), "nothing is awaited any more");
}

#[tokio::test]
async fn guessing_ends_the_call_and_so_does_time() {
    let (house, _, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let mine = whose(&it, Some("jo"));
    assert_eq!(enter(&house, &mine, call, "not a code").await.left, 5, "what is no code does not count");
    for left in (1..=4).rev() {
        let form = enter(&house, &mine, call, &shop.other()).await;
        assert_eq!((form.stand, form.left), (Stand::Wrong, left));
    }
    assert_eq!(enter(&house, &mine, call, &shop.other()).await.stand, Stand::Void);
    let told = said_last(&house, &it, house.messages(&it).await.iter().find(|m| m.extra.event.is_some()).expect("an event").seq).await;
    assert!(told.body.contains("wrong too often") && told.extra.buttons.len() == 1, "{}", told.body);
    assert_eq!(enter(&house, &mine, call, &shop.code()).await.stand, Stand::Void, "the right one comes too late");
    let second = asked(&house, &it, "jo").await;
    house.fresh.clock.advance(10 * 60_000);
    assert_eq!(enter(&house, &mine, second, &shop.code()).await.stand, Stand::Expired);
    within(|| async { (rule(&house, &it).await == "tool_code").then_some(()) }).await;
    assert_eq!(shop.closed(), 0);
}

#[tokio::test]
async fn nobody_enters_anothers_code() {
    let (house, _, shop) = house().await;
    let (jo, eve) = (verified(&house, "jo").await, verified(&house, "eve").await);
    let call = asked(&house, &jo, "jo").await;
    let code = shop.code();
    let hers = asked(&house, &eve, "eve").await;
    // Jo's call from Eve's conversation, Jo's conversation as nobody or as Eve, and Jo's code for Eve's own call.
    let far = house.bot.code(&whose(&eve, Some("eve")), call, Act::Enter(Secret::new(code.clone()))).await;
    assert!(matches!(far, Err(crate::Error::NotFound)), "{far:?}");
    let stolen = Whose { visitor: eve.visitor, ..whose(&jo, Some("eve")) };
    assert!(matches!(house.bot.code(&stolen, call, Act::Look).await, Err(crate::Error::NotFound)));
    for subject in [None, Some("eve")] {
        let form = enter(&house, &whose(&jo, subject), call, &code).await;
        assert_eq!((form.stand, form.left), (Stand::Stranger, 5), "{subject:?}");
    }
    if code != shop.code() {
        assert_eq!(enter(&house, &whose(&eve, Some("eve")), hers, &code).await.stand, Stand::Wrong);
    }
    assert_eq!(shop.closed(), 0);
    assert_eq!(enter(&house, &whose(&jo, Some("jo")), call, &code).await.stand, Stand::Done);
    within(|| async { (shop.closed() == 1).then_some(()) }).await;
    assert!(shop.heard.lock().last().expect("a request").contains("\"customer\":\"jo\""));
}

#[tokio::test]
async fn whoever_takes_over_ends_it() {
    let (house, _, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let mine = whose(&it, Some("jo"));
    let chat = &house.fresh.chat;
    let ann: AgentId = house.fresh.agent("Ann", chat::agent::Role::Agent).await.expect("an agent").id;
    for to in [Speaker::Agent(ann), Speaker::Bot] {
        let mut tx = chat.begin().await.expect("a transaction");
        speaker::change(&mut tx, it.workspace, it.id, None, to).await.expect("changed");
        tx.commit().await.expect("kept");
        assert_eq!(enter(&house, &mine, call, &shop.code()).await.stand, Stand::Over, "{to:?}");
        assert!(house.bot.written_code(&mine, chat.id(), &shop.code()).await.expect("looked").is_none());
    }
    assert_eq!(shop.closed(), 0);
}

#[tokio::test]
async fn a_new_code_can_be_had_a_few_times_and_only_the_newest_counts() {
    let (house, _, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let mine = whose(&it, Some("jo"));
    let resend = || async { house.bot.code(&mine, call, Act::Resend).await.expect("a form") };
    assert_eq!((resend().await.resends, shop.letters().len()), (3, 1), "not at once");
    let first = shop.code();
    for n in 1..=3 {
        house.fresh.clock.advance(30_000);
        assert_eq!(resend().await.resends, 3 - n);
        within(|| async { (shop.letters().len() == usize::try_from(n).expect("a count") + 1).then_some(()) }).await;
    }
    house.fresh.clock.advance(30_000);
    assert_eq!((resend().await.resends, shop.letters().len()), (0, 4), "and no more");
    if first != shop.code() {
        assert_eq!(enter(&house, &mine, call, &first).await.stand, Stand::Wrong);
    }
    // Four a call: after three calls nobody is sent more within the hour.
    assert_eq!(enter(&house, &mine, call, &shop.code()).await.stand, Stand::Done);
}

#[tokio::test]
async fn an_address_that_refuses_or_hangs_hands_over() {
    for manner in [(503, Duration::ZERO), (200, Duration::from_secs(30))] {
        let (house, _, shop) = house().await;
        *shop.manner.lock() = manner;
        let it = verified(&house, "jo").await;
        let told = say(&house, &it, ASKED, "jo").await;
        assert_eq!((told.author, rule(&house, &it).await.as_str(), shop.closed()), (Author::System, "tool_code_unsent", 0), "{manner:?}");
        let turns = house.bot.turns(it.workspace, it.id, 5).await.expect("turns");
        assert_eq!(turns[0].trace.tools[0].status, "code_unsent", "{:?}", turns[0].trace.tools);
        assert!(!format!("{turns:?}").contains(&shop.code()));
    }
}

#[tokio::test]
async fn a_new_wish_makes_the_old_code_worthless_and_a_question_does_not() {
    let (house, fake, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let (mine, code) = (whose(&it, Some("jo")), shop.code());
    *fake.script.lock() = Script::Say("[1]\nA refund takes five working days. [1]", Duration::ZERO);
    say(&house, &it, "How long does a refund take?", "jo").await;
    assert_eq!(house.bot.code(&mine, call, Act::Look).await.expect("a form").stand, Stand::Waiting);
    *fake.script.lock() = Script::Call("close_account", r#"{"id":"48214"}"#, "[1]\nIt is closed. [1]");
    let card = say(&house, &it, "Please close my account 48214", "jo").await;
    let newer = card.extra.call.expect("a call");
    assert!(newer != call && enter(&house, &mine, call, &code).await.stand == Stand::Expired);
    assert_eq!(enter(&house, &mine, newer, &shop.code()).await.stand, Stand::Done);
    within(|| async { (shop.closed() == 1).then_some(()) }).await;
    assert!(shop.heard.lock().last().expect("a request").contains("48214"));
}

/// Another process goes on where this one stopped: everything is in the record.
#[tokio::test]
async fn another_node_takes_the_code() {
    let (house, _, shop) = house().await;
    let it = verified(&house, "jo").await;
    let call = asked(&house, &it, "jo").await;
    let fresh = &house.fresh;
    let chat = chat::Chat::open(&fresh.config, fresh.clock.clone(), chat::Random::system()).await.expect("the same record");
    let knowledge = Knowledge::throwaway(knowledge::Config::default(), chat.clone()).await.expect("knowledge");
    let desk = Desk::new(ticketing::Config::default(), chat.clone());
    let other = Bot::new(quick(), chat, knowledge, desk).expect("a bot");
    let form = other.code(&whose(&it, Some("jo")), call, Act::Enter(Secret::new(shop.code()))).await.expect("a form");
    assert_eq!(form.stand, Stand::Done);
    within(|| async { (shop.closed() == 1).then_some(()) }).await;
}
