//! Settings of splitting: what they do to the documents of a source, wherever these came from, and what they leave alone.

use chat::{AgentId, SourceId, agent::Role};
use serde_json::json;

use super::{
    article::{House, typed},
    schedule::{until, work},
    *,
};
use crate::{
    Format, Outcome, Sent, document,
    edit::{self, Change},
    import::{Given, Split, digest},
    parse::{Block, Parsed, Section},
    passage::{self, Passage},
    release::{self, At},
    source::{Kind, Manner},
    split::Settings,
};

const PAGE: &str = "# Shop\n\n## Delivery\n\nDelivery takes three days.\n\n### Abroad\n\nAbroad it takes nine days.\n\n## Returns\n\nReturns are free for 30 days.\n";
/// At the main headings.
const MAIN: Settings = Settings { size: None, levels: Some(1) };

async fn source_of(fresh: &Fresh, name: &str) -> source::Source {
    let all = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap();
    all.into_iter().find(|source| source.name == name).unwrap()
}

/// The passages of a source's documents.
async fn passages(fresh: &Fresh, id: SourceId) -> Vec<Passage> {
    let mut all = Vec::new();
    for document in document::list(fresh.chat.store(), fresh.workspace, id, "", 100).await.unwrap() {
        all.extend(passage::of_document(fresh.chat.store(), fresh.workspace, document.id).await.unwrap());
    }
    all
}

async fn texts(fresh: &Fresh, id: SourceId) -> Vec<String> {
    passages(fresh, id).await.into_iter().map(|passage| passage.text).collect()
}

/// Decides, and waits for the worker.
async fn decide(fresh: &Fresh, knowledge: &Knowledge, id: SourceId, settings: Settings) {
    assert!(source::set_split(&fresh.chat, fresh.workspace, id, settings).await.unwrap());
    let cancel = work(knowledge);
    until(fresh, id, |source| source.due_at.is_none() && source.busy_until == 0).await;
    cancel.cancel();
}

async fn at_release(knowledge: &Knowledge, workspace: WorkspaceId) -> Vec<String> {
    let query = Query { text: "delivery days".into(), reader: Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
    let found = knowledge.search_at(workspace, &query, At::Release(1)).await.unwrap();
    let mut all: Vec<String> = found.hits.into_iter().map(|hit| hit.passage.text).collect();
    all.sort();
    all
}

#[test]
fn documents_of_before_there_were_settings_are_known_again() {
    let section = Section { path: Vec::new(), blocks: vec![Block { text: "Text.".into(), whole: false }], spot: None };
    let document = || Given::from(Parsed::prose("a", "A".into(), vec![section.clone()]));
    let of = |settings: Settings| Split::of(document(), Manner { settings, cut: settings.under(1_200), keeps: true }).hash;
    let says = r#"1 1200 ("A", "", Prose([Section { path: [], blocks: [Block { text: "Text.", whole: false }], spot: None }]), None)"#;
    assert_eq!(of(Settings::default()), digest(says));
    assert_ne!(of(MAIN), digest(says));
}

#[tokio::test]
async fn what_was_uploaded_is_split_anew_and_the_rest_stays() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    let by: AgentId = fresh.agent("Ada", Role::Admin).await.unwrap().id;
    for name in ["a.md", "b.md"] {
        take(&knowledge, workspace, Upload::bytes(name, PAGE.into())).await.unwrap();
    }
    let (a, b) = (source_of(&fresh, "a.md").await.id, source_of(&fresh, "b.md").await.id);
    release::freeze(chat, workspace, "", &json!({}), by).await.unwrap();
    let frozen = at_release(&knowledge, workspace).await;
    assert!(frozen.contains(&"Delivery takes three days.".to_owned()), "{frozen:?}");
    let before = passages(&fresh, a).await;
    edit::change(chat, workspace, before[0].id, by, Change::Hide).await.unwrap();
    edit::change(chat, workspace, before[2].id, by, Change::Text("Returns are free for a month.".into())).await.unwrap();
    assert_eq!(edit::count(chat.store(), workspace, a).await.unwrap(), 2);
    let other = passages(&fresh, b).await;
    decide(&fresh, &knowledge, a, MAIN).await;
    let now = passages(&fresh, a).await;
    let says: Vec<(&str, &str)> = now.iter().map(|passage| (passage.heading.as_str(), passage.text.as_str())).collect();
    let joined = "Delivery takes three days.\n\n### Abroad\n\nAbroad it takes nine days.";
    assert_eq!(says, [("Delivery", joined), ("Returns", "Returns are free for a month.")]);
    let lost = edit::lost(chat.store(), workspace).await.unwrap();
    assert_eq!((lost.len(), lost[0].before.as_str()), (1, "Delivery takes three days."), "listed, not thrown away");
    assert_eq!(passages(&fresh, b).await, other, "nobody decided anything about it");
    assert_eq!(at_release(&knowledge, workspace).await, frozen, "a release is what it was frozen with");
    let found = ask(&knowledge, workspace, "how long does delivery abroad take").await;
    assert!(found.hits.iter().any(|hit| hit.passage.text == joined), "{:?}", titles(&found));
    // The same file again is as it was, and splitting as everywhere brings back what was switched off.
    let again = take(&knowledge, workspace, Upload::bytes("a.md", PAGE.into())).await.unwrap();
    assert_eq!((again.taken, again.unchanged), (0, 1));
    decide(&fresh, &knowledge, a, Settings::default()).await;
    let back = passages(&fresh, a).await;
    assert_eq!((back.len(), back[0].hidden_at.is_some(), back[2].text.contains("a month")), (3, true, true), "{back:?}");
    assert!(edit::lost(chat.store(), workspace).await.unwrap().is_empty());
    assert_eq!(take(&knowledge, workspace, Upload::bytes("a.md", PAGE.into())).await.unwrap().unchanged, 1);
}

#[tokio::test]
async fn nothing_newer_is_split_away() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    take(&knowledge, workspace, Upload::bytes("a.md", PAGE.into())).await.unwrap();
    let id = source_of(&fresh, "a.md").await.id;
    source::set_split(chat, workspace, id, MAIN).await.unwrap();
    // Somebody sends another text while the old one is being split.
    let mut tx = chat.begin().await.unwrap();
    crate::revision::hold(&mut tx, workspace).await.unwrap();
    let (other, source) = (knowledge.clone(), source_of(&fresh, "a.md").await);
    let splitting = tokio::spawn(async move { other.recut(workspace, &source, &|_| {}).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!splitting.is_finished());
    sqlx::query("UPDATE document SET hash = 'newer' WHERE workspace_id = $1").bind(workspace.text()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    splitting.await.unwrap().unwrap();
    assert_eq!(passages(&fresh, id).await.len(), 3, "what was read before is not written over what came since");
    // One of which nothing was kept stays, too, until it is sent again.
    sqlx::query("UPDATE document SET parsed = '' WHERE workspace_id = $1")
        .bind(workspace.text())
        .execute(chat.store().write())
        .await
        .unwrap();
    assert_eq!(document::missing(chat.store(), workspace, id).await.unwrap(), 1);
    decide(&fresh, &knowledge, id, Settings { size: Some(300), levels: Some(0) }).await;
    assert_eq!(passages(&fresh, id).await.len(), 3);
    assert_eq!(take(&knowledge, workspace, Upload::bytes("a.md", PAGE.into())).await.unwrap().taken, 1);
    assert_eq!(passages(&fresh, id).await.len(), 1);
    assert_eq!(document::missing(chat.store(), workspace, id).await.unwrap(), 0);
}

#[tokio::test]
async fn what_programs_send_is_split_as_its_source_is() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    let shelf = library::by_name(chat, workspace, "Shop").await.unwrap();
    let id = knowledge.sent_source(workspace, shelf.id, "Database", Audience::All).await.unwrap();
    let send = |name: &str| {
        let sent = Sent {
            external_id: name.into(),
            title: String::new(),
            url: String::new(),
            language: "en".into(),
            format: Format::Markdown,
            text: PAGE.into(),
        };
        knowledge.send(workspace, id, vec![sent])
    };
    assert_eq!(send("one").await.unwrap(), [Outcome::Taken]);
    decide(&fresh, &knowledge, id, MAIN).await;
    assert_eq!(passages(&fresh, id).await.len(), 2);
    assert_eq!(send("two").await.unwrap(), [Outcome::Taken]);
    assert_eq!(send("two").await.unwrap(), [Outcome::Unchanged]);
    assert_eq!(passages(&fresh, id).await.len(), 4);
}

#[tokio::test]
async fn a_folder_is_read_again_though_its_files_are_as_they_were() {
    let (fresh, knowledge) = open().await;
    let folder = tempfile::tempdir().unwrap();
    super::folder::write(&folder.path().join("a.md"), PAGE);
    let read = || take(&knowledge, fresh.workspace, Upload::path(folder.path()));
    read().await.unwrap();
    let source = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().remove(0);
    assert_eq!((source.kind, source.passages, read().await.unwrap().unchanged), (Kind::Folder, 3, 1));
    let shown = knowledge.preview_source(fresh.workspace, &source, MAIN).await.unwrap();
    assert_eq!((shown.documents.len(), shown.documents[0].1.len()), (1, 2));
    decide(&fresh, &knowledge, source.id, MAIN).await;
    assert_eq!(passages(&fresh, source.id).await.len(), 2);
    assert_eq!((read().await.unwrap().unchanged, passages(&fresh, source.id).await.len()), (1, 2));
}

#[tokio::test]
async fn an_import_that_began_before_is_followed_by_another() {
    let (fresh, knowledge) = open().await;
    let folder = tempfile::tempdir().unwrap();
    super::folder::write(&folder.path().join("a.md"), PAGE);
    take(&knowledge, fresh.workspace, Upload::path(folder.path())).await.unwrap();
    let id = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().remove(0).id;
    // As if the settings had been changed after it had begun: no worker knows.
    let mut tx = fresh.chat.begin().await.unwrap();
    sqlx::query("UPDATE source SET split = $1").bind(r#"{"size":null,"levels":1}"#).execute(&mut *tx).await.unwrap();
    source::synced(&mut tx, (fresh.workspace, id), &Summary::default(), Settings::default(), fresh.chat.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap().due_at.is_some());
    let mut tx = fresh.chat.begin().await.unwrap();
    sqlx::query("UPDATE source SET due_at = NULL").execute(&mut *tx).await.unwrap();
    source::synced(&mut tx, (fresh.workspace, id), &Summary::default(), MAIN, fresh.chat.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap().due_at.is_none());
}

#[tokio::test]
async fn articles_are_split_from_what_is_written() {
    let house = House::open().await;
    let (fresh, knowledge) = (&house.fresh, &house.knowledge);
    let (boats, bikes) = (house.collection("Boats", Audience::All).await, house.collection("Bikes", Audience::All).await);
    let body = PAGE.trim_start_matches("# Shop\n\n");
    let (first, draft) = (house.begin(boats, typed("Shop", body)).await, house.begin(boats, typed("Draft", body)).await);
    house.publish(first, typed("Shop", body)).await;
    let of =
        |collection| async move { crate::article::collection::find(fresh.chat.store(), fresh.workspace, collection).await.unwrap().source };
    let (boats_source, bikes_source) = (of(boats).await, of(bikes).await);
    assert_eq!(texts(fresh, boats_source).await.len(), 3);
    let source = source::find(fresh.chat.store(), fresh.workspace, boats_source).await.unwrap();
    let shown = knowledge.preview_source(fresh.workspace, &source, MAIN).await.unwrap();
    assert_eq!(shown.documents.iter().map(|(title, drafts)| (title.as_str(), drafts.len())).collect::<Vec<_>>(), [("Shop", 2)]);
    decide(fresh, knowledge, boats_source, MAIN).await;
    assert_eq!(texts(fresh, boats_source).await.len(), 2, "the draft is nobody's");
    house.publish(draft, typed("Draft", body)).await;
    assert_eq!(texts(fresh, boats_source).await.len(), 4, "what is published from now on, too");
    // An article that moves is split as its new collection is.
    knowledge.put_article(fresh.workspace, first, bikes).await.unwrap();
    assert_eq!((texts(fresh, boats_source).await.len(), texts(fresh, bikes_source).await.len()), (2, 3));
}

#[tokio::test]
async fn settings_are_checked_and_belong_to_their_workspace() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    take(&knowledge, workspace, Upload::bytes("a.md", PAGE.into())).await.unwrap();
    let id = source_of(&fresh, "a.md").await.id;
    let shelf = library::by_name(chat, workspace, "Shop").await.unwrap();
    knowledge.write_answer(workspace, shelf.id, "Where are you?", "In Lisbon.").await.unwrap();
    let written = source_of(&fresh, "Written answers").await;
    for (id, settings) in
        [(id, Settings { size: Some(10), levels: None }), (id, Settings { size: None, levels: Some(9) }), (written.id, MAIN)]
    {
        assert!(matches!(source::set_split(chat, workspace, id, settings).await, Err(Error::Invalid(_))), "{settings:?}");
    }
    assert!(matches!(knowledge.preview_source(workspace, &written, MAIN).await, Err(Error::Invalid(_))));
    assert!(matches!(source::set_split(chat, chat.id(), id, MAIN).await, Err(Error::NotFound)));
    assert!(!source::set_split(chat, workspace, id, Settings::default()).await.unwrap(), "it is so already");
    let source = source_of(&fresh, "a.md").await;
    assert_eq!((source.split, source.due_at), (Settings::default(), None));
    let count = |settings| {
        let (knowledge, source) = (&knowledge, &source);
        async move { knowledge.preview_source(workspace, source, settings).await.unwrap().documents[0].1.len() }
    };
    assert_eq!((count(Settings::default()).await, count(MAIN).await, count(Settings { levels: Some(0), ..MAIN }).await), (3, 2, 1));
    assert_eq!(passages(&fresh, id).await.len(), 3, "a preview keeps nothing");
    // What is uploaded again is shown as it will be.
    assert!(source::set_split(chat, workspace, id, MAIN).await.unwrap());
    assert!(!source::set_split(chat, workspace, id, MAIN).await.unwrap());
    sqlx::query("UPDATE source SET failure = '\"empty\"'").execute(chat.store().write()).await.unwrap();
    assert!(source::set_split(chat, workspace, id, MAIN).await.unwrap(), "what failed can be tried once more");
    assert_eq!(source::settings_at(chat.store(), workspace, shelf.id, "upload:a.md").await.unwrap(), MAIN);
    assert_eq!(source::settings_at(chat.store(), workspace, shelf.id, "upload:new.md").await.unwrap(), Settings::default());
}
