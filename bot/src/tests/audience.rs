//! Nobody is answered from what is for others: no model reads it, nothing quotes or cites it, nothing remembered hands it on, and no
//! trial of any kind finds it.

use chat::{Append, Extra, LibraryId, inbox, visitor};
use knowledge::{Audience as For, Reader, Upload, library, source};
use serde_json::json;

use super::*;
use crate::{Asker, Mode, Settings};

const ASKED: &str = "How long does an express refund take?";
/// The words of a passage that only some may read.
const SECRET: &str = "Express refunds take ninety minutes for gold members.";
const SAID: Script = Script::Say("[1]\nAs written. [1]", Duration::ZERO);

/// A house with a secret in it, and the library of its own that it stands in.
async fn house(script: Option<Script>, config: Config, audience: For) -> (House, Option<Arc<Fake>>, LibraryId) {
    let (house, fake) = House::with(config, script).await;
    let shelf = library::create(&house.fresh.chat, house.fresh.workspace, "Gold").await.expect("a library").id;
    let upload = Upload::bytes("gold.md", format!("# {ASKED}\n\n{SECRET}").into_bytes()).with_audience(audience);
    let knowledge = house.bot.inner.knowledge.clone();
    knowledge.import(house.fresh.workspace, shelf, upload, &|_| {}).await.expect("taken");
    knowledge.ready(house.fresh.workspace).await.expect("an index");
    (house, fake, shelf)
}

fn gold() -> For {
    For::with("plan", "gold").expect("an audience")
}

/// A visitor whose plan is verified, in a conversation of theirs.
async fn of_plan(house: &House, plan: &str) -> Conversation {
    let it = house.conversation("en").await;
    let subject = it.visitor.text();
    let claims = json!({ "sub": subject, "plan": plan }).as_object().cloned().unwrap_or_default();
    let identity = visitor::Identity { subject, claims, until: house.fresh.chat.now() + 36_000_000 };
    let chat = &house.fresh.chat;
    let same = visitor::identify(chat.store(), it.workspace, Some(it.visitor), chat.id(), &identity, "en", 0).await.expect("identified");
    assert_eq!(same, it.visitor);
    it
}

/// The visitor writes, `signed` as who they are proven to be.
async fn tell(house: &House, of: &Conversation, body: &str, signed: bool) -> i64 {
    let chat = &house.fresh.chat;
    let extra = Extra { subject: signed.then(|| of.visitor.text()), ..Extra::default() };
    let append = Append { extra, ..Append::new(of.workspace, of.id, chat.id(), Author::Visitor(of.visitor), body) };
    chat.append(append).await.expect("said").message.seq
}

/// The same, and what came back: its text with all that it cites, buttons and trace included.
async fn asked(house: &House, of: &Conversation, signed: bool) -> String {
    let seq = tell(house, of, ASKED, signed).await;
    let reply = house.reply(of, seq).await;
    house.quiet(of).await;
    let turn = house.turn(&reply).await;
    format!("{}\n{}\n{}", reply.body, json!(reply.extra), json!(turn.trace))
}

/// Whether any model was told the secret since the last look.
fn was_told(fake: &Fake) -> bool {
    let asked = std::mem::take(&mut *fake.asked.lock());
    asked.iter().flat_map(|prompt| &prompt.messages).any(|message| message.content.contains("ninety minutes"))
}

#[tokio::test]
async fn it_is_quoted_to_those_it_is_for_and_to_nobody_else() {
    let (house, _, _) = house(None, quick(), gold()).await;
    let (gold, free, nobody) = (of_plan(&house, "gold").await, of_plan(&house, "free").await, house.conversation("en").await);
    assert!(asked(&house, &gold, true).await.contains("ninety minutes"));
    for (name, of, signed) in [("another plan", &free, true), ("nobody", &nobody, false), ("not signed any more", &gold, false)] {
        assert!(!asked(&house, of, signed).await.contains("ninety minutes"), "{name}");
    }
}

#[tokio::test]
async fn no_model_is_told_and_nothing_remembered_is_handed_on() {
    let config = Config { remembered: 100, ..quick() };
    let (house, fake, _) = house(Some(SAID), config, gold()).await;
    let fake = fake.expect("a model");
    let answers = async |plan: Option<&str>| {
        let it = match plan {
            Some(plan) => of_plan(&house, plan).await,
            None => house.conversation("en").await,
        };
        let came = asked(&house, &it, plan.is_some()).await;
        (came.contains("ninety minutes"), was_told(&fake), came.contains("\"cached\":true"))
    };
    assert_eq!(answers(Some("gold")).await, (true, true, false));
    // Asked again word by word: by those who may not know it, and by one who may.
    assert_eq!(answers(None).await, (false, false, false), "the answer that is remembered is not for them");
    assert_eq!(answers(Some("free")).await, (false, false, true), "who sees the same is answered the same");
    assert_eq!(answers(Some("gold")).await, (true, false, true));
    // It is for everybody now, and then for the staff: at once.
    let of = source::list(house.fresh.chat.store(), house.fresh.workspace, None).await.expect("sources");
    let secret = of.into_iter().find(|source| source.name == "gold.md").expect("the source").id;
    source::set_audience(&house.fresh.chat, house.fresh.workspace, secret, &For::All).await.expect("set");
    assert!(answers(None).await.0);
    source::set_audience(&house.fresh.chat, house.fresh.workspace, secret, &For::Staff).await.expect("set");
    assert!(!answers(None).await.0);
    assert!(!answers(Some("gold")).await.0);
    assert!(!was_told(&fake));
}

#[tokio::test]
async fn an_inbox_is_answered_from_its_libraries_at_once() {
    let config = Config { remembered: 100, ..quick() };
    let (house, fake, gold) = house(Some(SAID), config, For::All).await;
    let (chat, workspace, fake) = (house.fresh.chat.clone(), house.fresh.workspace, fake.expect("a model"));
    let answers = async || {
        let it = house.conversation("en").await;
        asked(&house, &it, false).await.contains("ninety minutes")
    };
    let choose = async |libraries: Option<&[LibraryId]>| {
        inbox::set_libraries(chat.store(), workspace, house.fresh.inbox, libraries).await.expect("chosen")
    };
    let help = library::by_name(&chat, workspace, "Help").await.expect("a library").id;
    assert!(answers().await, "all libraries, if nothing is chosen");
    was_told(&fake);
    assert!(choose(Some(&[help])).await);
    assert!(!answers().await && !was_told(&fake), "the remembered answer is of another library");
    assert!(choose(Some(&[help, gold])).await);
    assert!(answers().await);
    assert!(choose(Some(&[])).await);
    assert!(!answers().await);
    assert!(choose(None).await && !choose(None).await);
    // A library that is not for the visitor is not opened by an inbox that may use it.
    assert!(choose(Some(&[help, gold])).await);
    library::set_audience(&chat, workspace, gold, &For::Verified).await.expect("set");
    assert!(!answers().await);
}

#[tokio::test]
async fn no_trial_finds_what_a_visitor_would_not() {
    let (house, fake, gold_shelf) = house(Some(SAID), quick(), gold()).await;
    let (bot, chat, workspace, fake) = (&house.bot, &house.fresh.chat, house.fresh.workspace, fake.expect("a model"));
    let holds = |asked: &crate::Asked| json!(asked).to_string().contains("ninety minutes");
    // The command line and the playground.
    assert!(!holds(&bot.ask(workspace, ASKED, "en").await.expect("asked")));
    let plan = |plan: &str| Reader::Proven([("plan".to_owned(), plan.to_owned())].into());
    for (reader, libraries, expected) in [
        (Reader::Anyone, None, false),
        (plan("free"), None, false),
        (plan("gold"), None, true),
        (plan("gold"), Some(vec![]), false),
        (plan("gold"), Some(vec![gold_shelf]), true),
        (Reader::Staff, None, true),
    ] {
        let asker = Asker { reader, libraries };
        let asked = bot.ask_as(workspace, ASKED, "en", asker.clone()).await.expect("asked");
        assert_eq!((holds(&asked), was_told(&fake)), (expected, expected), "{asker:?}");
    }
    // A case of a test set is asked by anybody.
    let by = house.fresh.agent("Ada", chat::agent::Role::Admin).await.expect("an agent").id;
    let case = knowledge::case::New {
        question: ASKED.into(),
        history: Vec::new(),
        locale: "en".into(),
        expect: knowledge::case::Expect::Fact,
        target: "as written".into(),
        state: knowledge::case::State::Accepted,
        origin: knowledge::case::Origin::Written,
        place: None,
    };
    knowledge::case::add(chat, workspace, case).await.expect("a case");
    bot.freeze(workspace, "", by).await.expect("frozen");
    let candidate = bot.freeze(workspace, "", by).await.expect("frozen");
    assert!(bot.run_test().await.expect("run"));
    assert!(!was_told(&fake));
    let result = knowledge::case::results(chat.store(), workspace, candidate.id).await.expect("results").remove(0).mine.expect("a result");
    assert!(!result.cited.iter().any(|title| title.contains("express")), "{result:?}");
    // A frozen passage is for whom its source is for.
    let free = of_plan(&house, "free").await;
    assert!(!asked(&house, &free, true).await.contains("ninety minutes"));
    let it = of_plan(&house, "gold").await;
    let came = asked(&house, &it, true).await;
    assert!(came.contains("ninety minutes") && came.contains("\"release\":1"), "{came}");
    // What was said to a visitor is replayed as to that visitor.
    let turns = bot.turns(workspace, it.id, 1).await.expect("turns");
    assert!(holds(&bot.replay(workspace, it.id, &turns[0]).await.expect("replayed")));
    let turns = bot.turns(workspace, free.id, 1).await.expect("turns");
    assert!(!holds(&bot.replay(workspace, free.id, &turns[0]).await.expect("replayed")));
}

#[tokio::test]
async fn what_is_drafted_and_suggested_is_for_the_visitor() {
    let (house, fake, _) = house(Some(SAID), quick(), gold()).await;
    let fake = fake.expect("a model");
    let mut settings = Settings::default();
    settings.set_mode(Mode::Draft);
    settings.put(&house.fresh.chat, house.fresh.workspace).await.expect("kept");
    for (plan, expected) in [(Some("gold"), true), (Some("free"), false), (None, false)] {
        let it = match plan {
            Some(plan) => of_plan(&house, plan).await,
            None => house.conversation("en").await,
        };
        tell(&house, &it, ASKED, plan.is_some()).await;
        beside::handed_over(&house, &it).await;
        let sql = "SELECT trace FROM beside WHERE conversation_id = $1 AND until = 0";
        let store = house.fresh.chat.store();
        let row = within(|| async { sqlx::query(sql).bind(it.id.text()).fetch_optional(store.read()).await.expect("rows") }).await;
        let trace: crate::Trace = chat::row::json(&row, "trace").expect("a trace");
        assert_eq!((json!(trace.passages).to_string().contains("express"), was_told(&fake)), (expected, expected), "a draft for {plan:?}");
        let suggested = house.bot.suggest(it.workspace, it.id).await.expect("asked");
        let cites = suggested.is_some_and(|suggested| json!(suggested.citations).to_string().contains("ninety minutes"));
        assert_eq!((cites, was_told(&fake)), (expected, expected), "a suggestion for {plan:?}");
    }
}
