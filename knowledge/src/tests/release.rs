//! Frozen knowledge: a release searches exactly what it was frozen with, whatever happens to its sources.

use chat::{AgentId, agent::Role};
use serde_json::json;

use super::*;
use crate::{
    case::{self, Expect, New, Origin, Ran, State as CaseState},
    document,
    edit::{self, Change},
    passage,
    release::{self, At, Decision, Frozen, Signature, State},
};

async fn texts(knowledge: &Knowledge, workspace: WorkspaceId, at: At) -> Vec<String> {
    let query =
        Query { text: "how long does delivery take".into(), reader: Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
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
    source::set_audience(chat, workspace, source.id, &Audience::Staff).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Release(1)).await.is_empty(), "it is for staff now");
    source::set_audience(chat, workspace, source.id, &Audience::All).await.unwrap();
    // A source that is deleted stays with its releases, until they are given up.
    source::remove(chat, workspace, source.id, Frozen::Kept).await.unwrap();
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

async fn source_of(fresh: &Fresh, name: &str) -> chat::SourceId {
    let sources = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap();
    sources.into_iter().find(|source| source.name == name).unwrap().id
}

/// The passage of the only document that the source of this name has.
async fn passage_of(fresh: &Fresh, name: &str) -> passage::Passage {
    let (store, workspace) = (fresh.chat.store(), fresh.workspace);
    let document = document::list(store, workspace, source_of(fresh, name).await, "", 1).await.unwrap().remove(0);
    passage::of_document(store, workspace, document.id).await.unwrap().remove(0)
}

#[tokio::test]
async fn what_was_switched_off_stays_so_in_the_releases_after_it() {
    let (fresh, knowledge) = open().await;
    let (workspace, chat) = (fresh.workspace, &fresh.chat);
    let by = admin(&fresh).await;
    take(&knowledge, workspace, page("three")).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    fresh.clock.advance(1_000);
    let shown = passage_of(&fresh, "delivery.md").await;
    let hidden = edit::change(chat, workspace, shown.id, by, Change::Hide).await.unwrap();
    let second = release::freeze(chat, workspace, "Without it", &json!({}), by).await.unwrap();
    let signed = Signature { reason: String::new(), by };
    assert_eq!(release::publish(chat, workspace, second.id, &signed).await.unwrap(), Decision::Done);
    // As it was kept before: a passage of the second release.
    let before = sqlx::query(
        "INSERT INTO retired (id, workspace_id, library_id, source_id, document_id, position, kind, heading, text, audience, language, title, url, since, last, created_at)
         SELECT $2, passage.workspace_id, passage.library_id, document.source_id, document.id, 0, 'text', passage.heading, passage.text, passage.audience,
                passage.language, document.title, '', 2, 2, passage.created_at FROM passage JOIN document ON document.id = passage.document_id WHERE passage.id = $1",
    );
    before.bind(hidden.text()).bind(chat.id::<chat::PassageId>().text()).execute(chat.store().write()).await.unwrap();
    let revision = knowledge.revision(workspace).await.unwrap();
    sqlx::raw_sql(include_str!("../../../chat/migrations/0022_hidden.sql")).execute(chat.store().write()).await.unwrap();
    assert_eq!(knowledge.revision(workspace).await.unwrap(), revision + 1, "the index follows");
    for at in [At::Today, At::Release(2)] {
        assert!(texts(&knowledge, workspace, at).await.is_empty(), "{at:?}");
    }
    // The document is replaced: what was switched off is not brought back by that.
    take(&knowledge, workspace, page("five")).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Release(2)).await.is_empty(), "it was switched off when the release was frozen");
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["Delivery takes three days."], "the one before had it");
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["Delivery takes five days."]);
    let now = passage_of(&fresh, "delivery.md").await;
    edit::change(chat, workspace, now.id, by, Change::Hide).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    let document = passage_of(&fresh, "delivery.md").await.document;
    document::remove(chat, workspace, document, Frozen::Kept).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Release(3)).await.is_empty());
}

#[tokio::test]
async fn what_is_removed_can_be_taken_out_of_every_release() {
    let (fresh, knowledge) = open().await;
    let (workspace, chat) = (fresh.workspace, &fresh.chat);
    let by = admin(&fresh).await;
    take(&knowledge, workspace, page("three")).await.unwrap();
    let two =
        Upload::bytes("two.csv", b"question,answer\nHow long does delivery take abroad?,Nine days.\nWho pays duties?,You do.\n".to_vec());
    take(&knowledge, workspace, two).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    take(&knowledge, workspace, page("five")).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    let source = source_of(&fresh, "delivery.md").await;
    source::remove(chat, workspace, source, Frozen::Forgotten).await.unwrap();
    for at in [At::Today, At::Release(1), At::Release(2)] {
        assert_eq!(texts(&knowledge, workspace, at).await, ["Nine days."], "{at:?}");
    }
    let two = source_of(&fresh, "two.csv").await;
    let documents = document::list(chat.store(), workspace, two, "", 10).await.unwrap();
    let abroad = documents.into_iter().find(|document| document.title.contains("abroad")).unwrap().id;
    document::remove(chat, workspace, abroad, Frozen::Forgotten).await.unwrap();
    for at in [At::Today, At::Release(1), At::Release(2)] {
        assert!(!texts(&knowledge, workspace, at).await.contains(&"Nine days.".to_owned()), "{at:?}");
    }
    assert_eq!(source::find(chat.store(), workspace, two).await.unwrap().documents, 1, "the other one stays");
}

#[tokio::test]
async fn what_differs_between_releases_is_told() {
    let (fresh, knowledge) = open().await;
    let (workspace, chat, store) = (fresh.workspace, &fresh.chat, fresh.chat.store());
    let by = admin(&fresh).await;
    let upload = |name: &str, text: &str| Upload::bytes(name, text.as_bytes().to_vec());
    for (name, text) in [("same.md", "# Same\n\nAs ever."), ("old.md", "# Old\n\nNot any more."), ("off.md", "# Off\n\nSwitched off.")] {
        take(&knowledge, workspace, upload(name, text)).await.unwrap();
    }
    take(&knowledge, workspace, page("three")).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    take(&knowledge, workspace, page("five")).await.unwrap();
    take(&knowledge, workspace, upload("new.md", "# New\n\nOne.\n\n## More\n\nTwo.")).await.unwrap();
    source::remove(chat, workspace, source_of(&fresh, "old.md").await, Frozen::Kept).await.unwrap();
    edit::change(chat, workspace, passage_of(&fresh, "off.md").await.id, by, Change::Hide).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    // What comes after both counts in neither.
    take(&knowledge, workspace, page("seven")).await.unwrap();
    take(&knowledge, workspace, upload("late.md", "# Late\n\nToo late.")).await.unwrap();
    let told = |changes: Vec<release::Change>| -> Vec<(String, bool, i64, i64)> {
        changes.into_iter().map(|change| (change.title, change.is_here, change.before, change.after)).collect()
    };
    let expected = [("Delivery", true, 1, 1), ("New", true, 0, 2), ("Off", true, 1, 0), ("Old", false, 1, 0)];
    let mut forth = told(release::changes(store, workspace, 1, 2, 10).await.unwrap());
    forth.sort();
    assert_eq!(forth, expected.map(|(title, here, before, after)| (title.to_owned(), here, before, after)));
    let back = told(release::changes(store, workspace, 2, 1, 10).await.unwrap());
    assert!(back.iter().any(|(title, _, before, after)| title == "New" && (*before, *after) == (2, 0)), "{back:?}");
    assert!(release::changes(store, workspace, 2, 2, 10).await.unwrap().is_empty());
    assert_eq!(release::changes(store, workspace, 1, 2, 2).await.unwrap().len(), 2);
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
