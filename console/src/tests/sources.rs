//! The pages of sources: a site planted, a passage changed, what may be wrong.

use axum::http::StatusCode;
use chat::agent::Role;
use chat::audit;
use knowledge::Audience;
use knowledge::split::Settings;
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

#[tokio::test]
async fn who_may_read_a_source_is_not_changed_by_adding_it_again() {
    let house = House::new().await;
    let (workspace, store) = (house.fresh.workspace, house.fresh.chat.store());
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let file: (&str, &str, &[u8]) = ("files", "prices.md", b"# Prices\n\nThe dealer price is 300 euro.");
    let fields = |audience| [("library", "Shop"), ("audience", audience), ("way", "page"), ("schedule", "off")];
    assert_eq!(ada.send_files("/console/sources", &fields("staff"), &[file]).await.status, StatusCode::SEE_OTHER);
    let id = source::list(store, workspace, None).await.unwrap().remove(0).id;
    let audience = || async { source::find(store, workspace, id).await.unwrap().audience };
    // The form begins with everybody: a second time it is refused, and nothing is read.
    let newer: (&str, &str, &[u8]) = ("files", "prices.md", b"# Prices\n\nThe dealer price is 280 euro.");
    let refused = ada.send_files("/console/sources", &fields("all"), &[newer]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("“prices.md” is in this library already, for another audience: Team only."), "{}", refused.text);
    let documents = document::list(store, workspace, id, "", 1).await.unwrap();
    let says = passage::of_document(store, workspace, documents[0].id).await.unwrap().remove(0);
    assert!(says.text.contains("300") && says.audience == Audience::Staff, "{says:?}");
    assert_eq!(ada.send_files("/console/sources", &fields("staff"), &[newer]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(audience().await, Audience::Staff);
    // On its own page it is a choice, which is written down.
    let at = format!("/console/sources/{id}");
    assert!(ada.get(&at).await.text.contains("value=\"staff\" checked>"));
    assert_eq!(ada.act(&at, &[("owner", "")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(audience().await, Audience::Staff, "what is not sent is not changed");
    assert_eq!(ada.act(&at, &[("owner", ""), ("audience", "all")]).await.status, StatusCode::SEE_OTHER);
    let says = passage::of_document(store, workspace, documents[0].id).await.unwrap().remove(0);
    assert_eq!((audience().await, says.audience), (Audience::All, Audience::All));
    let lines = audit::recent(store, workspace, 10).await.unwrap();
    assert_eq!(lines.iter().filter(|(_, action, object, _)| action == "source.audience" && *object == id.text()).count(), 1, "{lines:?}");
}

#[tokio::test]
async fn what_could_not_be_taken_stays_in_the_form() {
    let house = House::new().await;
    let (workspace, store) = (house.fresh.workspace, house.fresh.chat.store());
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let good: (&str, &str, &[u8]) = ("files", "good.md", b"# Good\n\nThis file is fine.");
    let bad: (&str, &str, &[u8]) = ("files", "bad.pdf", b"this is no PDF at all");
    let worse: (&str, &str, &[u8]) = ("files", "worse.docx", b"nor is this a document");
    let typed = [
        ("library", "Shop"),
        ("audience", "all"),
        ("way", "page"),
        ("schedule", "off"),
        ("address", "http://127.0.0.1:9/help"),
        ("title", "Holidays"),
        ("text", "We are closed on Sundays."),
    ];
    let partly = ada.send_files("/console/sources", &typed, &[good, bad, worse]).await;
    assert_eq!(partly.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["Taken in: 2.", "bad.pdf: ", "worse.docx: ", "value=\"http://127.0.0.1:9/help\""] {
        assert!(partly.text.contains(words), "{words} is not on\n{}", partly.text);
    }
    assert!(!partly.text.contains("We are closed on Sundays."), "what was taken is not asked for again");
    assert_eq!(source::list(store, workspace, None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_worker_reads_is_shown_beforehand_or_it_says_why_not() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let fields = |way, schedule| {
        [
            ("library", "Web"),
            ("audience", "all"),
            ("address", "http://127.0.0.1:9/"),
            ("way", way),
            ("schedule", schedule),
            ("do", "preview"),
        ]
    };
    // Nothing answers there: the page was tried, and why it failed is said.
    for (way, schedule) in [("page", "daily"), ("site", "off")] {
        let shown = ada.act("/console/sources", &fields(way, schedule)).await;
        assert!(shown.status == StatusCode::OK && shown.text.contains("It could not be fetched"), "{way}: {}", shown.text);
        assert_eq!(shown.text.contains("only the first page is shown here"), way == "site");
    }
    let shown = ada.act("/console/sources", &fields("sitemap", "off")).await;
    assert!(shown.text.contains("A sitemap cannot be shown beforehand"), "{}", shown.text);
    assert!(source::list(house.fresh.chat.store(), house.fresh.workspace, None).await.unwrap().is_empty(), "nothing was kept");
}

#[tokio::test]
async fn a_library_is_renamed_and_removed() {
    let house = House::new().await;
    let (workspace, chat) = (house.fresh.workspace, &house.fresh.chat);
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let shelf = library::create(chat, workspace, "Shop").await.unwrap();
    let other = library::create(chat, workspace, "Blog").await.unwrap();
    let at = format!("/console/libraries/{}", shelf.id);
    assert!(ada.get("/console/sources").await.text.contains(&at));
    let taken = ada.act(&at, &[("name", "Blog")]).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.text.contains("already used"), "{}", taken.text);
    assert_eq!(ada.act(&at, &[("name", "Store")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(library::find(chat.store(), workspace, shelf.id).await.unwrap().name, "Store");
    house.console.knowledge.write_answer(workspace, shelf.id, "When do you open?", "At nine.").await.unwrap();
    let full = ada.act(&format!("{at}/remove"), &[]).await;
    assert!(ada.get(&full.to).await.text.contains("Remove them first"));
    // The written answers stand on their source's page; each can be removed.
    let written = source::list(chat.store(), workspace, Some(shelf.id)).await.unwrap().remove(0).id;
    let listed = ada.get(&format!("/console/sources/{written}")).await.text;
    assert!(listed.contains("When do you open?"), "{listed}");
    let document = document::list(chat.store(), workspace, written, "", 1).await.unwrap().remove(0).id;
    let removed = ada.act(&format!("/console/sources/{written}/documents/{document}/remove"), &[]).await;
    assert_eq!(removed.to, format!("/console/sources/{written}"));
    assert_eq!(source::find(chat.store(), workspace, written).await.unwrap().documents, 0);
    ada.act(&format!("/console/sources/{written}/remove"), &[]).await;
    assert_eq!(ada.act(&format!("{at}/remove"), &[]).await.to, "/console/sources");
    let left = library::list(chat.store(), workspace).await.unwrap();
    assert_eq!(left.iter().map(|library| library.id).collect::<Vec<_>>(), [other.id]);
}

#[tokio::test]
async fn an_admin_sees_how_a_source_would_be_split_and_decides() {
    let house = House::new().await;
    let (workspace, store) = (house.fresh.workspace, house.fresh.chat.store());
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let page = "# Shop\n\n## Delivery\n\nDelivery takes three days.\n\n### Abroad\n\nAbroad it takes nine days.\n\n## Returns\n\nReturns are free.\n";
    let shelf = library::by_name(&house.fresh.chat, workspace, "Shop").await.unwrap();
    house.console.knowledge.import(workspace, shelf.id, Upload::bytes("a.md", page.into()), &|_| {}).await.unwrap();
    let id = source::list(store, workspace, None).await.unwrap().remove(0).id;
    let (of, at) = (format!("/console/sources/{id}"), format!("/console/sources/{id}/split"));
    assert!(ada.get(&of).await.text.contains(&at));
    assert!(ada.get(&at).await.text.contains("This document becomes 3 passages."));
    // What is typed is shown, and nothing is kept.
    let shown = ada.act(&at, &[("size", "600"), ("levels", "1"), ("do", "preview")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    for words in ["This document becomes 2 passages.", "### Abroad", "value=\"600\"", "value=\"1\" selected"] {
        assert!(shown.text.contains(words), "{words} is not on\n{}", shown.text);
    }
    assert_eq!(source::find(store, workspace, id).await.unwrap().split, Settings::default());
    for (size, levels) in [("20", "1"), ("much", "1"), ("", "7"), ("", "")] {
        assert_eq!(ada.act(&at, &[("size", size), ("levels", levels)]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{size} {levels}");
    }
    // Kept, written down once, and the worker's from now on.
    for _ in 0..2 {
        assert_eq!(ada.act(&at, &[("size", "600"), ("levels", "1")]).await.to, of);
    }
    let kept = source::find(store, workspace, id).await.unwrap();
    assert_eq!((kept.split, kept.due_at.is_some()), (Settings { size: Some(600), levels: Some(1) }, true));
    let shown = ada.get(&of).await;
    assert!(shown.text.contains("About 600 characters") && shown.text.contains("It waits for a worker."), "{}", shown.text);
    let lines = audit::recent(store, workspace, 10).await.unwrap();
    assert_eq!(lines.iter().filter(|(_, action, object, _)| action == "source.split" && *object == id.text()).count(), 1, "{lines:?}");
    // The same file again is shown as it will be split.
    let file: (&str, &str, &[u8]) = ("files", "a.md", page.as_bytes());
    let form = [("library", "Shop"), ("audience", "all"), ("do", "preview")];
    assert!(ada.send_files("/console/sources", &form, &[file]).await.text.contains("### Abroad"));
    // What somebody has changed here is said beforehand; answers have nothing to decide.
    let first = document::list(store, workspace, id, "", 1).await.unwrap().remove(0).id;
    let passage = passage::of_document(store, workspace, first).await.unwrap().remove(0).id;
    ada.act(&format!("/console/passages/{passage}"), &[("do", "hide")]).await;
    assert!(ada.get(&at).await.text.contains("One passage was changed or switched off here."));
    house.console.knowledge.write_answer(workspace, shelf.id, "Where are you?", "In Lisbon.").await.unwrap();
    let written = source::list(store, workspace, None).await.unwrap().into_iter().find(|source| source.id != id).unwrap().id;
    assert!(!ada.get(&format!("/console/sources/{written}")).await.text.contains("/split"));
    assert_eq!(ada.get(&format!("/console/sources/{written}/split")).await.status, StatusCode::NOT_FOUND);
    let (_, mut ben) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(ben.get(&at).await.status, StatusCode::FORBIDDEN);
}
