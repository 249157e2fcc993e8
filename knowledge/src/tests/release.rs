//! Frozen knowledge: a release searches exactly what it was frozen with, whatever happens to its sources.

use chat::{AgentId, agent::Role};
use serde_json::json;

use super::*;
use crate::{
    case::{self, Expect, New, Origin, Ran, State as CaseState},
    release::{self, At, Decision, Signature, State},
};

async fn texts(knowledge: &Knowledge, workspace: WorkspaceId, at: At) -> Vec<String> {
    let query =
        Query { text: "how long does delivery take".into(), audience: Audience::All, libraries: vec![], limit: 8, locale: "en".into() };
    let found = knowledge.search_at(workspace, &query, at).await.unwrap();
    found.hits.into_iter().map(|hit| hit.passage.text).collect()
}

fn page(days: &str) -> Upload {
    Upload::bytes("delivery.md", format!("# Delivery\n\nDelivery takes {days} days.").into_bytes())
}

async fn admin(fresh: &Fresh) -> AgentId {
    fresh.agent("Ada", Role::Admin).await.unwrap().id
}

#[tokio::test]
async fn a_release_searches_what_it_was_frozen_with() {
    let (fresh, knowledge) = open().await;
    let (workspace, chat) = (fresh.workspace, &fresh.chat);
    let by = admin(&fresh).await;
    take(&knowledge, workspace, page("three")).await.unwrap();
    let first = release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    assert_eq!((first.number, first.state, first.share), (1, State::Published, 100));
    take(&knowledge, workspace, page("five")).await.unwrap();
    take(&knowledge, workspace, Upload::bytes("more.md", b"# Delivery abroad\n\nDelivery abroad takes nine days.".to_vec())).await.unwrap();
    let second = release::freeze(chat, workspace, "Longer", &json!({}), by).await.unwrap();
    assert_eq!((second.number, second.state), (2, State::Candidate));
    take(&knowledge, workspace, page("seven")).await.unwrap();
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["Delivery takes three days."]);
    assert_eq!(texts(&knowledge, workspace, At::Release(2)).await, ["Delivery takes five days.", "Delivery abroad takes nine days."]);
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["Delivery takes seven days.", "Delivery abroad takes nine days."]);
    // An index that is built anew from the record says the same.
    knowledge.rebuild(workspace).await.unwrap();
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["Delivery takes three days."]);
    // Who may see something is never frozen.
    let source =
        source::list(chat.store(), workspace, None).await.unwrap().into_iter().find(|source| source.name == "delivery.md").unwrap();
    take(&knowledge, workspace, page("seven").with_audience(Audience::Staff)).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Release(1)).await.is_empty(), "it is for staff now");
    take(&knowledge, workspace, page("seven")).await.unwrap();
    // A source that is deleted stays with its releases, until they are given up.
    source::remove(chat, workspace, source.id).await.unwrap();
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["Delivery abroad takes nine days."]);
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["Delivery takes three days."]);
    release::withdraw(chat, workspace, second.id, by).await.unwrap();
    assert_eq!(texts(&knowledge, workspace, At::Release(2)).await, ["Delivery abroad takes nine days."], "its passages were given up");
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["Delivery takes three days."]);
    release::switch_off(chat, workspace, by).await.unwrap();
    assert_eq!(release::live(chat.store(), workspace).await.unwrap(), release::Live::default());
    texts(&knowledge, workspace, At::Today).await;
    assert_eq!(knowledge.indexed(workspace), 1, "nothing is kept without a release");
}

fn case(question: &str) -> New {
    New {
        question: question.into(),
        history: vec![],
        locale: "en".into(),
        expect: Expect::Refuse,
        target: String::new(),
        state: CaseState::Accepted,
        origin: Origin::Written,
        place: None,
    }
}

fn ran(passed: bool) -> Ran {
    Ran { passed, outcome: "answer".into(), rule: "passages".into(), answer: String::new(), cited: vec![] }
}

#[tokio::test]
async fn worse_is_refused_until_somebody_signs_and_can_be_taken_back() {
    let (fresh, _) = open().await;
    let (workspace, chat, store) = (fresh.workspace, &fresh.chat, fresh.chat.store());
    let by = admin(&fresh).await;
    let unsigned = Signature { reason: String::new(), by };
    let one = release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    for question in ["One?", "Two?"] {
        assert!(case::add(chat, workspace, case(question)).await.unwrap().is_some());
    }
    assert!(case::add(chat, workspace, case("one")).await.unwrap().is_none(), "the same question is one case");
    let two = release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    assert!(matches!(release::publish(chat, workspace, two.id, &unsigned).await.unwrap(), Decision::Untested(gate) if gate.unrun == 2));
    let cases = case::unrun(store, workspace, two.id).await.unwrap();
    for (n, case) in cases.iter().enumerate() {
        case::keep(chat, workspace, one.id, case, &ran(true)).await.unwrap();
        case::keep(chat, workspace, two.id, case, &ran(n > 0)).await.unwrap();
    }
    let Decision::Worse(gate) = release::publish(chat, workspace, two.id, &unsigned).await.unwrap() else { panic!("it is worse") };
    assert_eq!((gate.cases, gate.passed, gate.unrun, gate.worse), (2, 1, 0, vec![cases[0].id]));
    let signed = Signature { reason: "The question is out of date.".into(), by };
    assert!(release::stage(chat, workspace, two.id, 100, &signed).await.is_err(), "all are not a share");
    assert_eq!(release::stage(chat, workspace, two.id, 20, &signed).await.unwrap(), Decision::Done);
    let live = release::live(store, workspace).await.unwrap();
    assert_eq!((live.published.unwrap().number, live.staged.as_ref().unwrap().share), (1, 20));
    assert_eq!(live.staged.unwrap().reason.as_deref(), Some("The question is out of date."));
    let lines = chat::audit::recent(store, workspace, 10).await.unwrap();
    assert!(lines.iter().any(|(_, action, object, _)| action == "release.sign" && *object == two.id.text()), "{lines:?}");
    release::run_again(chat, workspace, two.id).await.unwrap();
    for release in [&one, &two] {
        assert_eq!(case::unrun(store, workspace, release.id).await.unwrap().len(), 2, "both are run again");
    }
    for case in &cases {
        case::keep(chat, workspace, one.id, case, &ran(true)).await.unwrap();
    }
    release::roll_back(chat, workspace, by).await.unwrap();
    let live = release::live(store, workspace).await.unwrap();
    assert_eq!((live.published.unwrap().number, live.staged), (1, None));
    // A change of a case makes its old results count no more.
    let three = release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    for case in &cases {
        case::keep(chat, workspace, three.id, case, &ran(true)).await.unwrap();
    }
    case::change(chat, workspace, cases[1].id, "Two, really?", Expect::Refuse, "", CaseState::Accepted).await.unwrap();
    assert_eq!(release::gate(store, workspace, three.id).await.unwrap().unrun, 1);
    case::decline(chat, workspace, cases[1].id).await.unwrap();
    assert_eq!(release::publish(chat, workspace, three.id, &unsigned).await.unwrap(), Decision::Done);
    assert_eq!(release::live(store, workspace).await.unwrap().published.unwrap().number, 3);
    release::roll_back(chat, workspace, by).await.unwrap();
    assert_eq!(release::live(store, workspace).await.unwrap().published.unwrap().number, 1, "the one before answers again");
    assert!(matches!(release::roll_back(chat, workspace, by).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn cases_come_from_json_lines() {
    let (fresh, knowledge) = open().await;
    take(&knowledge, fresh.workspace, page("three")).await.unwrap();
    let text = concat!(
        "{\"question\": \"How long is the delivery?\", \"expect\": \"cite\", \"target\": \"Delivery\"}\n\n",
        "{\"question\": \"多久送到？\", \"expect\": \"fact\", \"target\": \"三天\", \"locale\": \"zh-CN\", \"history\": [{\"who\": \"visitor\", \"text\": \"你好\"}]}\n",
        "{\"question\": \"Who wins?\", \"expect\": \"refuse\"}\n",
        "{\"question\": \"Who wins?\", \"expect\": \"refuse\"}\n",
        "{\"question\": \"x\", \"expect\": \"cite\", \"target\": \"Nowhere\"}\n",
        "{\"question\": \"x\", \"expect\": \"fly\"}\n",
    );
    let imported = case::import(&fresh.chat, fresh.workspace, text).await.unwrap();
    assert_eq!((imported.taken, imported.known), (3, 1));
    assert_eq!(imported.skipped.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [6, 7]);
    let cases = case::list(fresh.chat.store(), fresh.workspace, CaseState::Accepted, 10).await.unwrap();
    assert_eq!(cases.len(), 3);
    assert!(cases.iter().any(|case| case.locale == "zh" && case.history.len() == 1));
}
