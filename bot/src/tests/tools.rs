//! Turns in which the model asks for tools: what is done, for whom, and how often.

use chat::{AgentId, Append, ClientId, Extra, Secret, ToolId, TurnId, visitor};
use parking_lot::Mutex;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{
    Turn,
    model::Asked,
    tool::{self, Bench, Choice, Consent, Header, Method, OnError, Outcome, Place, Spec, Who},
};

const ASKED: &str = "Where is my order 48213?";

/// A server that counts, and answers the same to everybody.
struct Shop {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    async fn open(status: u16, reply: &'static str, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let said = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let said = said.clone();
                tokio::spawn(async move {
                    let mut request = vec![0; 8_192];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    said.lock().push(String::from_utf8_lossy(&request[..length]).into_owned());
                    tokio::time::sleep(pause).await;
                    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", reply.len());
                    drop(stream.write_all(format!("{head}{reply}").as_bytes()).await);
                });
            }
        });
        Self { url, heard }
    }

    fn asked(&self) -> usize {
        self.heard.lock().len()
    }
}

fn spec(shop: &Shop) -> Spec {
    Spec {
        name: "order".into(),
        title: "Order".into(),
        description: "Looks an order up.".into(),
        address: format!("{}/orders/{{id}}", shop.url),
        parameters: json!({ "properties": { "id": { "type": "string", "pattern": "^[0-9]+$" }, "customer": { "type": "string" } }, "required": ["id"] }),
        identity: [("customer".to_owned(), "sub".to_owned())].into(),
        ..Spec::default()
    }
}

async fn make(house: &House, spec: &Spec) -> ToolId {
    let header = Header { name: "Authorization".into(), value: Secret::new("Bearer very-secret") };
    tool::create(&house.fresh.chat, house.fresh.workspace, spec, &[header]).await.expect("a tool")
}

/// The visitor is verified from now on.
async fn verify(house: &House, of: &Conversation, subject: &str) {
    let identity = visitor::Identity {
        subject: subject.into(),
        claims: json!({ "sub": subject }).as_object().cloned().unwrap_or_default(),
        until: house.fresh.chat.now() + 3_600_000,
    };
    let store = house.fresh.chat.store();
    let found = visitor::identify(store, of.workspace, Some(of.visitor), house.fresh.chat.id(), &identity, "en", 0).await;
    assert_eq!(found.expect("identified"), of.visitor);
}

/// Writes as that subject; waits for the reply.
async fn ask(house: &House, of: &Conversation, body: &str, subject: Option<&str>, button: Option<String>) -> Message {
    let extra = Extra { subject: subject.map(str::to_owned), button, ..Extra::default() };
    let chat = &house.fresh.chat;
    let append = Append { extra, ..Append::new(of.workspace, of.id, chat.id::<ClientId>(), Author::Visitor(of.visitor), body) };
    let seq = chat.append(append).await.expect("said").message.seq;
    let reply = house.reply(of, seq).await;
    house.quiet(of).await;
    reply
}

async fn turn(house: &House, of: &Conversation) -> Turn {
    let asked = house.now(of).await.asked_seq;
    within(|| async {
        let turns = house.bot.turns(of.workspace, of.id, 50).await.expect("turns");
        turns.into_iter().find(|turn| turn.outcome.is_some() && turn.asked_seq == asked)
    })
    .await
}

fn used(turn: &Turn) -> Vec<(&str, &str)> {
    turn.trace.tools.iter().map(|used| (used.tool.as_str(), used.status.as_str())).collect()
}

const FOUND: Script = Script::Call("order", r#"{"id":"48213","customer":"eve"}"#, "[1][2]\nIt is on its way, [1] [2] says the shop. [2]");

#[tokio::test]
async fn a_verified_visitor_gets_what_the_tool_says_and_the_model_never_chooses_for_whom() {
    let shop = Shop::open(200, r#"{"status":"on its way","mail":"jo@shop.example","card":"4111"}"#, Duration::ZERO).await;
    let (house, fake) = House::new(Some(Script::Call("order", r#"{"id":"48213","customer":"eve"}"#, "[1]\nIt is on its way. [1]"))).await;
    make(&house, &Spec { fields: vec!["/status".into(), "/mail".into()], ..spec(&shop) }).await;
    let it = house.conversation("en").await;
    verify(&house, &it, "jo-17").await;
    let reply = ask(&house, &it, ASKED, Some("jo-17"), None).await;
    assert_eq!(reply.body, "It is on its way. [1]", "{:?}", turn(&house, &it).await);
    assert_eq!(
        (reply.extra.citations[0].title.as_str(), reply.extra.citations[0].text.as_str()),
        ("Order", "status: on its way\nmail: jo@shop.example")
    );
    let heard = shop.heard.lock().clone();
    assert!(heard.len() == 1 && heard[0].starts_with("GET /orders/48213?customer=jo-17 ") && !heard[0].contains("eve"), "{heard:?}");
    assert!(heard[0].contains("Bearer very-secret"));
    let turn = turn(&house, &it).await;
    assert_eq!(used(&turn), [("order", "done")]);
    assert_eq!(turn.trace.tools[0].arguments, r#"{"id":"48213","customer":"•••"}"#);
    let prompts = format!("{:?}", fake.expect("a fake").asked.lock());
    for hidden in ["jo-17", "very-secret", "4111", "jo@shop.example", "customer\": "] {
        assert!(!prompts.contains(hidden), "the model saw {hidden}");
    }
    assert!(prompts.contains("<result n=") && prompts.contains("⟨email-1⟩"), "what came back is fenced, and hidden like everything");
}

#[tokio::test]
async fn nobody_else_gets_anything() {
    let shop = Shop::open(200, "{}", Duration::ZERO).await;
    let (house, fake) = House::new(Some(FOUND)).await;
    make(&house, &spec(&shop)).await;
    let fake = fake.expect("a fake");
    let known = house.conversation("en").await;
    verify(&house, &known, "jo-17").await;
    // Not verified; verified once, but not where this was written; written as somebody else.
    for (of, subject) in [(&house.conversation("en").await, None), (&known, None), (&known, Some("eve"))] {
        ask(&house, of, ASKED, subject, None).await;
        assert_eq!(shop.asked(), 0, "{subject:?}");
        assert!(fake.asked.lock().iter().all(|prompt| prompt.tools.is_empty()), "{subject:?}");
    }
    let identity = visitor::identity(house.fresh.chat.store(), known.workspace, known.visitor, house.fresh.chat.now() + 3_600_000).await;
    assert_eq!(identity.expect("read"), None, "an identity ends");
}

#[tokio::test]
async fn wrong_arguments_reach_no_server_and_the_model_is_told() {
    let shop = Shop::open(200, "{}", Duration::ZERO).await;
    for arguments in [r#"{"id":"../../admin"}"#, r#"{"id":7}"#, "{}", "not json", r#"{"id":"1","admin":true}"#] {
        let (house, fake) = House::new(Some(Script::Call("order", arguments, "NO_ANSWER"))).await;
        make(
            &house,
            &Spec {
                who: Who::Anybody,
                identity: Default::default(),
                parameters: json!({ "properties": { "id": { "type": "string", "pattern": "^[0-9]+$" } }, "required": ["id"] }),
                ..spec(&shop)
            },
        )
        .await;
        let it = house.conversation("en").await;
        ask(&house, &it, ASKED, None, None).await;
        assert_eq!(used(&turn(&house, &it).await), [("order", "invalid")], "{arguments}");
        let asked = fake.expect("a fake").asked.lock().clone();
        assert!(asked.iter().any(|prompt| prompt.messages.last().is_some_and(|said| said.content.contains("\"error\""))), "{arguments}");
    }
    assert_eq!(shop.asked(), 0);
}

fn cancel(shop: &Shop, consent: Consent) -> Spec {
    Spec { name: "order".into(), title: "Cancel an order".into(), method: Method::Post, consent, ..spec(shop) }
}

#[tokio::test]
async fn the_visitor_agrees_once() {
    let shop = Shop::open(200, r#"{"ok":true}"#, Duration::ZERO).await;
    let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "[1]\nIt is cancelled. [1]"))).await;
    make(&house, &cancel(&shop, Consent::Visitor)).await;
    let it = house.conversation("en").await;
    verify(&house, &it, "jo").await;
    let card = ask(&house, &it, "Please cancel order 48213", Some("jo"), None).await;
    assert!(card.body.contains("Cancel an order") && card.body.contains("`48213`"), "{}", card.body);
    let [yes, no] = card.extra.buttons.as_slice() else { panic!("{:?}", card.extra.buttons) };
    assert_eq!((shop.asked(), turn(&house, &it).await.outcome.as_deref()), (0, Some("tool")));
    let mail = ask(&house, &it, &yes.label, Some("eve"), Some(yes.value.clone())).await;
    assert_eq!((mail.author, shop.asked()), (Author::System, 0), "somebody else's yes is none");
    // The same once more, from the beginning.
    let other = house.conversation("en").await;
    verify(&house, &other, "mo").await;
    let card = ask(&house, &other, "Please cancel order 48213", Some("mo"), None).await;
    let yes = card.extra.buttons[0].clone();
    let done = ask(&house, &other, &yes.label, Some("mo"), Some(yes.value.clone())).await;
    assert_eq!((done.body.as_str(), shop.asked()), ("It is cancelled. [1]", 1));
    ask(&house, &other, &yes.label, Some("mo"), Some(yes.value.clone())).await;
    assert_eq!(shop.asked(), 1, "a second press does nothing");
    let third = house.conversation("en").await;
    verify(&house, &third, "bo").await;
    let card = ask(&house, &third, "Please cancel order 48213", Some("bo"), None).await;
    let no_button = card.extra.buttons[1].clone();
    assert_eq!(no_button.label, no.label);
    let left = ask(&house, &third, &no_button.label, Some("bo"), Some(no_button.value)).await;
    assert_eq!((left.body.contains("Nothing was done"), shop.asked()), (true, 1), "{}", left.body);
}

#[tokio::test]
async fn an_agent_agrees_while_no_turn_is_held() {
    let shop = Shop::open(200, r#"{"ok":true}"#, Duration::ZERO).await;
    let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "[1]\nIt is cancelled. [1]"))).await;
    make(&house, &cancel(&shop, Consent::Agent)).await;
    let agent: AgentId = house.fresh.chat.id();
    for (choice, expected) in [(Choice::Approve, "It is cancelled. [1]"), (Choice::Deny, "did not agree")] {
        let it = house.conversation("en").await;
        verify(&house, &it, &format!("{choice:?}")).await;
        let before = shop.asked();
        let wait = ask(&house, &it, "Please cancel order 48213", Some(&format!("{choice:?}")), None).await;
        assert!(wait.body.contains("has to agree") && wait.extra.buttons.is_empty(), "{}", wait.body);
        assert_eq!((house.now(&it).await.turn, shop.asked()), (None, before), "the turn waits without a lease");
        let waiting = house.bot.waiting_calls(it.workspace, Some(it.id)).await.expect("calls");
        assert_eq!((waiting.len(), waiting[0].values.clone()), (1, vec![("id".to_owned(), "48213".to_owned())]));
        house.bot.decide_call(it.workspace, waiting[0].id, choice, Some(agent)).await.expect("decided");
        let told =
            within(|| async { house.messages(&it).await.into_iter().rev().find(|m| m.seq > wait.seq && m.author == Author::Bot) }).await;
        assert!(told.body.contains(expected), "{}", told.body);
        assert_eq!(shop.asked() - before, usize::from(choice == Choice::Approve));
        let again = house.bot.decide_call(it.workspace, waiting[0].id, Choice::Approve, Some(agent)).await;
        assert!(matches!(again, Err(crate::Error::Stale)), "{again:?}");
    }
}

#[tokio::test]
async fn nobody_decides_and_people_take_over() {
    let shop = Shop::open(200, "{}", Duration::ZERO).await;
    let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "[1]\nDone. [1]"))).await;
    make(&house, &cancel(&shop, Consent::Agent)).await;
    let it = house.conversation("en").await;
    verify(&house, &it, "jo").await;
    let wait = ask(&house, &it, "Please cancel order 48213", Some("jo"), None).await;
    house.fresh.clock.advance(31 * 60_000);
    let told = within(|| async { house.messages(&it).await.into_iter().find(|m| m.seq > wait.seq + 1) }).await;
    house.quiet(&it).await;
    assert_eq!((told.author, shop.asked()), (Author::System, 0));
    assert_eq!(turn(&house, &it).await.rule, "tool_expired");
    assert_eq!(house.now(&it).await.speaker, Speaker::Queue);
}

#[tokio::test]
async fn a_tool_that_fails_is_a_reason_to_hand_over_or_to_go_on() {
    let shop = Shop::open(503, "{}", Duration::ZERO).await;
    for (on_error, rule) in [(OnError::HandOver, "tool_failed"), (OnError::Tell, "model_declined")] {
        let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "NO_ANSWER"))).await;
        make(&house, &Spec { on_error, ..spec(&shop) }).await;
        let it = house.conversation("en").await;
        verify(&house, &it, "jo").await;
        ask(&house, &it, ASKED, Some("jo"), None).await;
        let turn = turn(&house, &it).await;
        assert_eq!((turn.rule.as_str(), turn.trace.tools[0].http), (rule, Some(503)));
    }
}

/// A bot dies between the request and its reply: the next one does not ask again, and a person learns of it.
#[tokio::test]
async fn what_was_broken_off_is_never_done_twice() {
    let shop = Shop::open(200, r#"{"ok":true}"#, Duration::from_secs(60)).await;
    let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "[1]\nDone. [1]"))).await;
    let tool = make(&house, &cancel(&shop, Consent::Nobody)).await;
    let it = house.conversation("en").await;
    verify(&house, &it, "jo").await;
    // What a bot leaves that died then: the row of the call, and a turn without an end.
    let chat = &house.fresh.chat;
    let dead: chat::TurnId = chat.id();
    sqlx::query(
        "INSERT INTO tool_call (id, workspace_id, conversation_id, turn_id, tool_id, title, method, base_seq, digest, question, arguments, status,
                reply, problem, until, created_at)
         VALUES ($1, $2, $3, $4, $5, 'Cancel an order', 'POST', 0, 'another wording', 'x', '{\"id\":\"48213\"}', 'running', '{}', '', 0, 0)",
    )
    .bind(chat.id::<chat::ToolCallId>().text())
    .bind(it.workspace.text())
    .bind(it.id.text())
    .bind(dead.text())
    .bind(tool.text())
    .execute(chat.store().write())
    .await
    .expect("a row");
    let reply = ask(&house, &it, "Please cancel order 48213", Some("jo"), None).await;
    assert_eq!((reply.author, shop.asked()), (Author::System, 0));
    assert_eq!(turn(&house, &it).await.rule, "tool_unknown");
}

#[tokio::test]
async fn a_question_that_grows_while_a_tool_works_does_it_once() {
    let shop = Shop::open(200, r#"{"ok":true}"#, Duration::from_millis(600)).await;
    let (house, _) = House::new(Some(Script::Call("order", r#"{"id":"48213"}"#, "[1]\nIt is cancelled. [1]"))).await;
    make(&house, &cancel(&shop, Consent::Nobody)).await;
    let it = house.conversation("en").await;
    verify(&house, &it, "jo").await;
    let chat = &house.fresh.chat;
    let write = |body: &'static str| {
        let extra = Extra { subject: Some("jo".into()), ..Extra::default() };
        chat.append(Append { extra, ..Append::new(it.workspace, it.id, chat.id::<ClientId>(), Author::Visitor(it.visitor), body) })
    };
    write("Please cancel order 48213").await.expect("said");
    within(|| async { (shop.asked() == 1).then_some(()) }).await;
    write("It was the wrong size").await.expect("said");
    let reply = house.reply(&it, 2).await;
    house.quiet(&it).await;
    assert_eq!((reply.body.as_str(), shop.asked()), ("It is cancelled. [1]", 1));
}

/// The tools of a turn over a conversation, as if it had just begun or had begun again.
async fn bench(house: &House, of: &Conversation, turn: TurnId) -> Bench {
    let place = Place {
        workspace: of.workspace,
        conversation: of.id,
        turn,
        base: of.answered_seq,
        visitor: of.visitor,
        epoch: of.epoch,
        locale: "en",
    };
    let identity = visitor::identity(house.fresh.chat.store(), of.workspace, of.visitor, house.fresh.chat.now()).await.expect("read");
    let tools = tool::list(&house.fresh.chat, of.workspace).await.expect("read");
    Bench::open(&house.bot, place, tools, ASKED, identity, Arc::default()).expect("tools")
}

#[tokio::test]
async fn a_question_that_grows_while_a_call_begins_leaves_it_neither_unmade_nor_made_twice() {
    let shop = Shop::open(200, r#"{"ok":true}"#, Duration::ZERO).await;
    let (house, _) = House::new(None).await;
    make(&house, &cancel(&shop, Consent::Nobody)).await;
    for (at, micros) in (0..4_000).step_by(200).enumerate() {
        let it = house.conversation("en").await;
        verify(&house, &it, &format!("jo-{at}")).await;
        let turn = house.fresh.chat.id();
        let asked = || Asked { id: "1".into(), name: "order".into(), arguments: r#"{"id":"48213"}"#.into() };
        let cut = tokio::time::timeout(Duration::from_micros(micros), bench(&house, &it, turn).await.call(asked())).await;
        let again = match cut {
            Ok(ended) => ended,
            Err(_) => bench(&house, &it, turn).await.call(asked()).await,
        };
        assert!(matches!(again, Ok(Outcome::Settled)), "after {micros} us");
        assert_eq!(shop.asked(), at + 1, "after {micros} us");
    }
}

#[tokio::test]
async fn a_model_that_asks_without_end_is_stopped() {
    let shop = Shop::open(200, "{}", Duration::ZERO).await;
    let (house, fake) = House::new(Some(FOUND)).await;
    make(&house, &spec(&shop)).await;
    let fake = fake.expect("a fake");
    // Never satisfied: it sees no answer, so it asks again.
    *fake.script.lock() = Script::Loop("order", r#"{"id":"1"}"#);
    let it = house.conversation("en").await;
    verify(&house, &it, "jo").await;
    ask(&house, &it, ASKED, Some("jo"), None).await;
    assert_eq!(shop.asked(), 1, "the same call is made once");
    assert!(fake.asked.lock().len() <= 9, "{}", fake.asked.lock().len());
}
