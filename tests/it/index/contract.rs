//! What every index must do, wherever it is.

use chat::{AgentId, agent::Role};
use knowledge::{
    article::{self, Name, Then, Typed, collection},
    release, source,
};
use serde_json::json;
use tests::{qdrant::Qdrant, scale::Corpus};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_index_keeps_the_contract() {
    contract(&Place::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_on_our_own_stand_in_for_a_qdrant_server_keeps_the_contract() {
    let server = Qdrant::start(None).await.unwrap();
    contract(&on(&server.address())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_on_the_real_qdrant_server_that_is_named_keeps_the_contract() {
    match std::env::var("WARBLER_TEST_QDRANT") {
        Ok(address) => contract(&on(&address)).await,
        Err(_) => eprintln!("NOT RUN: no real Qdrant server; name one as WARBLER_TEST_QDRANT=qdrant:http://127.0.0.1:6334"),
    }
}

async fn contract(place: &Place) {
    words_and_changes(place).await;
    who_may_find_what(place).await;
    articles_in_a_crowd(place).await;
    releases(place).await;
    meaning_and_many(place).await;
}

/// Put, replace, delete, restart and build anew, by words, in two languages.
async fn words_and_changes(place: &Place) {
    let shelf = Shelf::open(place, false).await;
    assert_eq!((shelf.ask("delivery").await, shelf.indexed()), (vec![], 0), "nothing is found in nothing");
    shelf.take(faq(FAQ)).await;
    let asked = [
        ("how long is the delivery", "How long does delivery take?"),
        ("收货地址可以修改吗", "怎么修改收货地址？"),
        ("what is err_ssl_42", "Error ERR_SSL_42"),
        ("can i RETURN shoes", "Can I return shoes?"),
    ];
    for (question, title) in asked {
        assert_eq!(shelf.ask(question).await[0], title, "{question}");
    }
    for nothing in ["", "？！", "zzzz qqqq", "the of and"] {
        assert!(shelf.ask(nothing).await.is_empty(), "{nothing}");
    }
    assert_eq!(shelf.indexed(), 4);
    let changed = FAQ.replace("Three working", "Two working").replace("Can I return shoes?,\"Yes, within 14 days.\"\n", "");
    shelf.take(faq(&changed)).await;
    let found = shelf.find(shelf.fresh.workspace, query("how long does delivery take"), Way::default()).await;
    assert_eq!(found.hits[0].passage.text, "Two working days.");
    assert!(!shelf.ask("can I return shoes").await.contains(&"Can I return shoes?".to_owned()));
    assert_eq!(shelf.indexed(), 3);
    let shelf = shelf.reopened().await;
    assert_eq!((shelf.ask("收货地址").await, shelf.indexed()), (vec!["怎么修改收货地址？".to_owned()], 3), "after a restart");
    let asked = "how long does the delivery take and what is err_ssl_42";
    let before = shelf.ask(asked).await;
    assert_eq!(shelf.knowledge.rebuild(shelf.fresh.workspace).await.unwrap(), 3);
    assert_eq!(shelf.ask(asked).await, before, "built anew it says the same");
    let source = source::list(shelf.chat.store(), shelf.fresh.workspace, None).await.unwrap().remove(0);
    source::remove(&shelf.chat, shelf.fresh.workspace, source.id, release::Frozen::Kept).await.unwrap();
    assert_eq!((shelf.ask("delivery").await, shelf.indexed()), (vec![], 0));
}

/// Audience, library and workspace hold before anything is ranked: a crowd of better ones does not push out what may be seen.
async fn who_may_find_what(place: &Place) {
    let shelf = Shelf::open(place, false).await;
    let crowd: String = (0..1_200).map(|n| format!("Delivery secret {n}?,Delivery delivery delivery {n}.\n")).collect();
    let staff = Upload::bytes("staff.csv", format!("question,answer\n{crowd}").into_bytes()).with_audience(Audience::Staff);
    shelf.take(staff).await;
    shelf
        .take(Upload::bytes("public.md", b"# Post\n\nA long text about what is sent by post, and once about delivery too.".to_vec()))
        .await;
    shelf.take_into(shelf.fresh.workspace, "Blog", Upload::bytes("blog.md", b"# Notes\n\nWe wrote of the delivery.".to_vec())).await;
    let other: WorkspaceId = shelf.chat.id();
    chat::workspace::create(shelf.chat.store(), other, "Other", 0).await.unwrap();
    shelf.take_into(other, "Shop", Upload::bytes("other.md", b"# Others\n\nDelivery of the others.".to_vec())).await;
    assert_eq!(sorted(shelf.ask("delivery").await), ["Notes", "Post"]);
    let blog = shelf.library(shelf.fresh.workspace, "Blog").await;
    let of = |reader, libraries| Query { reader, libraries, ..query("delivery") };
    let here = shelf.fresh.workspace;
    assert_eq!(titles(&shelf.find(here, of(Reader::Anyone, Some(vec![blog])), Way::default()).await), ["Notes"]);
    assert_eq!(titles(&shelf.find(here, of(Reader::Anyone, Some(vec![shelf.chat.id()])), Way::default()).await), [""; 0]);
    let all = titles(&shelf.find(here, of(Reader::Staff, None), Way::default()).await);
    assert!(all.len() == 8 && all.iter().all(|title| title.starts_with("Delivery secret")), "{all:?}");
    assert_eq!(titles(&shelf.find(other, query("delivery"), Way::default()).await), ["Others"]);
    assert_eq!(shelf.indexed(), 1_202);
    // What only staff may see from now on, is replaced under the same id.
    let all = source::list(shelf.chat.store(), here, None).await.unwrap();
    let public = all.into_iter().find(|source| source.name == "public.md").unwrap();
    source::set_audience(&shelf.chat, here, public.id, &Audience::Staff).await.unwrap();
    assert_eq!(shelf.ask("delivery").await, ["Notes"]);
    // What only some visitors may read, by source and by library, and still no crowd stands before it.
    let pro = Audience::with("plan", "pro").unwrap();
    source::set_audience(&shelf.chat, here, public.id, &pro).await.unwrap();
    library::set_audience(&shelf.chat, here, blog, &Audience::Verified).await.unwrap();
    let plan = |plan: &str| Reader::Proven([("plan".to_owned(), plan.to_owned())].into());
    let finds = async |reader: Reader, libraries| sorted(titles(&shelf.find(here, of(reader, libraries), Way::default()).await));
    assert_eq!(shelf.ask("delivery").await, [""; 0]);
    assert_eq!(finds(plan("free"), None).await, ["Notes"]);
    assert_eq!(finds(plan("Pro"), None).await, ["Notes", "Post"]);
    assert_eq!(finds(plan("pro"), Some(vec![blog])).await, ["Notes"]);
    assert_eq!(finds(Reader::Anyone, Some(vec![blog])).await, [""; 0]);
    assert_eq!(finds(plan("pro"), Some(vec![])).await, [""; 0], "no library is none, not all");
    let shelf = shelf.reopened().await;
    let finds = async |reader: Reader| sorted(titles(&shelf.find(here, Query { reader, ..query("delivery") }, Way::default()).await));
    assert_eq!((finds(plan("pro")).await, finds(plan("free")).await), (vec!["Notes".into(), "Post".into()], vec!["Notes".to_owned()]));
}

/// The help center searches its own documents: what else is in their library does not stand before them.
async fn articles_in_a_crowd(place: &Place) {
    let shelf = Shelf::open(place, false).await;
    let (chat, workspace) = (&shelf.chat, shelf.fresh.workspace);
    let crowd: String = (0..300).map(|n| format!("Kayak kayak {n}?,Kayak kayak kayak {n}.\n")).collect();
    shelf.take(Upload::bytes("crowd.csv", format!("question,answer\n{crowd}").into_bytes())).await;
    let by = shelf.fresh.agent("Ada", Role::Admin).await.unwrap().id;
    let names = [("en".to_owned(), Name { name: "Boats".into(), about: String::new() })].into();
    let boats = collection::create(chat, workspace, shelf.library(workspace, "Shop").await, names, Audience::All).await.unwrap();
    let typed = || Typed { title: "Boats".into(), summary: String::new(), body: "Whatever floats, a kayak too.".into() };
    let id = shelf.knowledge.begin_article(workspace, boats, "en", typed(), by).await.unwrap();
    shelf.knowledge.save_article(workspace, (id, "en"), typed(), (1, Then::Publish), by).await.unwrap();
    let public = article::public::list(chat.store(), workspace, None).await.unwrap();
    let found = shelf.knowledge.search_articles(workspace, &public, "kayak", "en").await.unwrap();
    assert_eq!(found.iter().map(|(public, _)| public.title.as_str()).collect::<Vec<_>>(), ["Boats"]);
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all
}

/// A release searches what it was frozen with.
async fn releases(place: &Place) {
    let shelf = Shelf::open(place, false).await;
    let (workspace, by) = (shelf.fresh.workspace, shelf.fresh.agent("Ada", Role::Admin).await.unwrap().id);
    let page = |days: &str| Upload::bytes("delivery.md", format!("# Delivery\n\nDelivery takes {days} days.").into_bytes());
    let at = async |at: At| -> Vec<String> {
        let found = shelf.knowledge.search_at(workspace, &query("how long does delivery take"), at).await.unwrap();
        found.hits.into_iter().map(|hit| hit.passage.text).collect()
    };
    let freeze = async |by: AgentId| release::freeze(&shelf.chat, workspace, "", &json!({}), by).await.unwrap();
    shelf.take(page("three")).await;
    freeze(by).await;
    shelf.take(page("five")).await;
    freeze(by).await;
    shelf.take(page("seven")).await;
    for (release, text) in [(At::Release(1), "three"), (At::Release(2), "five"), (At::Today, "seven")] {
        assert_eq!(at(release).await, [format!("Delivery takes {text} days.")]);
    }
}

/// Vectors of meaning beside words, in two thousand passages, as near as exact ones.
async fn meaning_and_many(place: &Place) {
    let shelf = Shelf::open(place, true).await;
    let corpus = Corpus::new(2_000, 7);
    let folder = tempfile::tempdir().unwrap();
    let few = tests::scale::import(&corpus, &shelf.knowledge, &shelf.chat, shelf.fresh.workspace, folder.path()).await.unwrap();
    shelf.knowledge.ready(shelf.fresh.workspace).await.unwrap();
    assert_eq!(shelf.indexed(), 2_000);
    let searches = tests::scale::Searches { corpus: &corpus, knowledge: &shelf.knowledge, workspace: shelf.fresh.workspace, few };
    let recall = searches.recall(20, &|_| ()).await.unwrap();
    for way in ["meaning", "both", "both_of_2_percent"] {
        assert!(recall[way].as_f64().unwrap() >= 0.98, "{way}: {recall}");
    }
    assert_eq!(shelf.by(Legs::Meaning, &corpus.question(50)).await.len(), 8);
    for passage in [0, 50, 999, 1_950] {
        let found = shelf.by(Legs::Words, &corpus.question(passage)).await;
        assert!(found.contains(&format!("Passage {passage}")), "{passage}: {found:?}");
    }
}

/// The same record in two places: the same passages, the same scores.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_places_say_the_same() {
    let server = Qdrant::start(None).await.unwrap();
    let address = std::env::var("WARBLER_TEST_QDRANT").unwrap_or_else(|_| server.address());
    let here = Shelf::open(&Place::default(), true).await;
    let there = Shelf::of(here.fresh.clone(), &on(&address), true).await;
    let corpus = Corpus::new(600, 3);
    let folder = tempfile::tempdir().unwrap();
    tests::scale::import(&corpus, &here.knowledge, &here.chat, here.fresh.workspace, folder.path()).await.unwrap();
    here.take(faq(FAQ)).await;
    for shelf in [&here, &there] {
        shelf.knowledge.ready(shelf.fresh.workspace).await.unwrap();
    }
    assert_eq!(here.indexed(), there.indexed());
    let questions = (0..12).map(|n| corpus.question(n * 49)).chain(["how long does delivery take".into(), "收货地址".into()]);
    for question in questions {
        for legs in [Legs::Words, Legs::Meaning, Legs::Both] {
            let way = Way { legs, exact: true, ..Way::default() };
            let (ours, theirs) = (
                here.find(here.fresh.workspace, query(&question), way).await,
                there.find(here.fresh.workspace, query(&question), way).await,
            );
            assert_eq!(ours.hits.len(), theirs.hits.len(), "{legs:?} {question}");
            for (a, b) in ours.hits.iter().zip(&theirs.hits) {
                let near = |a: f64, b: f64| (a - b).abs() < 1e-3;
                let same = a.passage.id == b.passage.id && near(a.lexical, b.lexical) && near(a.confidence, b.confidence);
                assert!(same && near(a.vector.unwrap_or(0.0), b.vector.unwrap_or(0.0)), "{legs:?} {question}\n{a:?}\n{b:?}");
            }
        }
    }
}
