//! Articles as the staff write them, with scripts off.

use axum::http::StatusCode;
use chat::agent::Role;
use knowledge::{Reader, article};

use super::{Browser, House};

const TITLE: &str = "How long does delivery take?";

impl House {
    /// What anybody finds of a question.
    async fn found(&self, question: &str) -> String {
        let query = knowledge::Query { text: question.into(), reader: Reader::Anyone, libraries: None, limit: 8, locale: "en".into() };
        let hits = self.console.knowledge.search(self.fresh.workspace, &query).await.unwrap().hits;
        hits.into_iter().map(|hit| hit.passage.text).collect::<Vec<_>>().join("\n")
    }
}

async fn collection(browser: &mut Browser, name: &str, audience: &str) -> String {
    let fields = [("name_en", name), ("name_zh", ""), ("library", "Help center"), ("audience", audience)];
    let page = browser.act("/console/collections", &fields).await;
    assert_eq!((page.status, page.to.as_str()), (StatusCode::SEE_OTHER, "/console/articles"), "{}", page.text);
    let list = browser.get("/console/articles").await.text;
    let at = list.find(&format!(" dir=\"auto\">{name}</h2>")).unwrap_or_else(|| panic!("{name} is not on\n{list}"));
    list[..at].rsplit("id=\"c-").next().unwrap()[..36].to_owned()
}

#[tokio::test]
async fn an_article_is_written_published_moved_and_brought_back() {
    let house = House::new().await;
    let (_, mut admin) = house.signed_in("Ada", Role::Admin).await;
    let (_, mut agent) = house.signed_in("Bo", Role::Agent).await;
    let page = agent.get("/console/articles").await.text;
    assert!(page.contains("An admin makes the first collection.") && !page.contains("/console/collections/new"), "{page}");
    assert_eq!(agent.get("/console/articles/new").await.to, "/console/articles", "a collection comes first");
    let delivery = collection(&mut admin, "Delivery", "all").await;
    let desk = collection(&mut admin, "Desk", "staff").await;
    // What is wrong is said beside what was typed; a preview keeps nothing.
    let bad = agent.act("/console/articles", &[("collection", &delivery), ("lang", "en"), ("title", ""), ("body", "Three *days*.")]).await;
    assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.text.contains("Three *days*."), "{}", bad.text);
    let fields = [("collection", delivery.as_str()), ("lang", "en"), ("title", TITLE), ("body", "Three *days*."), ("do", "preview")];
    let shown = agent.act("/console/articles", &fields).await.text;
    assert!(shown.contains("<p>Three <em>days</em>.</p>") && shown.contains("Three *days*."), "{shown}");
    assert!(article::list(house.fresh.chat.store(), house.fresh.workspace).await.unwrap().is_empty());
    // A draft is nobody's; published it is.
    let fields = [("collection", delivery.as_str()), ("lang", "en"), ("title", TITLE), ("body", "A parcel takes three days.")];
    let made = agent.act("/console/articles", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let path = made.to;
    assert_eq!(house.found("how long does a parcel take").await, "");
    let draft = agent.get(&path).await.text;
    assert!(draft.contains("name=\"revision\" value=\"1\"") && draft.contains("Publish") && draft.contains("Bo"), "{draft}");
    let fields = [("title", TITLE), ("body", "A parcel takes three days."), ("revision", "1"), ("do", "publish")];
    assert_eq!(agent.act(&path, &fields).await.to, path);
    assert_eq!(house.found("how long does a parcel take").await, "A parcel takes three days.");
    let live = agent.get(&path).await.text;
    assert!(live.contains("Open the page") && live.contains(&format!("/help/{}/article/", house.fresh.inbox)), "{live}");
    assert!(agent.get("/console/articles").await.text.contains("English: published"));
    // In a collection for the staff, visitors are not answered from it any more, and there is no page to open.
    let base = path.split('?').next().unwrap().to_owned();
    agent.act(&format!("{base}/put"), &[("collection", &desk)]).await;
    assert_eq!(house.found("how long does a parcel take").await, "");
    assert!(!agent.get(&path).await.text.contains("Open the page"));
    agent.act(&format!("{base}/put"), &[("collection", &delivery)]).await;
    assert_eq!(house.found("how long does a parcel take").await, "A parcel takes three days.");
    // Removed with a way back.
    let removed = agent.act(&format!("{base}/remove"), &[]).await;
    assert_eq!((removed.status, house.found("how long does a parcel take").await.as_str()), (StatusCode::SEE_OTHER, ""));
    let list = agent.get("/console/articles").await.text;
    assert!(list.contains(&format!("action=\"{base}/restore\"")), "the next page offers to undo it:\n{list}");
    assert!(agent.get("/console/articles?state=removed").await.text.contains(TITLE));
    assert!(agent.get(&path).await.text.contains("This article was removed."));
    agent.act(&format!("{base}/restore"), &[]).await;
    assert_eq!(house.found("how long does a parcel take").await, "A parcel takes three days.");
}

#[tokio::test]
async fn who_is_overtaken_keeps_what_they_typed_and_reads_what_was_saved() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let (_, mut bo) = house.signed_in("Bo", Role::Agent).await;
    let shelf = collection(&mut ada, "Delivery", "all").await;
    let path = ada.act("/console/articles", &[("collection", &shelf), ("lang", "en"), ("title", TITLE), ("body", "Days.")]).await.to;
    let save = |body: &'static str, seen: &'static str| [("title", TITLE), ("body", body), ("revision", seen), ("do", "save")];
    assert_eq!(ada.act(&path, &save("Three days, says Ada.", "1")).await.status, StatusCode::SEE_OTHER);
    let page = bo.act(&path, &save("Four days, says Bo.", "1")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    for part in [
        "Ada saved this text while you were writing.",
        "Three days, says Ada.</pre>",
        "Four days, says Bo.</textarea>",
        "name=\"revision\" value=\"2\"",
    ] {
        assert!(page.text.contains(part), "{part} is not on\n{}", page.text);
    }
    // Having seen it, Bo may decide.
    assert_eq!(bo.act(&path, &save("Three or four days.", "2")).await.status, StatusCode::SEE_OTHER);
    assert!(ada.get(&path).await.text.contains("Three or four days."));
}

#[tokio::test]
async fn a_collection_is_its_source_and_neither_is_removed_past_the_other() {
    let house = House::new().await;
    let (_, mut admin) = house.signed_in("Ada", Role::Admin).await;
    let shelf = collection(&mut admin, "Delivery", "all").await;
    let path = admin
        .act("/console/articles", &[("collection", &shelf), ("lang", "en"), ("title", TITLE), ("body", "Three days."), ("do", "publish")])
        .await
        .to;
    let sources = admin.get("/console/sources").await.text;
    assert!(sources.contains("Help-center articles"), "{sources}");
    let (store, workspace) = (house.fresh.chat.store(), house.fresh.workspace);
    let of = article::collection::list(store, workspace).await.unwrap().remove(0).source;
    let source = admin.get(&format!("/console/sources/{of}")).await.text;
    assert!(source.contains("This source is a collection") && !source.contains(&format!("/console/sources/{of}/remove")), "{source}");
    let document = knowledge::document::list(store, workspace, of, "", 1).await.unwrap().remove(0).id;
    let page = admin.get(&format!("/console/sources/{of}/documents/{document}")).await.text;
    assert!(page.contains(&format!("href=\"{path}\"")) && !page.contains(&format!("documents/{document}/remove")), "{page}");
    assert_eq!(admin.act(&format!("/console/sources/{of}/remove"), &[]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(admin.act(&format!("/console/collections/{shelf}/remove"), &[]).await.status, StatusCode::BAD_REQUEST);
    // Who may read it is one thing, wherever it is decided.
    let fields = [("name_en", "Delivery"), ("audience", "verified")];
    assert_eq!(admin.act(&format!("/console/collections/{shelf}"), &fields).await.status, StatusCode::SEE_OTHER);
    assert!(admin.get(&format!("/console/sources/{of}")).await.text.contains("Verified visitors"));
    let unnamed = admin.act(&format!("/console/collections/{shelf}"), &[("name_en", " ")]).await;
    assert!(unnamed.status == StatusCode::UNPROCESSABLE_ENTITY && unnamed.text.contains("Give it a name"), "{}", unnamed.text);
}
