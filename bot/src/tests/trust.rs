//! Budgets, remembered answers, hidden data, and visitors who leave.

use std::sync::atomic::Ordering::SeqCst;

use super::*;
use crate::{Budget, Settings, config::Listed, tool};

const NONE: Duration = Duration::ZERO;
const REFUND: &str = "How long does a refund take?";
const FIVE: &str = "[1]\nFive days. [1]";

async fn set(house: &House, change: impl FnOnce(&mut Settings)) {
    let mut settings = Settings::get(&house.fresh.chat, house.fresh.workspace).await.expect("settings");
    change(&mut settings);
    settings.put(&house.fresh.chat, house.fresh.workspace).await.expect("kept");
}

async fn turn(house: &House, of: &Conversation) -> crate::Turn {
    // The clock of a test stands still: the newest is the one that answers the last message.
    within(|| async {
        let turns = house.bot.turns(of.workspace, of.id, 50).await.expect("turns");
        turns.into_iter().max_by_key(|turn| turn.asked_seq).filter(|turn| turn.outcome.is_some())
    })
    .await
}

#[tokio::test]
async fn the_second_model_answers_when_the_first_breaks_off() {
    let first = Script::Break("[1]\nIt takes five ", crate::model::Failure::Unreachable);
    let (house, _) = House::of(quick(), vec![first, Script::Say(FIVE, NONE)]).await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    assert_eq!(reply.body, "Five days. [1]");
    let turn = turn(&house, &it).await;
    let calls: Vec<(&str, &str)> = turn.trace.calls.iter().map(|call| (call.model.as_str(), call.outcome.as_str())).collect();
    assert_eq!(calls, [("fake-0", "unreachable"), ("fake-1", "ok")]);
    assert!(turn.trace.calls[1].input_tokens > 50 && turn.trace.calls[1].output_tokens > 2);
    let spent = house.bot.spent(it.workspace, Some(it.visitor)).await.expect("spent");
    assert!(spent.day.tokens > 50 && spent.day == spent.month && spent.visitor == spent.day, "{spent:?}");
}

#[tokio::test]
async fn a_spent_budget_quotes_and_what_it_cannot_answer_goes_to_people() {
    let (house, fakes) = House::of(quick(), vec![Script::Say(FIVE, NONE)]).await;
    set(&house, |settings| settings.budget = Budget { visitor_tokens: 10, ..Budget::default() }).await;
    let it = house.conversation("en").await;
    assert!(!house.ask(&it, REFUND).await.extra.extract, "the first answer is within the budget");
    let asked = fakes[0].asked.lock().len();
    let reply = house.ask(&it, "How do I change my password?").await;
    assert!(reply.extra.extract, "{reply:?}");
    let told = turn(&house, &it).await;
    assert_eq!((told.rule.as_str(), told.trace.budget.as_deref()), ("budget_spent", Some("spent")));
    set(&house, |settings| settings.answer_from = 1.0).await;
    let reply = house.ask(&it, "How do I cancel my subscription?").await;
    assert_eq!((reply.author, turn(&house, &it).await.rule.as_str()), (Author::System, "budget_spent_unsure"));
    assert_eq!(fakes[0].asked.lock().len(), asked, "no model was asked any more");
    let other = house.conversation("en").await;
    assert!(!house.ask(&other, REFUND).await.extra.extract, "another visitor has a budget of their own");
}

#[tokio::test]
async fn the_same_question_is_answered_from_memory_until_something_changes() {
    let config = Config { remembered: 10, ..quick() };
    let (house, fake) = House::with(config, Some(Script::Say(FIVE, NONE))).await;
    let fake = fake.expect("a fake");
    let asked = || fake.asked.lock().len();
    let first = house.conversation("en").await;
    house.ask(&first, REFUND).await;
    let second = house.conversation("en").await;
    let reply = house.ask(&second, "how long does a refund take").await;
    assert_eq!((reply.body.as_str(), reply.extra.citations.len(), asked()), ("Five days. [1]", 1, 1));
    let told = turn(&house, &second).await;
    assert!(told.trace.cached && told.trace.calls.is_empty() && told.trace.passages.iter().any(|seen| seen.cited));
    house.ask(&second, REFUND).await;
    assert!(asked() > 1, "a question with a history is answered anew");
    let before = asked();
    let private = house.conversation("en").await;
    house.ask(&private, "How long does a refund to jo@mail.example take?").await;
    let again = house.conversation("en").await;
    house.ask(&again, "How long does a refund to jo@mail.example take?").await;
    assert_eq!(asked(), before + 2, "what says who somebody is is not remembered");
    set(&house, |settings| settings.guidance = "Be brief.".into()).await;
    let third = house.conversation("en").await;
    house.ask(&third, REFUND).await;
    assert_eq!(asked(), before + 3, "other settings, another answer");
}

#[tokio::test]
async fn a_tool_that_is_switched_off_does_not_keep_answers_from_being_remembered() {
    let config = Config { remembered: 10, ..quick() };
    let (house, fakes) = House::of(config, vec![Script::Say(FIVE, NONE)]).await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let spec = tool::Spec {
        name: "order".into(),
        title: "Order".into(),
        description: "Looks an order up.".into(),
        address: "http://127.0.0.1:9/orders".into(),
        who: tool::Who::Anybody,
        ..tool::Spec::default()
    };
    let id = tool::create(chat, workspace, &spec, &[]).await.expect("a tool");
    for (name, on, asked) in [("offered: both are answered anew", true, 2), ("switched off: the second is remembered", false, 1)] {
        tool::switch(chat, workspace, id, on).await.expect("switched");
        fakes[0].asked.lock().clear();
        for _ in 0..2 {
            house.ask(&house.conversation("en").await, REFUND).await;
        }
        assert_eq!(fakes[0].asked.lock().len(), asked, "{name}");
    }
}

#[tokio::test]
async fn a_model_does_not_see_who_asks() {
    let (house, fakes) =
        House::of(quick(), vec![Script::Say("[1]\nWe write to ⟨email-1⟩ in five days. [1]", Duration::from_millis(15))]).await;
    let it = house.conversation("en").await;
    let seen = drafts(&house, &it).await;
    let reply = house.ask(&it, "How long does a refund take? I am jo@mail.example").await;
    assert_eq!(reply.body, "We write to jo@mail.example in five days. [1]");
    let (pieces, _) = seen.await.expect("drafts");
    assert!(!pieces.concat().contains('⟨'), "{pieces:?}");
    let sent = format!("{:?}", fakes[0].asked.lock());
    assert!(!sent.contains("jo@mail.example") && sent.contains("⟨email-1⟩"));
    assert_eq!(turn(&house, &it).await.trace.redacted, 1);
}

#[tokio::test]
async fn a_model_is_stopped_when_the_visitor_has_left() {
    let config = Config { left_ms: 200, first_token_ms: 5_000, total_ms: 10_000, ..quick() };
    let (house, fakes) = House::of(config, vec![Script::Hang, Script::Say(FIVE, NONE)]).await;
    let it = house.conversation("en").await;
    // A tab: it answers when it is asked, until it is closed.
    let chat = house.fresh.chat.clone();
    let mut ear = chat.bus().subscribe(Topic::Visitor(it.workspace, it.visitor));
    let tab = tokio::spawn(async move {
        loop {
            if let Heard::News(news) = ear.next().await
                && let News::Anyone { workspace, conversation } = *news
            {
                chat.bus().publish(Topic::Bot, News::Here { workspace, conversation });
            }
        }
    });
    let seq = house.fresh.say(&it, REFUND).await.expect("said");
    within(|| async { (!fakes[0].asked.lock().is_empty()).then_some(()) }).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(fakes[0].dropped.load(SeqCst), 0, "somebody is there");
    tab.abort();
    let reply = house.reply(&it, seq).await;
    assert!(reply.extra.extract, "who comes back finds what the passages say");
    assert_eq!((fakes[0].dropped.load(SeqCst), fakes[1].asked.lock().len()), (1, 0));
    house.quiet(&it).await;
    assert_eq!(turn(&house, &it).await.rule, "visitor_left");
}

#[tokio::test]
async fn without_tabs_that_answer_nobody_is_thought_to_have_left() {
    // A busy machine may take longer.
    let config = Config { left_ms: 100, first_token_ms: 5_000, total_ms: 10_000, ..quick() };
    let (house, _) = House::with(config, Some(Script::Say(FIVE, Duration::from_millis(200)))).await;
    let it = house.conversation("en").await;
    assert_eq!(house.ask(&it, REFUND).await.body, "Five days. [1]");
}

#[test]
fn prices_of_the_configuration_reach_the_models() {
    let listed = Listed { url: "http://127.0.0.1:1/v1".into(), model: "m".into(), input_price: 2.0, ..Listed::default() };
    let models = Models::new(&Config { models: vec![listed], ..Config::default() }).expect("models");
    let states = models.states(chat::WorkspaceId(uuid::Uuid::nil()), &Settings::default());
    assert_eq!((states.len(), states[0].price.input, states[0].host.as_str()), (1, 2.0, "127.0.0.1"));
}
