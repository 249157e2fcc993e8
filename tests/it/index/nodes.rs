//! Several nodes on one server, and a server that is not always there.

use std::time::{Duration, Instant};

use knowledge::Error;
use tests::qdrant::{Mood, Qdrant};
use tokio_util::sync::CancellationToken;

use super::*;

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_build_an_index_once_and_follow_each_other() {
    let server = Qdrant::start(None).await.unwrap();
    let place = on(&server.address());
    let first = Shelf::open(&place, false).await;
    let second = Shelf::of(first.fresh.clone(), &place, false).await;
    let third = Shelf::of(first.fresh.clone(), &place, false).await;
    // So many that a change of two leaves the average length what it is.
    let crowd: String = (0..40).map(|n| format!("What is part {n}?,It is part {n} of the machine.\n")).collect();
    let all = format!("{FAQ}{crowd}");
    first.take(faq(&all)).await;
    let workspace = first.fresh.workspace;
    let (a, b, c) = tokio::join!(first.knowledge.ready(workspace), second.knowledge.ready(workspace), third.knowledge.ready(workspace));
    a.and(b).and(c).unwrap();
    // The passages and the point that says that it is whole.
    assert_eq!((server.collections().len(), server.written()), (1, 45), "{:?}", server.collections());
    for shelf in [&first, &second, &third] {
        assert_eq!((shelf.ask("delivery").await, shelf.indexed()), (vec!["How long does delivery take?".to_owned()], 44));
    }
    // What one writes, the others find; what one removes, none does; and how rare words are is the same for all.
    let changed =
        all.replace("Three working", "Two working").replace("Error ERR_SSL_42,Renew the certificate.\n", "Is delivery free?,Yes.\n");
    second.take(faq(&changed)).await;
    let mut told = Vec::new();
    for shelf in [&third, &first, &second] {
        let found = shelf.find(workspace, query("how long does the delivery take"), Way::default()).await;
        assert_eq!(found.hits[0].passage.text, "Two working days.");
        assert!(shelf.ask("err_ssl_42").await.is_empty());
        told.push(
            found.hits.iter().map(|hit| (hit.passage.id, hit.lexical, hit.confidence)).map(|hit| format!("{hit:?}")).collect::<Vec<_>>(),
        );
    }
    assert!(told[0] == told[1] && told[1] == told[2], "{told:?}");
    assert_eq!(server.written(), 47, "only what changed was written, once");
    // A node that starts builds nothing.
    let started = Shelf::of(first.fresh.clone(), &place, false).await;
    assert_eq!((started.ask("delivery free").await[0].as_str(), server.written()), ("Is delivery free?", 47));
    // One builds anew: the others search on in what it built.
    assert_eq!(third.knowledge.rebuild(workspace).await.unwrap(), 44);
    assert_eq!(server.collections().len(), 1, "{:?}", server.collections());
    assert_eq!(first.ask("delivery free").await[0], "Is delivery free?");
    assert_eq!(started.ask("delivery free").await[0], "Is delivery free?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_costs_answers_and_nothing_else() {
    let mut server = Qdrant::start(None).await.unwrap();
    let place = Place { seconds: 1, ..on(&server.address()) };
    let shelf = Shelf::open(&place, false).await;
    shelf.take(faq(FAQ)).await;
    assert_eq!(shelf.ask("delivery").await.len(), 1);
    let cancel = CancellationToken::new();
    let running = tokio::spawn(shelf.knowledge.clone().run_owned(cancel.clone()));
    let workspace = shelf.fresh.workspace;
    let find = async || shelf.knowledge.search(workspace, &query("is delivery free")).await;
    for mood in [Some(Mood::Broken), Some(Mood::Silent), None] {
        match mood {
            Some(mood) => server.behave(mood),
            None => server.down().await,
        }
        let begun = Instant::now();
        assert!(matches!(find().await, Err(Error::Index(_))), "{mood:?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{mood:?}: {:?}", begun.elapsed());
        // Knowledge is taken in as ever.
        let text = format!("{FAQ}Is delivery free?,Yes ({mood:?}).\n");
        shelf.take(faq(&text)).await;
        assert!(find().await.is_err(), "nothing is found in half an index: {mood:?}");
        let state = shelf.knowledge.index_state();
        assert!(!state.serves && state.words.contains("cannot be used"), "{state:?}");
        server.behave(Mood::Well);
        if mood.is_none() {
            server.up().await.unwrap();
        }
        until("it is found again", async || {
            find().await.is_ok_and(|found| found.hits.iter().any(|hit| hit.passage.text == format!("Yes ({mood:?}).")))
        })
        .await;
        assert!(shelf.knowledge.index_state().serves);
    }
    // It comes back with nothing: everything is built from the record.
    server.lose_all();
    assert_eq!(shelf.ask("收货地址").await, ["怎么修改收货地址？"]);
    assert_eq!((server.collections().len(), shelf.indexed()), (1, 5));
    cancel.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_starts_while_the_server_is_away_and_says_that_it_cannot_search() {
    let mut server = Qdrant::start(Some("k3y")).await.unwrap();
    let place = Place { seconds: 1, key: "k3y".into(), ..on(&server.address()) };
    let shelf = Shelf::open(&place, false).await;
    shelf.take(faq(FAQ)).await;
    assert_eq!(shelf.ask("delivery").await.len(), 1);
    let stranger = Shelf::of(shelf.fresh.clone(), &Place { key: "wrong".into(), ..place.clone() }, false).await;
    let refused = stranger.knowledge.search(shelf.fresh.workspace, &query("delivery")).await.unwrap_err().to_string();
    assert!(refused.contains("knowledge.index.key") || refused.contains("try again"), "{refused}");
    assert!(stranger.knowledge.index_state().words.contains("knowledge.index.key"), "{:?}", stranger.knowledge.index_state());
    assert!(stranger.knowledge.index_version().await.is_err());
    server.down().await;
    let late = Shelf::of(shelf.fresh.clone(), &place, false).await;
    assert!(late.knowledge.search(shelf.fresh.workspace, &query("delivery")).await.is_err(), "not \"nothing found\"");
    server.up().await.unwrap();
    until("it is found", async || late.knowledge.search(shelf.fresh.workspace, &query("delivery")).await.is_ok()).await;
    assert_eq!(late.ask("delivery").await.len(), 1);
    assert_eq!(late.knowledge.index_version().await.unwrap().as_deref(), Some("1.20.0"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_another_recipe_stands_beside_the_old_one_until_nobody_uses_that() {
    let server = Qdrant::start(None).await.unwrap();
    let place = on(&server.address());
    let old = Shelf::open(&place, false).await;
    old.take(faq(FAQ)).await;
    assert_eq!(old.ask("delivery").await.len(), 1);
    // As a new version of Warbler, or a node that was given a model.
    let new = Shelf::of(old.fresh.clone(), &place, true).await;
    let tending = async |shelf: &Shelf| {
        let cancel = CancellationToken::new();
        let running = tokio::spawn(shelf.knowledge.clone().run_owned(cancel.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        cancel.cancel();
        running.await.unwrap();
    };
    assert!(!new.by(Legs::Meaning, "delivery take").await.is_empty());
    assert_eq!(server.collections().len(), 2, "{:?}", server.collections());
    let written = server.written();
    assert_eq!((old.ask("delivery").await.len(), server.written()), (1, written));
    tending(&new).await;
    assert_eq!(server.collections().len(), 2, "it was used just now");
    old.fresh.clock.advance(3_500_000);
    tending(&old).await;
    old.fresh.clock.advance(3_500_000);
    tending(&new).await;
    assert_eq!(server.collections().len(), 2, "an old node still uses it");
    old.fresh.clock.advance(3_700_000);
    tending(&new).await;
    assert_eq!(server.collections().len(), 1, "{:?}", server.collections());
    assert!(!new.by(Legs::Meaning, "delivery take").await.is_empty());
}
