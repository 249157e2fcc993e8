//! The pages of sources: a site planted, a passage changed, what may be wrong.

use axum::http::StatusCode;
use chat::agent::Role;
use knowledge::{Upload, document, library, passage, source};

use super::House;

#[tokio::test]
async fn an_admin_plans_a_source_and_changes_a_passage() {
    let house = House::new().await;
    let (ann, mut browser) = house.signed_in("Ann", Role::Owner).await;
    let (workspace, store) = (house.fresh.workspace, house.fresh.chat.store());
    // A site is the worker's: the page answers at once and says that it waits.
    let site = [("library", "Web"), ("address", "http://127.0.0.1:9/help/"), ("way", "site"), ("schedule", "daily"), ("audience", "all")];
    assert_eq!(browser.act("/console/sources", &site).await.status, StatusCode::SEE_OTHER);
    let planted = source::list(store, workspace, None).await.unwrap().remove(0);
    assert_eq!((planted.kind.text(), planted.schedule.text(), planted.owner), ("site", "daily", Some(ann.id)));
    let at = format!("/console/sources/{}", planted.id);
    assert!(browser.get(&at).await.text.contains("It waits for a worker"));
    let plan = [("schedule", "weekly"), ("pages", "90000"), ("depth", "2"), ("owner", "")];
    assert_eq!(browser.act(&at, &plan).await.status, StatusCode::SEE_OTHER);
    let planned = source::find(store, workspace, planted.id).await.unwrap();
    assert_eq!((planned.schedule.text(), planned.reach.pages, planned.reach.depth, planned.owner), ("weekly", 20_000, 2, None));
    // A passage is changed, switched off and on.
    let shelf = library::by_name(&house.fresh.chat, workspace, "Shop").await.unwrap();
    let page = "# Shop\n\n## Returns\n\nYou may return an item within 30 days of delivery if it is unused and in its box with the bill.\n";
    for (name, text) in [("a.md", page.to_owned()), ("b.md", page.replace("30", "14"))] {
        house.console.knowledge.import(workspace, shelf.id, Upload::bytes(name, text.into()), &|_| {}).await.unwrap();
    }
    let all = source::list(store, workspace, Some(shelf.id)).await.unwrap();
    let a = all.into_iter().find(|source| source.name == "a.md").unwrap();
    let document = document::list(store, workspace, a.id, "", 1).await.unwrap().remove(0);
    let first = passage::of_document(store, workspace, document.id).await.unwrap().remove(0);
    let form = format!("/console/passages/{}", first.id);
    let shown = browser.get(&form).await;
    assert!(shown.text.contains("within 30 days"), "{}", shown.text);
    assert_eq!(browser.act(&form, &[("text", ""), ("do", "save")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.act(&form, &[("text", "Within a month."), ("do", "save")]).await.status, StatusCode::SEE_OTHER);
    let changed = passage::of_document(store, workspace, document.id).await.unwrap().remove(0);
    let form = format!("/console/passages/{}", changed.id);
    assert!(browser.get(&form).await.text.contains("As the source has it"));
    assert_eq!(browser.act(&form, &[("do", "hide")]).await.status, StatusCode::SEE_OTHER);
    let shown = browser.get(&format!("/console/sources/{}/documents/{}", a.id, document.id)).await;
    assert!(shown.text.contains("Within a month.") && shown.text.contains("Switched off") && shown.text.contains("Changed here"));
    let hidden = passage::of_document(store, workspace, document.id).await.unwrap().remove(0);
    browser.act(&format!("/console/passages/{}", hidden.id), &[("do", "restore")]).await;
    // The two pages contradict each other.
    let check = browser.get("/console/sources/check").await;
    assert!(check.text.contains("Almost the same, with other numbers") && check.text.contains("<b class=\"num\">14</b>"), "{}", check.text);
    // An agent may look, and not change.
    let (_, mut agent) = house.signed_in("Ben", Role::Agent).await;
    let shown = agent.get(&format!("/console/sources/{}/documents/{}", a.id, document.id)).await;
    assert!(shown.status == StatusCode::OK && !shown.text.contains("/console/passages/"));
    assert_eq!(agent.get("/console/sources/check").await.status, StatusCode::FORBIDDEN);
}
