//! Lists of models: who is asked, what is noted, what is hidden.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    fake::{Fake, Script},
    *,
};
use crate::{Config, budget::Level, config::Listed, trace::ModelCall};

const NONE: Duration = Duration::ZERO;

fn config() -> Config {
    Config { first_token_ms: 80, total_ms: 300, breaker_failures: 2, breaker_s: 60, concurrent: 1, ..Config::default() }
}

fn limits() -> Limits {
    Limits { silence: Duration::from_millis(80), total: Duration::from_millis(300), chars: 1_000 }
}

/// A prompt that is no side job for a fake.
fn prompt(text: &str) -> Prompt {
    let said = |role, content: &str| Said::new(role, content);
    Prompt { messages: vec![said(Role::System, "Rules."), said(Role::User, text)], max_tokens: 10, tools: Vec::new() }
}

struct Table {
    fakes: Vec<Arc<Fake>>,
    models: Models,
    ledger: Arc<Ledger>,
}

impl Table {
    fn of(scripts: Vec<Script>) -> Self {
        let fakes: Vec<Arc<Fake>> = scripts.into_iter().map(Fake::new).collect();
        let models = Models::faked(&config(), fakes.iter().map(|fake| fake.clone() as Arc<dyn Model>).collect());
        Self { fakes, models, ledger: Arc::default() }
    }

    fn roster(&self) -> Roster {
        let workspace = chat::WorkspaceId(uuid::Uuid::nil());
        self.models.of(workspace, &crate::Settings::default(), self.ledger.clone())
    }

    async fn ask(&self) -> Result<String, Failure> {
        self.roster().complete(Task::Copilot, prompt("Hello"), limits()).await
    }

    fn calls(&self) -> Vec<(String, String)> {
        self.ledger.calls().into_iter().map(|ModelCall { model, outcome, .. }| (model, outcome)).collect()
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(model, outcome)| ((*model).to_owned(), (*outcome).to_owned())).collect()
}

#[tokio::test]
async fn the_next_one_is_asked_when_one_fails_and_the_trace_says_so() {
    for (script, outcome) in [
        (Script::Fail(Failure::Refused), "refused"),
        (Script::Hang, "slow"),
        (Script::Stall(""), "slow"),
        (Script::Break("Well ", Failure::Garbage), "garbage"),
        (Script::Say("", NONE), "empty"),
    ] {
        let table = Table::of(vec![script.clone(), Script::Say("Hello there", NONE)]);
        assert_eq!(table.ask().await, Ok("Hello there".into()), "{script:?}");
        assert_eq!(table.calls(), pairs(&[("fake-0", outcome), ("fake-1", "ok")]));
    }
    let none = Table::of(vec![Script::Hang, Script::Fail(Failure::Limited)]);
    assert_eq!(none.ask().await, Err(Failure::Limited));
}

#[tokio::test]
async fn one_that_keeps_failing_is_left_alone() {
    let table = Table::of(vec![Script::Fail(Failure::Unreachable), Script::Say("Hello", NONE)]);
    for _ in 0..5 {
        assert_eq!(table.ask().await, Ok("Hello".into()));
    }
    assert_eq!(table.fakes[0].asked.lock().len(), 2);
    assert_eq!(table.calls().iter().filter(|(_, outcome)| outcome == "open").count(), 3);
    let states = table.models.states(chat::WorkspaceId(uuid::Uuid::nil()), &crate::Settings::default());
    assert_eq!((states[0].phase, states[0].failure), (Phase::Open, Some(Failure::Unreachable)));
    assert_eq!((states[1].phase, states[1].failure), (Phase::Closed, None));
    assert!(states[1].first_ms.is_some());
}

#[tokio::test]
async fn a_place_that_is_taken_is_not_waited_for_long() {
    let table = Table::of(vec![Script::Say("slow words here", Duration::from_millis(60)), Script::Say("other", NONE)]);
    let roster = table.roster();
    let first = roster.ask(&roster.of(Task::Answer)[0], Task::Answer, prompt("a"), limits()).await.expect("words");
    assert_eq!(table.ask().await, Ok("other".into()));
    drop(first);
    assert_eq!(table.calls(), pairs(&[("fake-0", "busy"), ("fake-1", "ok"), ("fake-0", "cancelled")]));
    assert_eq!(table.fakes[0].dropped.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_has_left_is_not_answered() {
    let table = Table::of(vec![Script::Hang, Script::Say("Hello", NONE)]);
    let left = CancellationToken::new();
    left.cancel();
    let roster = table.roster().until(left);
    assert_eq!(roster.complete(Task::Copilot, prompt("a"), limits()).await, Err(Failure::Left));
}

#[tokio::test]
async fn personal_data_is_hidden_and_put_back() {
    let table = Table::of(vec![Script::Say("Write to ⟨email-1⟩ or <phone-1> .", NONE)]);
    let asked = table.roster().complete(Task::Copilot, prompt("I am jo@mail.example, 13800138000"), limits()).await;
    assert_eq!(asked, Ok("Write to jo@mail.example or 13800138000 .".into()));
    assert_eq!(table.fakes[0].asked.lock()[0].messages[1].content, "I am ⟨email-1⟩, ⟨phone-1⟩");
    let open = table.roster().veiled(false).complete(Task::Copilot, prompt("I am jo@mail.example"), limits()).await;
    assert!(open.is_ok());
    assert_eq!(table.fakes[0].asked.lock()[1].messages[1].content, "I am jo@mail.example");
}

#[test]
fn a_budget_that_runs_out_leaves_the_cheaper_models_then_none() {
    let listed = |name: &str, price: f64| Listed {
        name: name.into(),
        url: "http://127.0.0.1:1/v1".into(),
        model: "m".into(),
        input_price: price,
        output_price: price,
        ..Listed::default()
    };
    let names = |models: &Models, level: Level| -> Vec<String> {
        let roster = models.of(chat::WorkspaceId(uuid::Uuid::nil()), &crate::Settings::default(), Arc::default()).within(level);
        roster.of(Task::Answer).iter().map(|member| member.name.clone()).collect()
    };
    let of = |models: Vec<Listed>| Models::new(&Config { models, ..Config::default() }).expect("models");
    let many = of(vec![listed("dear", 10.0), listed("dearer", 20.0), listed("cheap", 1.0)]);
    assert_eq!(names(&many, Level::Full), ["dear", "dearer", "cheap"]);
    assert_eq!(names(&many, Level::Cheaper), ["cheap"]);
    assert!(names(&many, Level::Spent).is_empty());
    assert_eq!(names(&of(vec![listed("only", 10.0)]), Level::Cheaper), ["only"]);
}

#[test]
fn each_task_has_its_list() {
    let listed = |name: &str| Listed { name: name.into(), url: "http://127.0.0.1:1/v1".into(), model: "m".into(), ..Listed::default() };
    let tasks = crate::Tasks { condense: vec!["small".into()], answer: vec!["big".into(), "small".into()], ..crate::Tasks::default() };
    let config = Config { models: vec![listed("small"), listed("big")], tasks, ..Config::default() };
    let models = Models::new(&config).expect("models");
    let mut settings = crate::Settings::default();
    let names = |settings: &crate::Settings, task| -> Vec<String> {
        let roster = models.of(chat::WorkspaceId(uuid::Uuid::nil()), settings, Arc::default());
        roster.of(task).iter().map(|member| member.name.clone()).collect()
    };
    assert_eq!(names(&settings, Task::Answer), ["big", "small"]);
    assert_eq!(names(&settings, Task::Condense), ["small"]);
    assert_eq!(names(&settings, Task::Summary), ["small", "big"], "no list is all of them");
    settings.model = crate::Endpoint { url: "http://127.0.0.1:2/v1".into(), name: "own".into(), ..crate::Endpoint::default() };
    assert_eq!(names(&settings, Task::Answer), ["own"], "a workspace's own model stands alone");
    settings.fail_over = true;
    assert_eq!(names(&settings, Task::Answer), ["own", "big", "small"]);
}

#[test]
fn each_of_a_workspace_s_own_models_stays_the_same_one() {
    let models = Models::new(&Config::default()).expect("models");
    let own = |n: usize| {
        let model = crate::Endpoint { url: format!("http://127.0.0.1:{n}/v1"), name: "own".into(), ..crate::Endpoint::default() };
        let settings = crate::Settings { model, ..crate::Settings::default() };
        models.of(chat::WorkspaceId(uuid::Uuid::nil()), &settings, Arc::default()).of(Task::Answer)[0].clone()
    };
    let (one, two) = (own(1), own(2));
    for _ in 0..3 {
        assert!(Arc::ptr_eq(&one, &own(1)) && Arc::ptr_eq(&two, &own(2)), "its breaker and its places count on");
    }
    (3..=5).for_each(|n| drop(own(n)));
    assert!(Arc::ptr_eq(&two, &own(2)), "four are kept");
    assert!(!Arc::ptr_eq(&one, &own(1)), "and no more");
}
