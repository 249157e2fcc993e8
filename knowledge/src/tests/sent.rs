//! Documents and answers that programs send.

use chat::{AgentId, SourceId, agent::Role};
use serde_json::json;

use super::*;
use crate::{Answer, Format, Outcome, Reason, Sent, document, passage, release, release::At, written};

fn sent(name: &str, text: &str) -> Sent {
    Sent {
        external_id: name.into(),
        title: String::new(),
        url: "https://shop.example/kayak".into(),
        language: String::new(),
        format: Format::Markdown,
        text: text.into(),
    }
}

async fn source(knowledge: &Knowledge, workspace: WorkspaceId, audience: Audience) -> SourceId {
    let shelf = library::by_name(knowledge.chat(), workspace, "Shop").await.unwrap();
    knowledge.sent_source(workspace, shelf.id, "Product database", audience).await.unwrap()
}

async fn texts(knowledge: &Knowledge, workspace: WorkspaceId, at: At) -> Vec<String> {
    let query =
        Query { text: "how heavy is the kayak".into(), reader: crate::Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
    knowledge.search_at(workspace, &query, at).await.unwrap().hits.into_iter().map(|hit| hit.passage.text).collect()
}

#[tokio::test]
async fn a_document_is_replaced_by_its_name_and_read_again_only_when_it_has_changed() {
    let (fresh, knowledge) = open().await;
    let (store, workspace) = (fresh.chat.store(), fresh.workspace);
    let id = source(&knowledge, workspace, Audience::All).await;
    assert_eq!(source(&knowledge, workspace, Audience::Staff).await, id, "the same name is the same source");
    let first = Sent { title: "The big kayak".into(), language: "de".into(), ..sent("4711", "# Kayak\n\nThe kayak weighs 24 kg.") };
    assert_eq!(knowledge.send(workspace, id, vec![first.clone()]).await.unwrap(), [Outcome::Taken]);
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["The kayak weighs 24 kg."]);
    let revision = knowledge.revision(workspace).await.unwrap();
    assert_eq!(knowledge.send(workspace, id, vec![first.clone()]).await.unwrap(), [Outcome::Unchanged]);
    assert_eq!(knowledge.revision(workspace).await.unwrap(), revision, "nothing is indexed again");
    let known = document::list(store, workspace, id, "", 10).await.unwrap();
    assert_eq!((known.len(), known[0].title.as_str(), known[0].language.as_str()), (1, "The big kayak", "de"));
    assert_eq!(known[0].url, "https://shop.example/kayak");
    // One of three changes, one is new, one has no words: what was known under its name stays.
    let lighter = Sent { text: "# Kayak\n\nThe kayak weighs 21 kg.".into(), ..first.clone() };
    let html = Sent { format: Format::Html, ..sent("b", "<nav>Menu</nav><main><h1>Paddle</h1><p>Carbon.</p></main>") };
    let outcomes = knowledge.send(workspace, id, vec![lighter.clone(), html, sent("c", "   "), lighter]).await.unwrap();
    assert_eq!(outcomes[..2], [Outcome::Taken, Outcome::Taken]);
    assert_eq!(outcomes[2..], [Outcome::Refused(Reason::Empty), Outcome::Refused(Reason::Duplicate { id: "4711".into() })]);
    assert_eq!(knowledge.send(workspace, id, vec![sent("4711", "")]).await.unwrap(), [Outcome::Refused(Reason::Empty)]);
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["The kayak weighs 21 kg."]);
    let after = document::list(store, workspace, id, "", 10).await.unwrap();
    assert_eq!((after.len(), after[0].id), (2, known[0].id), "it keeps its id");
    let summary = super::source::find(store, workspace, id).await.unwrap().summary;
    assert_eq!((summary.taken, summary.removed, summary.skipped[0].name.as_str()), (0, 0, "4711"));
    // Neither another workspace nor another source takes it.
    let stranger: WorkspaceId = fresh.chat.id();
    assert!(matches!(knowledge.send(stranger, id, vec![first.clone()]).await, Err(Error::NotFound)));
    take(&knowledge, workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    let file = super::source::list(store, workspace, None).await.unwrap().into_iter().find(|source| source.name == "faq.csv").unwrap();
    assert!(matches!(knowledge.send(workspace, file.id, vec![first]).await, Err(Error::Invalid(_))));
    for name in ["", " \n", &"x".repeat(301)] {
        assert!(matches!(knowledge.send(workspace, id, vec![sent(name, "Words.")]).await, Err(Error::Invalid(_))), "{name}");
    }
}

#[tokio::test]
async fn two_who_send_the_same_document_leave_one() {
    let (fresh, knowledge) = open().await;
    let workspace = fresh.workspace;
    let id = source(&knowledge, workspace, Audience::All).await;
    let mut senders = tokio::task::JoinSet::new();
    for n in 0..12 {
        let knowledge = knowledge.clone();
        senders.spawn(async move { knowledge.send(workspace, id, vec![sent("4711", &format!("# Kayak\n\nIt weighs {n} kg."))]).await });
    }
    while let Some(done) = senders.join_next().await {
        assert_eq!(done.unwrap().unwrap(), [Outcome::Taken]);
    }
    let known = document::list(fresh.chat.store(), workspace, id, "", 10).await.unwrap();
    assert_eq!((known.len(), known[0].passages), (1, 1));
    assert_eq!(passage::of_document(fresh.chat.store(), workspace, known[0].id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn releases_and_audiences_hold_for_what_is_sent() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    let by: AgentId = fresh.agent("Ada", Role::Admin).await.unwrap().id;
    let id = source(&knowledge, workspace, Audience::All).await;
    knowledge.send(workspace, id, vec![sent("4711", "# Kayak\n\nThe kayak weighs 24 kg.")]).await.unwrap();
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    knowledge.send(workspace, id, vec![sent("4711", "# Kayak\n\nThe kayak weighs 21 kg.")]).await.unwrap();
    assert_eq!(texts(&knowledge, workspace, At::Release(1)).await, ["The kayak weighs 24 kg."]);
    assert_eq!(texts(&knowledge, workspace, At::Today).await, ["The kayak weighs 21 kg."]);
    super::source::set_audience(chat, workspace, id, &Audience::Staff).await.unwrap();
    knowledge.send(workspace, id, vec![sent("4712", "# Kayak\n\nThe other kayak weighs 19 kg.")]).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Today).await.is_empty(), "staff documents are not for visitors");
    let known = document::at(chat.store(), workspace, id, "4711").await.unwrap().unwrap();
    super::source::set_audience(chat, workspace, id, &Audience::All).await.unwrap();
    document::remove(chat, workspace, known, Frozen::Forgotten).await.unwrap();
    knowledge.ready(workspace).await.unwrap();
    assert!(texts(&knowledge, workspace, At::Release(1)).await.is_empty());
}

#[tokio::test]
async fn answers_are_written_together_and_listed_page_by_page() {
    let (fresh, knowledge) = open().await;
    let (store, workspace) = (fresh.chat.store(), fresh.workspace);
    let shelf = library::by_name(&fresh.chat, workspace, "Shop").await.unwrap().id;
    let answer =
        |question: &str, answer: &str| Answer { question: question.into(), answer: answer.into(), variants: vec!["May I?".into()] };
    let bad = vec![answer("Can I pay by card?", "Yes."), answer("", "Yes.")];
    assert!(matches!(knowledge.write_answers(workspace, shelf, bad).await, Err(Error::Invalid(_))));
    assert!(written::list(store, workspace, shelf, "", 10).await.unwrap().is_empty(), "all or none");
    let good = vec![answer("Can I pay by card?", "Yes."), answer("Are you open on Sundays?", "No.")];
    let ids = knowledge.write_answers(workspace, shelf, good.clone()).await.unwrap();
    let again = knowledge.write_answers(workspace, shelf, vec![answer("Can I pay by card?", "By Visa.")]).await.unwrap();
    assert_eq!(again[0], ids[0], "the same question is the same document");
    let first = written::list(store, workspace, shelf, "", 1).await.unwrap();
    let rest = written::list(store, workspace, shelf, &first[0].1, 9).await.unwrap();
    assert_eq!((first[0].0, &first[0].2), (ids[1], &good[1]));
    assert_eq!((rest.len(), &rest[0].2), (1, &answer("Can I pay by card?", "By Visa.")));
}
