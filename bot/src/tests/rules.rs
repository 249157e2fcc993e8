//! Intents and rules: what was measured decides, and the right people get it.

use knowledge::sentiment::Mood;

use super::*;
use crate::{Intent, Rule, Settings, Then, When};

fn intent(name: &str, examples: &[&str], team: Option<chat::TeamId>, priority: u8) -> Intent {
    let examples = examples.iter().map(|text| (*text).to_owned()).collect();
    Intent { name: name.into(), examples, team, priority, labels: vec![name.into()] }
}

async fn team(house: &House, name: &str) -> chat::TeamId {
    house.desk.create_team(house.fresh.workspace, name).await.expect("a team")
}

#[tokio::test]
async fn a_wish_goes_to_the_team_that_knows_about_it() {
    let house = House::plain().await;
    let workspace = house.fresh.workspace;
    let money = team(&house, "Money").await;
    let settings = Settings {
        intents: vec![
            intent("invoice", &["I was charged twice", "where is my invoice", "发票怎么开", "我要发票"], Some(money), 2),
            intent("login", &["I cannot log in", "forgot my password"], None, 4),
        ],
        ..Settings::default()
    };
    settings.put(&house.fresh.chat, workspace).await.expect("kept");
    for (said, team, priority, labels) in [
        (vec!["you charged me twice", "I want to talk to a person"], Some(money), 2, vec!["invoice".to_owned()]),
        (vec!["我要开发票，请转人工"], Some(money), 2, vec!["invoice".to_owned()]),
        (vec!["I can not log in, give me a human please"], None, 4, vec!["login".to_owned()]),
        (vec!["I want to talk to a person"], None, 3, vec![]),
    ] {
        let it = house.conversation("en").await;
        for text in &said {
            house.ask(&it, text).await;
        }
        let ticket = house.ticket(&it).await;
        assert_eq!((ticket.team, ticket.priority.rank(), ticket.labels), (team, priority, labels), "{said:?}");
    }
}

#[tokio::test]
async fn rules_decide_by_what_wproven_by_and_the_trace_names_them() {
    let house = House::plain().await;
    let workspace = house.fresh.workspace;
    let when = |name: &str, then, when| Rule { name: name.into(), when, then, labels: vec![name.into()], ..Rule::default() };
    let negative = When { mood: Some(Mood::Negative), ..When::default() };
    let settings = Settings {
        intents: vec![intent("jobs", &["are you hiring", "I would like to work for you"], None, 3)],
        rules: vec![
            when("upset", Then::HandOver, negative),
            when("German", Then::HandOver, When { language: "de".into(), ..When::default() }),
            when("no jobs", Then::Refuse, When { intent: "jobs".into(), ..When::default() }),
        ],
        ..Settings::default()
    };
    settings.put(&house.fresh.chat, workspace).await.expect("kept");
    for (body, rule, named) in [
        ("This is unacceptable, how long does a refund take?", "handover_rule", Some("upset")),
        ("Wie lange dauert eine Erstattung?", "handover_rule", Some("German")),
        ("Are you hiring people?", "never_answer", Some("no jobs")),
        ("How long does a refund take?", "passages", None),
    ] {
        let it = house.conversation("en").await;
        let reply = house.ask(&it, body).await;
        let turn = house.turn(&reply).await;
        assert_eq!((turn.rule.as_str(), turn.trace.named.as_deref()), (rule, named), "{body}");
        if rule == "handover_rule" {
            assert_eq!(house.ticket(&it).await.labels, [named.expect("a name")], "{body}");
        }
        if rule == "never_answer" {
            assert!(reply.extra.citations.is_empty() && reply.extra.buttons.len() == 1, "{reply:?}");
        }
    }
    // Without the rules, the past month would have been another.
    let run = house.bot.dry_run(workspace, &Settings::default()).await.expect("a dry run");
    assert_eq!((run.tried, run.changed, run.unknown), (1, 0, 3), "what was not searched then is not known now: {run:?}");
    let strict =
        Settings { rules: vec![when("all English", Then::HandOver, When { language: "en".into(), ..When::default() })], ..settings };
    let run = house.bot.dry_run(workspace, &strict).await.expect("a dry run");
    assert!(run.changes.iter().any(|change| change.named.as_deref() == Some("all English") && change.now == "handover"), "{run:?}");
}

#[tokio::test]
async fn agents_are_proposed_what_a_conversation_seems_to_be() {
    let house = House::plain().await;
    let workspace = house.fresh.workspace;
    let money = team(&house, "Money").await;
    let it = house.conversation("en").await;
    house.ask(&it, "where do I find my invoice").await;
    let nothing = house.bot.suggest_triage(workspace, &house.messages(&it).await).await.expect("told");
    assert_eq!(nothing, None, "no intents, and nobody is upset");
    let settings = Settings {
        intents: vec![intent("invoice", &["I was charged twice", "where is my invoice"], Some(money), 3)],
        ..Settings::default()
    };
    settings.put(&house.fresh.chat, workspace).await.expect("kept");
    let found = house.bot.suggest_triage(workspace, &house.messages(&it).await).await.expect("told").expect("something");
    assert_eq!((found.intent.as_deref(), found.to.team, found.to.priority.rank()), (Some("invoice"), Some(money), 3));
    house.ask(&it, "This is outrageous, you are useless").await;
    let upset = house.bot.suggest_triage(workspace, &house.messages(&it).await).await.expect("told").expect("something");
    assert_eq!((upset.intent.as_deref(), upset.to.priority.rank()), (Some("invoice"), 2));
    house.ask(&it, "I want to talk to a person").await;
    let still = house.bot.suggest_triage(workspace, &house.messages(&it).await).await.expect("told").expect("something");
    assert_eq!(still.to.priority.rank(), 2, "a wish says nothing of a mood");
}
